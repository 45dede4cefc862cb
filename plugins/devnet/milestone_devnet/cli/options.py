"""What the devnet's commands share: options, and how results are printed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from milestone_devnet.control.client import Now

OGMIOS_PORT, KUPO_PORT, CONTROL_PORT = 1337, 1442, 1338
CONTROL_PORT_VARIABLE = "MILESTONE_DEVNET_CONTROL_PORT"

port = click.IntRange(0, 65_535)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object instead of text."
)
control_port_option = click.option(
    "--control-port",
    type=click.IntRange(1, 65_535),
    default=CONTROL_PORT,
    show_default=True,
    envvar=CONTROL_PORT_VARIABLE,
    show_envvar=True,
    help="Where the running devnet takes commands.",
)


def control_url(control_port: int) -> str:
    """The control API of a devnet on this machine."""
    return f"http://127.0.0.1:{control_port}"


def print_result(result: Mapping[str, object], lines: Sequence[str], *, as_json: bool) -> None:
    """The result on standard output: for programs as one JSON object, else for people."""
    if as_json:
        click.echo(json.dumps({"schema": 1, **result}))
    else:
        for line in lines:
            click.echo(line)


def print_now(now: Now, *, as_json: bool) -> None:
    """Where a devnet stands after a command."""
    print_result(
        {"time": now.time, "block": now.block, "slot": now.slot, "hash": now.hash},
        [f"time   {now.time}", f"slot   {now.slot}", f"block  {now.block}"],
        as_json=as_json,
    )


def note(line: str, *, as_json: bool) -> None:
    """Something that is not the result, for people only, on standard error."""
    if not as_json:
        click.echo(line, err=True)
