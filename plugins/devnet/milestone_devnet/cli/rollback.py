"""``milestone devnet rollback``."""

from __future__ import annotations

import click

from milestone_devnet.cli.options import control_port_option, control_url, json_option, print_now


@click.command()
@click.argument("blocks", metavar="N", type=click.IntRange(1))
@click.option(
    "--keep", is_flag=True, help="Put the transactions of these blocks back into the mempool."
)
@control_port_option
@json_option
def rollback(blocks: int, keep: bool, control_port: int, as_json: bool) -> None:
    """Undo the newest N blocks, as when a node changes to another fork.

    Their transactions are gone until somebody submits them again. Time goes on.

    \b
    Example:
      milestone devnet rollback 1
    """
    from milestone_devnet.control.client import ControlClient

    now = ControlClient(control_url(control_port)).rollback(blocks, keep=keep)
    print_now(now, as_json=as_json)
