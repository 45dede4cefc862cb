"""``milestone devnet judge``."""

from __future__ import annotations

from pathlib import Path

import click

from milestone_devnet.cli.options import json_option, print_result


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False))
@json_option
def judge(file: str, as_json: bool) -> None:
    """Judge transactions without a server, each alone against one state.

    FILE is JSON: "utxo" (hex CBOR of a map from input to output), "slot", "slot_config"
    ({"zero_slot", "zero_time", "slot_length"}, in ms) and "transactions" (name to hex CBOR). It may
    have "accounts" and "representatives", as Ogmios's queryLedgerState/rewardAccountSummaries and
    /delegateRepresentatives tell them, "pools" (ids) and "treasury" (lovelace). A refused
    transaction is a result like any other: the exit code is 0.

    \b
    Example:
      milestone devnet judge transactions.json
    """
    from milestone_devnet.judging.file import read_file

    verdicts = read_file(Path(file)).verdicts()
    lines = []
    for name, verdict in verdicts.items():
        if verdict.accepted:
            lines.append(f"{name}: accepted" + ("" if verdict.valid else ", its scripts fail"))
        else:
            lines.append(f"{name}: refused, {verdict.rule}: {verdict.message}")
    print_result(
        {
            "verdicts": {
                name: {
                    "accepted": verdict.accepted,
                    "valid": verdict.valid,
                    "rule": verdict.rule,
                    "message": verdict.message,
                    "data": verdict.data,
                }
                for name, verdict in verdicts.items()
            }
        },
        lines,
        as_json=as_json,
    )
