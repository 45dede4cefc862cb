"""``milestone devnet``: a private Cardano network in one process."""

from __future__ import annotations

import click

from milestone_devnet.cli.advance import advance
from milestone_devnet.cli.check_vectors import check_vectors
from milestone_devnet.cli.fund import fund
from milestone_devnet.cli.judge import judge
from milestone_devnet.cli.key import key
from milestone_devnet.cli.run import run


@click.group()
def devnet() -> None:
    """A private Cardano network in one process.

    It speaks the protocols of Ogmios and Kupo.

    \b
    Example:
      milestone devnet run
    """


for _command in (run, key, fund, advance, check_vectors, judge):
    devnet.add_command(_command)
