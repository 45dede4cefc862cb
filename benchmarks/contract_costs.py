#!/usr/bin/env python3
"""What the contract costs: bytes of its scripts; size, units and fee of each transaction.

Whole transactions of the project's own builder, run on the devnet's ledger in this process at
mainnet's parameters of protocol version 10. The floor is what no contract can be cheaper than: the
same inputs, outputs and collateral, locked by a script that always agrees. Of a release the dearest
row is shown. Fees are in lovelace.

    python benchmarks/contract_costs.py --json
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bare import bare
from milestone_core.domain.address import TESTNET, Address, Credential
from milestone_core.domain.chain import ProtocolParameters, Script
from milestone_core.domain.distribution import Page, Row
from milestone_core.domain.release import Claim
from milestone_core.domain.vesting import Vesting
from milestone_core.errors import Refused
from milestone_core.onchain.blueprint import validator_hash
from milestone_core.onchain.plutus_data import Constr
from milestone_core.onchain.sig_structure import SHORTEST_HEADER
from milestone_core.transactions import fees
from milestone_core.transactions.draft import ScriptInput
from milestone_core.transactions.reclaim import Ground
from milestone_core.transactions.unsigned import Unsigned
from workbench import (
    DAY,
    EXPIRY,
    NOW,
    Promise,
    Workbench,
    base_address,
    proven,
    signing_key,
)

BENEFICIARIES = (1, 5, 50, 128)
BEGIN, END = "<!-- costs -->", "<!-- end of the costs -->"
_MARKED = re.compile(rf"{BEGIN}\n.*?{END}", re.DOTALL)
SIGNATURES = (1, 2, 3, 8, 16)
AMOUNT = 1_000_000_000
ALWAYS_TRUE = Script("plutus:v3", bytes.fromhex("450101002499"))
"""``(lam _ (con unit ()))``."""


def _wallet_header(address: bytes) -> bytes:
    """``{1: -8, "address": address}``, as wallets write it (CIP-8)."""
    return b"\xa2\x01\x27\x67address\x58" + bytes([len(address)]) + address


HEADERS = {
    "shortest": SHORTEST_HEADER,
    "enterprise address": _wallet_header(b"\x60" + bytes(28)),
    "base address": _wallet_header(bytes(57)),
}


@dataclass(frozen=True)
class Cost:
    """What one transaction takes: bytes, units, lovelace."""

    size: int
    memory: int
    steps: int
    fee: int

    @classmethod
    def of(cls, unsigned: Unsigned) -> Cost:
        units = unsigned.units
        return cls(unsigned.signed_size, units.memory, units.steps, unsigned.fee)

    def share(self, parameters: ProtocolParameters) -> float:
        """The part of the limits of one transaction that it takes: of the scarcest of them."""
        most = parameters.max_units
        return max(
            self.size / parameters.max_transaction_size,
            self.memory / most.memory,
            self.steps / most.steps,
        )


def plain_page(bench: Workbench, beneficiaries: int) -> Page:
    """As many people with a wallet's address, one allocation each, all vested."""
    numbers = range(beneficiaries)
    rows = (Row(number, 0, 0, AMOUNT) for number in numbers)
    return bench.page(rows, map(base_address, numbers), [Vesting(NOW - DAY, 1, 1)])


def laid(bench: Workbench, beneficiaries: int) -> Promise:
    """A page on chain, its only milestone proven."""
    programme = bench.programme([b"done"], [signing_key(1).hash])
    return bench.lay(proven(programme), plain_page(bench, beneficiaries))


def floor(claims: int = 1) -> Cost:
    """The same transaction as a release of one page, without a contract."""
    bench = Workbench()
    promise = laid(bench, claims)
    draft = bench.release(promise, [Claim(row, 1) for row in range(claims)])
    home = Address(TESTNET, Credential.script(validator_hash(ALWAYS_TRUE.code)))
    locked = bench.ledger.put(replace(promise.vault_utxo.output, address=home))
    kept, *payouts = draft.outputs
    return Cost.of(
        bench.build(
            replace(
                draft,
                script_inputs=(ScriptInput(locked, lambda _: Constr(0), "no contract"),),
                outputs=(replace(kept, address=home), *payouts),
                reference_inputs=(bench.publish(ALWAYS_TRUE),),
            )
        )
    )


