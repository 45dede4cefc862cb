"""The review screen: what a transaction does, before anybody signs it."""

from __future__ import annotations

from collections.abc import Iterator

from milestone_core.cli import amounts
from milestone_core.cli.amounts import Denomination
from milestone_core.domain.distribution import Programme
from milestone_core.files.times import iso
from milestone_core.services.reviewing import Movement, ReviewScreen


def lines(screen: ReviewScreen, units: Denomination, network: str) -> Iterator[str]:
    """The screen as text."""
    yield f"Transaction {screen.transaction_id.hex()}"
    yield f"  {screen.purpose} on {network}, {screen.size} bytes"
    yield f"  from your wallet  {units.value(screen.spent)}"
    for movement in _grouped(screen.movements):
        yield f"  {movement.kind:<16}  {units.value(movement.value)}"
        yield f"  {'':<16}  to {movement.address}"
    for programme in screen.programmes:
        for label, said in _programme(programme):
            yield f"  {label:<16}  {said}"
    if screen.minted.assets:
        for asset, quantity in screen.minted.assets.items():
            what = "minted" if quantity > 0 else "burned"
            yield f"  {what:<16}  {abs(quantity)} identity token {str(asset)[:24]}..."
    for account, lovelace in screen.withdrawn.items():
        yield f"  {'withdrawn':<16}  {amounts.lovelace(lovelace)}"
        yield f"  {'':<16}  from {account}, whose script must agree"
    yield f"  {'fee':<16}  {amounts.lovelace(screen.fee)}"
    if screen.collateral is not None:
        at_risk = amounts.lovelace(screen.collateral)
        yield f"  {'collateral':<16}  {at_risk}, lost only if a script fails after all"
    yield f"  {'valid':<16}  {_validity(screen)}"
    yield f"  {'contract':<16}  {screen.contract}"


def _programme(programme: Programme) -> Iterator[tuple[str, str]]:
    """What the programme says once the transaction is in a block."""
    oracles = programme.oracles
    cancelled = ", CANCELLED for good" if programme.cancelled else ""
    of = f"{programme.quorum} of {len(oracles)} decide"
    yield "the oracles", f"{of}, round {programme.round}{cancelled}"
    for oracle in oracles:
        yield "", oracle.hex()
    for milestone in programme.milestones:
        if milestone.evidence is not None:
            name = milestone.id.decode(errors="replace")
            yield "proven", f"{name}, evidence {milestone.evidence.hex()}"


def _grouped(movements: tuple[Movement, ...]) -> Iterator[Movement]:
    """What is paid first, what stays locked next, what comes back last."""
    order = {"paid": 0, "back to your wallet": 2}
    yield from sorted(movements, key=lambda movement: order.get(movement.kind, 1))


def _validity(screen: ReviewScreen) -> str:
    start = f"from {iso(screen.valid_from)} " if screen.valid_from is not None else ""
    end = f"until {iso(screen.valid_until)}" if screen.valid_until is not None else "without end"
    return start + end


def document(screen: ReviewScreen) -> dict[str, object]:
    """The screen for programs."""
    return {
        "transaction": screen.transaction_id.hex(),
        "purpose": screen.purpose,
        "outputs": [
            {"kind": m.kind, "address": str(m.address), **amounts.document(m.value)}
            for m in screen.movements
        ],
        "spent": amounts.document(screen.spent),
        "minted": amounts.document(screen.minted),
        "withdrawn": [
            {"account": str(account), "lovelace": str(lovelace)}
            for account, lovelace in screen.withdrawn.items()
        ],
        "fee": str(screen.fee),
        "collateral": None if screen.collateral is None else str(screen.collateral),
        "valid_from": None if screen.valid_from is None else iso(screen.valid_from),
        "valid_until": None if screen.valid_until is None else iso(screen.valid_until),
        "programmes": [
            {
                "oracles": [oracle.hex() for oracle in programme.oracles],
                "quorum": programme.quorum,
                "round": programme.round,
                "cancelled": programme.cancelled,
                "proven": {
                    m.id.decode(errors="replace"): m.evidence.hex()
                    for m in programme.milestones
                    if m.evidence is not None
                },
            }
            for programme in screen.programmes
        ],
        "contract": screen.contract,
        "size": screen.size,
    }
