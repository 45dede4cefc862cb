"""``milestone devnet fund``."""

from __future__ import annotations

import click

from milestone_core.api import BadInput
from milestone_devnet.cli.options import (
    control_port_option,
    control_url,
    json_option,
    note,
    print_result,
)


@click.command()
@click.argument("address")
@click.option("--ada", metavar="AMOUNT", help="ADA, with at most six decimals.")
@click.option(
    "--token",
    "tokens",
    type=click.IntRange(1, 2**63 - 1),
    metavar="QUANTITY",
    help="Base units of the devnet's test token; alone, they come with the least ADA they need.",
)
@control_port_option
@json_option
def fund(
    address: str, ada: str | None, tokens: int | None, control_port: int, as_json: bool
) -> None:
    """Pay from the devnet's faucet.

    Returns when the payment is in a block, and prints the test token's policy and name.

    \b
    Example:
      milestone devnet fund addr_test1vz9jrppy446d7fwntsh23cy55nzutt4jew6yysvnx9tfxycvp587p --ada 50
    """
    from milestone_devnet.amounts import ada_text, lovelace_of, recipient
    from milestone_devnet.control.client import ControlClient

    if ada is None and tokens is None:
        raise BadInput("neither --ada nor --token is given", hint="add --ada 1000, for example")
    lovelace = None if ada is None else lovelace_of(ada)
    recipient(address)
    note("waiting for a block ...", as_json=as_json)
    funding = ControlClient(control_url(control_port)).fund(
        address, lovelace=lovelace, tokens=tokens or 0
    )
    lines = [
        f"transaction  {funding.transaction}",
        f"paid         {ada_text(funding.lovelace)} ADA to {funding.address}",
    ]
    if funding.tokens:
        lines += [
            f"             {funding.tokens} of the test token",
            f"policy       {funding.policy}",
            f"asset name   {funding.name} ({bytes.fromhex(funding.name).decode()})",
        ]
    print_result(
        {
            "transaction": funding.transaction,
            "address": funding.address,
            "lovelace": str(funding.lovelace),
            "tokens": str(funding.tokens),
            "policy": funding.policy,
            "name": funding.name,
            "block": funding.block,
        },
        lines,
        as_json=as_json,
    )