def dearest_row(bench: Workbench, promise: Promise) -> int:
    """The row whose release costs most, found by trying each."""
    parameters = bench.ledger.parameters

    def price(row: int) -> int:
        transaction = bare(bench.release(promise, [Claim(row, 1)]))
        (answer,) = bench.ledger.evaluate(transaction)
        return fees.script_fee(parameters, answer.units) + parameters.fee_per_byte * len(
            transaction
        )

    return max(range(len(promise.page.rows)), key=price)


def releases(counts: Sequence[int], most_claims: int) -> list[dict[str, Any]]:
    """Releases of one claim, of ten, and of as many as fit, for pages of these sizes."""
    found = []
    for beneficiaries in counts:
        bench = Workbench()
        promise = laid(bench, beneficiaries)
        worst = dearest_row(bench, promise)
        for claims in sorted({1, min(10, beneficiaries), min(most_claims, beneficiaries)}):
            rows = [worst] if claims == 1 else range(beneficiaries - claims, beneficiaries)
            cost = Cost.of(bench.build(bench.release(promise, [Claim(row, 1) for row in rows])))
            ratio = round(cost.fee / floor(claims).fee, 4)
            about = {"beneficiaries": beneficiaries, "claims": claims, "row": worst}
            found.append({**about, **asdict(cost), "ratio": ratio})
    return found


def attestations() -> list[dict[str, Any]]:
    """Proofs of one milestone by so many oracles, for each form of the signed header."""
    found = []
    for name, header in HEADERS.items():
        for signatures in SIGNATURES:
            bench = Workbench()
            oracles = [signing_key(number) for number in range(1, signatures + 1)]
            programme = bench.programme([b"done"], [oracle.hash for oracle in oracles])
            promise = bench.lay(programme, plain_page(bench, 1))
            cost = Cost.of(bench.build(bench.attest(promise, [0], oracles, header)))
            found.append({"signatures": signatures, "header": name, **asdict(cost)})
    return found


def starts(counts: Sequence[int]) -> list[dict[str, Any]]:
    """Programme and page in one transaction."""
    found = []
    for beneficiaries in counts:
        bench = Workbench()
        programme = bench.programme([b"done"], [signing_key(1).hash])
        cost = Cost.of(bench.build(bench.start(programme, plain_page(bench, beneficiaries))))
        found.append({"beneficiaries": beneficiaries, **asdict(cost)})
    return found


def registrations(counts: Sequence[int]) -> list[dict[str, Any]]:
    """A page under a programme that is on chain."""
    return [{"beneficiaries": n, **asdict(registration(Workbench(), n))} for n in counts]


def registration(bench: Workbench, beneficiaries: int) -> Cost:
    """A page of so many beneficiaries under a programme that is on chain."""
    programme = bench.programme([b"done"], [signing_key(1).hash])
    promise = bench.lay(programme, plain_page(bench, beneficiaries))
    return Cost.of(bench.build(bench.register(promise)))


def closings(counts: Sequence[int]) -> list[dict[str, Any]]:
    """The end of a page of which nothing is owed, the ground that reads most."""
    return [{"beneficiaries": n, **asdict(closing(n))} for n in counts]


def closing(beneficiaries: int) -> Cost:
    """The end of a page after its expiry, every row paid."""
    bench = Workbench()
    programme = proven(bench.programme([b"done"], [signing_key(1).hash]))
    promise = bench.lay(programme, plain_page(bench, beneficiaries), [1] * beneficiaries)
    return Cost.of(bench.build(bench.close(promise, Ground.NOTHING_OWED, EXPIRY + 1)))


def most(fits: Callable[[int], bool], least: int, beyond: int) -> int:
    """The largest number that fits, by bisection; ``least`` fits, ``beyond`` does not."""
    while beyond - least > 1:
        middle = (least + beyond) // 2
        least, beyond = (middle, beyond) if fits(middle) else (least, middle)
    return least


