"""The review screen: what a transaction does, before anybody signs it."""

from __future__ import annotations

from collections.abc import Iterator

from milestone_core.cli import amounts
from milestone_core.cli.amounts import Denomination, counted
from milestone_core.domain.chain import OutputReference, Value
from milestone_core.domain.distribution import Programme
from milestone_core.files.times import iso
from milestone_core.services.reviewing import Movement, ReviewScreen


def lines(screen: ReviewScreen, units: Denomination, network: str) -> Iterator[str]:
    """The screen as text."""
    yield f"Transaction {screen.transaction_id.hex()}"
    yield f"  {screen.purpose} on {network}, {screen.size} bytes"
    yield _line("from your wallet", units.value(screen.spent))
    if screen.taken != Value():
        yield _line("from the contract", units.value(screen.taken))
    for movement in _grouped(screen.movements):
        yield from _movement(movement.kind, movement, units)
    for programme in screen.programmes:
        for label, said in _programme(programme):
            yield _line(label, said)
    for asset, quantity in screen.minted.assets.items():
        what = "minted" if quantity > 0 else "burned"
        yield _line(
            what,
            f"{counted(abs(quantity), 'identity token')} {str(asset)[:24]}...{str(asset)[-8:]}",
        )
    for account, lovelace in screen.withdrawn.items():
        yield _line("withdrawn", amounts.lovelace(lovelace))
        yield _line("", f"from {account}, whose script must agree")
    yield _line("fee", amounts.lovelace(screen.fee))
    if screen.collateral is not None:
        yield _line("collateral", f"{units.value(screen.collateral)}, lost only if a script fails")
    back = screen.collateral_return
    if back is not None and back.kind != "back to your wallet":
        yield from _movement("and its rest", back, units)
    yield _line("valid", _validity(screen))
    yield _line("contract", screen.contract)
    if screen.read:
        yield _line("it looks at", ", ".join(map(_short, screen.read)))
    if screen.integrity_hash is not None:
        yield _line("scripts are given", screen.integrity_hash.hex())
    yield _line("signed by", ", ".join(signer.hex() for signer in screen.signers))


def _line(label: str, text: str) -> str:
    return f"  {label:<17}  {text}"


def _movement(label: str, movement: Movement, units: Denomination) -> Iterator[str]:
    yield _line(label, units.value(movement.value))
    yield _line("", f"to {movement.address}")
    if movement.datum_hash is not None:
        yield _line("", f"with the datum {movement.datum_hash.hex()}")
    if movement.script_hash is not None:
        yield _line("", f"with the script {movement.script_hash.hex()}")


def _short(reference: OutputReference) -> str:
    transaction, hash_, index = str(reference).partition("#")
    return f"{transaction[:12]}...{transaction[-4:]}{hash_}{index}"


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
    back = screen.collateral_return
    return {
        "transaction": screen.transaction_id.hex(),
        "purpose": screen.purpose,
        "outputs": [_movement_document(movement) for movement in screen.movements],
        "spent": amounts.document(screen.spent),
        "taken": amounts.document(screen.taken),
        "read": [str(reference) for reference in screen.read],
        "minted": amounts.document(screen.minted),
        "withdrawn": [
            {"account": str(account), "lovelace": str(lovelace)}
            for account, lovelace in screen.withdrawn.items()
        ],
        "fee": str(screen.fee),
        "collateral": None if screen.collateral is None else amounts.document(screen.collateral),
        "collateral_return": None if back is None else _movement_document(back),
        "integrity_hash": _hex(screen.integrity_hash),
        "signers": [signer.hex() for signer in screen.signers],
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


def _movement_document(movement: Movement) -> dict[str, object]:
    return {
        "kind": movement.kind,
        "address": str(movement.address),
        "datum_hash": _hex(movement.datum_hash),
        "script_hash": _hex(movement.script_hash),
        **amounts.document(movement.value),
    }


def _hex(content: bytes | None) -> str | None:
    return None if content is None else content.hex()
