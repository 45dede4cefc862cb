"""``milestone devnet fault``."""

from __future__ import annotations

import click

from milestone_devnet.cli.options import control_port_option, control_url, json_option, print_result

_KINDS = ("lag", "stale", "disconnect", "refuse", "garbage", "node-lost", "clear")


@click.command()
@click.argument("kind", metavar="KIND", type=click.Choice(_KINDS))
@click.option("--server", type=click.Choice(["ogmios", "kupo"]), help="By default both.")
@click.option("--times", type=click.IntRange(1, 10**6), help="By default until it is cleared.")
@click.option("--seconds", type=click.FloatRange(0.001, 3600), help="How late answers come.")
@click.option("--blocks", type=click.IntRange(1, 10**6), help="How far Kupo stays behind.")
@control_port_option
@json_option
def fault(
    kind: str,
    server: str | None,
    times: int | None,
    seconds: float | None,
    blocks: int | None,
    control_port: int,
    as_json: bool,
) -> None:
    """Let something go wrong, to test a client.

    \b
    lag         answers come late, by --seconds (1)
    stale       Kupo stops following the chain, or stays --blocks behind
    disconnect  a request is served, and the connection breaks within the answer
    refuse      connections are closed before anything is served
    garbage     answers are not JSON
    node-lost   Ogmios closes its WebSockets, once, as when its node is gone
    clear       an end to all of this

    A fault strikes whenever a client sends something (a WebSocket's opening is one time).

    \b
    Example:
      milestone devnet fault disconnect --server ogmios --times 1
    """
    from milestone_devnet.control.client import ControlClient

    given = {"server": server, "times": times, "seconds": seconds, "blocks": blocks}
    details = {name: value for name, value in given.items() if value is not None}
    faults = ControlClient(control_url(control_port)).fault(kind, **details)
    lines = [f"in force at {where}: {fault}" for where, fault in faults.items()]
    print_result({"faults": faults}, lines or ["no fault is in force"], as_json=as_json)
