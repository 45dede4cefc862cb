"""``milestone devnet status``."""

from __future__ import annotations

import click

from milestone_devnet.cli.options import control_port_option, control_url, json_option, print_result


@click.command()
@control_port_option
@json_option
def status(control_port: int, as_json: bool) -> None:
    """Tell where a running devnet listens and stands.

    \b
    Example:
      milestone devnet status
    """
    from milestone_devnet.amounts import ada_text
    from milestone_devnet.control.client import ControlClient

    now = ControlClient(control_url(control_port)).status()
    faucet = now["faucet"]
    lines = [
        f"Ogmios   {now['ogmios']}",
        f"Kupo     {now['kupo']}",
        f"control  {now['control']}",
        f"time     {now['time']}",
        f"tip      block {now['block']}, slot {now['slot']}, {now['hash']}",
        f"mempool  {now['mempool']} transactions",
        f"faucet   {ada_text(int(faucet['lovelace']))} ADA, {faucet['tokens']} of the test token",
    ]
    lines += [f"fault    {where}: {_words(fault)}" for where, fault in now["faults"].items()]
    print_result(now, lines, as_json=as_json)


def _words(fault: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in fault.items() if value is not None)
