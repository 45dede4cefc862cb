"""What a demonstration says at its end, to people and to programs."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from milestone_core.demo.devnet import RunningDevnet
from milestone_core.demo.promise import NAME
from milestone_core.demo.stage import Step

if TYPE_CHECKING:
    from milestone_core.demo.reckoning import Reckoning
    from milestone_core.demo.scenario import Outcome

_ADA_DECIMALS = 6
_NOT_PROVEN = (
    "A real node or network. The devnet is one process that keeps the ledger's rules as we read",
    "  them; it had no other users, no congestion, and rolled back nothing.",
    "Real Ogmios and Kupo servers. Their protocols were spoken, their programs did not run: no",
    "  Docker was used.",
    "A second opinion on the scripts. One evaluator, Aiken's, found the costs and judged.",
    "Programs of their own. The commands ran one after the other in one process, by the entry",
    "  point of `milestone`, to save each one's start; only the devnet and the one that was killed",
    "  were others.",
    "Concurrency and crashes. Nobody else used the contract, and one command was killed, once.",
    "Other keys than files on this disk: no browser wallet, no hardware, no multisig.",
    "Size and time. Five people on one page, and a clock that was moved instead of waited for.",
)


def lines(found: Reckoning, steps: int, seconds: float) -> list[str]:
    """The end as people read it."""
    return [
        *_tokens(found),
        *_ada(found),
        *_transactions(found),
        *_title("What this did not prove"),
        *(f"  {line}" for line in _NOT_PROVEN),
        *_title(f"{steps} commands ended as they should, in {seconds:.1f} seconds.", fg="green"),
    ]


def _title(text: str, fg: str | None = None) -> list[str]:
    return ["", click.style(text, bold=True, fg=fg)]


def _tokens(found: Reckoning) -> list[str]:
    rows = [
        ("locked", found.locked, ""),
        *(("paid", amount, f"to {who.capitalize()}") for who, amount in found.received.items()),
        ("returned", found.returned, "to the owner"),
    ]
    return [
        *_title("What became of the tokens, read from the chain"),
        *(
            f"  {what:<9}{_fixed(n, found.decimals):>9} TEST  {who}".rstrip()
            for what, n, who in rows
        ),
        "  locked = paid + returned, to the last unit",
    ]


def _ada(found: Reckoning) -> list[str]:
    rows = [
        ("from the faucet", found.funded, ""),
        ("in the wallets", found.wallets, ""),
        ("reference scripts", found.scripts, "for everybody to use, for good"),
        ("fees", found.fees, ""),
    ]
    return [
        *_title("and of the ADA"),
        *(f"  {what:<18}{_ada_text(n):>10} ADA  {why}".rstrip() for what, n, why in rows),
        "  from the faucet = wallets + scripts + fees, to the last lovelace",
        f"  {_ada_text(found.deposit)} ADA lay with the tokens, and went back to the owner",
    ]


def _transactions(found: Reckoning) -> list[str]:
    count = len(found.transactions)
    return [
        *_title(f"{count} transactions, each in a block, and their fees in ADA"),
        *(f"  {_ada_text(one.fee)}  {one.id}  {one.purpose}" for one in found.transactions),
    ]


def _ada_text(lovelace: int) -> str:
    return _fixed(lovelace, _ADA_DECIMALS)


def _fixed(amount: int, decimals: int) -> str:
    """Base units for a column: always with all decimals."""
    whole, rest = divmod(amount, 10**decimals)
    return f"{whole}.{rest:0{decimals}}"


def document(outcome: Outcome, steps: Sequence[Step], seconds: float) -> dict[str, object]:
    """The end for programs: amounts are strings of base units, fees of lovelace."""
    found = outcome.reckoning
    return {
        "steps": [{"command": step.command, "exit": step.exit} for step in steps],
        "refused_by_contract": [
            {"call": refusal.call, "message": refusal.message, "redeemer": refusal.redeemer}
            for refusal in outcome.refusals
        ],
        "transactions": [
            {
                "transaction": one.id,
                "purpose": one.purpose,
                "fee": str(one.fee),
                "size": one.size,
                "slot": one.slot,
            }
            for one in found.transactions
        ],
        "asset": str(found.asset),
        "locked": str(found.locked),
        "paid": str(found.paid),
        "returned": str(found.returned),
        "received": {who: str(amount) for who, amount in found.received.items()},
        "fees": str(found.fees),
        "seconds": round(seconds, 1),
    }


def kept(folder: Path, devnet: RunningDevnet) -> dict[str, object]:
    """What was left running, for programs."""
    return {
        "project": str(folder),
        "pid": devnet.pid,
        "ogmios": devnet.ogmios,
        "kupo": devnet.kupo,
        "control": devnet.control,
    }


def how_to_go_on(folder: Path, devnet: RunningDevnet) -> list[str]:
    """What was left running, for people: what to type next."""
    program = "milestone" if shutil.which("milestone") else f"{sys.executable} -m milestone_core"
    return [
        *_title("The devnet still runs, and the project is there. Go on by hand:"),
        f"  cd {folder}",
        "  . ./names.sh    # so that $ALICE is Alice's address",
        f"  {program} status {NAME}",
        f"  {program} devnet fund $ALICE --ada 5 --control-port {devnet.control_port}",
        f"  {program} schedule template --toml > mine.toml",
        "and when you are done:",
        f"  {how_to_stop(folder, devnet)}",
    ]


def how_to_stop(folder: Path, devnet: RunningDevnet) -> str:
    """The shell command that ends a devnet that was kept, and removes its folder."""
    return f"kill {devnet.pid}; rm -r {folder}"