def capacity() -> dict[str, int]:
    """Beneficiaries of a page and claims of a release, at 80 % and at 100 % of the limits."""

    def page_fits(share: float) -> Callable[[int], bool]:
        return lambda count: _within(share, bench, lambda: registration(bench, count))

    bench = Workbench()
    pages = {name: most(page_fits(share), 1, 256) for name, share in SHARES.items()}
    promise = laid(bench, pages["100"])

    def claim(count: int) -> Cost:
        return Cost.of(bench.build(bench.release(promise, [Claim(r, 1) for r in range(count)])))

    def claims_fit(share: float) -> Callable[[int], bool]:
        return lambda count: _within(share, bench, lambda: claim(count))

    claims = {name: most(claims_fit(share), 1, pages["100"] + 1) for name, share in SHARES.items()}
    return {
        "beneficiaries_at_80": pages["80"],
        "beneficiaries_at_100": pages["100"],
        "claims_at_80": claims["80"],
        "claims_at_100": claims["100"],
        "lovelace_per_claim": claim(claims["100"]).fee // claims["100"],
    }


SHARES = {"80": 0.8, "100": 1.0}


def _within(share: float, bench: Workbench, cost: Callable[[], Cost]) -> bool:
    try:
        return cost().share(bench.ledger.parameters) <= share
    except Refused:
        return False


def measure(counts: Sequence[int]) -> dict[str, Any]:
    """Everything that the table shows."""
    room = capacity()
    return {
        "schema": 1,
        "floor": asdict(floor()),
        "scripts": {v.title: len(v.code) for v in Workbench().contract.validators},
        "release": releases(counts, room["claims_at_100"]),
        "attest": attestations(),
        "start": starts(counts),
        "register": registrations(counts),
        "close": closings(counts),
        "capacity": room,
    }


def table(found: dict[str, Any]) -> list[str]:
    """The measurement as Markdown, for people."""
    limit = f"{found['floor']['size']} bytes, {found['floor']['fee']} lovelace"
    sizes = ", ".join(f"`{title}` {size}" for title, size in found["scripts"].items())
    room = found["capacity"]
    lines = [
        f"Scripts, bytes: {sizes}. Floor: {limit}.",
        "",
        f"A page holds {room['beneficiaries_at_80']} beneficiaries with base addresses at 80 % of "
        f"the limits ({room['beneficiaries_at_100']} at 100 %). A release takes "
        f"{room['claims_at_80']} claims at 80 % ({room['claims_at_100']} at 100 %, for "
        f"{room['lovelace_per_claim']} lovelace each).",
        "",
        "| transaction | beneficiaries | size | memory | steps | fee | fee / floor |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for action in ("start", "register", "release", "close"):
        for entry in found[action]:
            claims = f", {entry['claims']} claims" if entry.get("claims", 1) > 1 else ""
            lines.append(line(f"{action}{claims}", entry["beneficiaries"], entry))
    lines += [
        "",
        "| attest | header | size | memory | steps | fee |",
        "|---|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {e['signatures']} signature{'s' * (e['signatures'] > 1)} | {e['header']} "
        f"| {e['size']} | {e['memory']} | {e['steps']} | {e['fee']} |"
        for e in found["attest"]
    ]
    return lines


def line(name: str, beneficiaries: int, entry: dict[str, Any]) -> str:
    """A line of the table of transactions."""
    ratio = f"{entry['ratio']:.3f}" if "ratio" in entry else ""
    figures = " | ".join(str(entry[key]) for key in ("size", "memory", "steps", "fee"))
    return f"| {name} | {beneficiaries} | {figures} | {ratio} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--beneficiaries",
        type=int,
        nargs="+",
        default=BENEFICIARIES,
        metavar="N",
        help="beneficiaries of each page",
    )
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="put the table between its marks in a file"
    )
    options = parser.parse_args()
    found = measure(options.beneficiaries)
    shown = "\n".join(table(found))
    if options.write:
        text = "\n".join([BEGIN, shown, END])
        options.write.write_text(_MARKED.sub(lambda _: text, options.write.read_text()))
    else:
        print(json.dumps(found, indent=2) if options.json else shown)


if __name__ == "__main__":
    main()
