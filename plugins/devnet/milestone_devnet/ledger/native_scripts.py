"""Native scripts: their shape, and whether they agree to a transaction."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from . import cbor

_KEY, _ALL, _ANY, _AT_LEAST, _NOT_BEFORE, _NOT_AFTER = range(6)
# Bounded by our own recursion; the ledger knows no bound but the size of a transaction.
_MAX_DEPTH = 250


def check_native_script(item: bytes, depth: int = 0) -> None:
    """Raise ``Malformed`` unless the item is a native script (CDDL ``native_script``)."""
    if depth > _MAX_DEPTH:
        raise cbor.Malformed("a native script nested too deep")
    kind, *rest = cbor.items(item) or [b"\x20"]
    clause = cbor.unsigned(kind)
    if len(rest) != (2 if clause == _AT_LEAST else 1):
        raise cbor.Malformed("a native script's clause has other fields")
    if clause == _KEY:
        cbor.byte_string(rest[0], 28)
    elif clause in (_NOT_BEFORE, _NOT_AFTER):
        cbor.unsigned(rest[0])
    elif clause in (_ALL, _ANY, _AT_LEAST):
        if clause == _AT_LEAST and not -(2**63) <= cbor.integer(rest[0]) < 2**63:
            raise cbor.Malformed("a number beyond 64 bits in a native script")
        for part in cbor.items(rest[-1]):
            check_native_script(part, depth + 1)
    else:
        raise cbor.Malformed(f"clause {clause} in a native script")


def native_script_agrees(
    item: bytes,
    signers: AbstractSet[bytes],
    invalid_before: int | None,
    invalid_after: int | None,
) -> bool:
    """Whether a checked native script agrees.

    ``signers`` are the hashes of the keys that signed. The bounds are slots of the
    transaction's validity interval: a time lock asks what the transaction promises, not the
    time (``evalTimelock`` of cardano-ledger).
    """
    kind, *rest = cbor.items(item)
    clause = cbor.unsigned(kind)
    if clause == _KEY:
        return cbor.byte_string(rest[0]) in signers
    if clause == _NOT_BEFORE:
        return invalid_before is not None and cbor.unsigned(rest[0]) <= invalid_before
    if clause == _NOT_AFTER:
        return invalid_after is not None and invalid_after <= cbor.unsigned(rest[0])
    parts = cbor.items(rest[-1])
    needed = {_ALL: len(parts), _ANY: 1}.get(clause)
    if needed is None:
        needed = cbor.integer(rest[0])
    agreed = sum(
        native_script_agrees(part, signers, invalid_before, invalid_after) for part in parts
    )
    return agreed >= needed


_CLAUSES = {_ALL: "all", _ANY: "any", _AT_LEAST: "some", _NOT_BEFORE: "after", _NOT_AFTER: "before"}


def native_script_json(item: bytes) -> dict[str, Any]:
    """A checked native script in Ogmios's JSON (``Script<Native>``)."""
    kind, *rest = cbor.items(item)
    clause = cbor.unsigned(kind)
    if clause == _KEY:
        return {"clause": "signature", "from": cbor.byte_string(rest[0]).hex()}
    if clause in (_NOT_BEFORE, _NOT_AFTER):
        return {"clause": _CLAUSES[clause], "slot": cbor.unsigned(rest[0])}
    result: dict[str, Any] = {"clause": _CLAUSES[clause]}
    if clause == _AT_LEAST:
        result["atLeast"] = cbor.integer(rest[0])
    return result | {"from": [native_script_json(part) for part in cbor.items(rest[-1])]}
