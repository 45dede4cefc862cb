"""``milestone devnet reset``."""

from __future__ import annotations

import click

from milestone_devnet.cli.options import control_port_option, control_url, json_option, print_now


@click.command()
@control_port_option
@json_option
def reset(control_port: int, as_json: bool) -> None:
    """Begin another chain, at this machine's time; nothing of the old one is left.

    \b
    Example:
      milestone devnet reset
    """
    from milestone_devnet.control.client import ControlClient

    print_now(ControlClient(control_url(control_port)).reset(), as_json=as_json)
