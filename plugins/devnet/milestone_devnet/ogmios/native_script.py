"""Native scripts from Ogmios's JSON clauses."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Mapping
from typing import Any

import cbor2

from milestone_devnet.ogmios.rpc import InvalidRequest

_LISTS = {"all": 1, "any": 2}
_SLOTS = {"after": 4, "before": 5}
_MAX_DEPTH = 64


def native_script_cbor(clause: Mapping[str, Any]) -> bytes:
    """The CBOR of a native script.

    :raises InvalidRequest: it is none.
    """
    try:
        return cbor2.dumps(_encode(clause, 0))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise InvalidRequest("couldn't decode native script") from None


def _encode(clause: Mapping[str, Any], depth: int) -> list[Any]:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deep")
    kind = clause["clause"]
    if kind == "signature":
        return [0, unhexlify(clause["from"])]
    if kind in _SLOTS:
        return [_SLOTS[kind], int(clause["slot"])]
    parts = [_encode(part, depth + 1) for part in clause["from"]]
    if kind == "some":
        return [3, int(clause["atLeast"]), parts]
    return [_LISTS[kind], parts]
