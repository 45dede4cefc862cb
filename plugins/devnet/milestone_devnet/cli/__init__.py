"""``milestone devnet``: a private Cardano network in one process."""

from __future__ import annotations

import click

from milestone_devnet.cli.advance import advance
from milestone_devnet.cli.check_vectors import check_vectors
from milestone_devnet.cli.fault import fault
from milestone_devnet.cli.fund import fund
from milestone_devnet.cli.judge import judge
from milestone_devnet.cli.key import key
from milestone_devnet.cli.reset import reset
from milestone_devnet.cli.rollback import rollback
from milestone_devnet.cli.run import run
from milestone_devnet.cli.snapshot import restore, snapshot
from milestone_devnet.cli.status import status


@click.group()
def devnet() -> None:
    """A private Cardano network in one process.

    It speaks the protocols of Ogmios and Kupo.

    \b
    Example:
      milestone devnet run
    """


_COMMANDS = (
    run,
    status,
    key,
    fund,
    advance,
    rollback,
    reset,
    snapshot,
    restore,
    fault,
    judge,
    check_vectors,
)
for _command in _COMMANDS:
    devnet.add_command(_command)
