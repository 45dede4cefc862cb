"""Plutus data as the ledger's own machine writes them: what ``serialiseData`` shows.

Every function takes and returns data as CBOR. Lists that are not empty are indefinite, maps are
definite, byte strings beyond 64 bytes come in chunks (``encodeData`` of Plutus).
"""

from __future__ import annotations

from collections.abc import Iterable

import cbor2

from . import cbor

_CHUNK = 64
_FIRST_TAG, _NEXT_TAG, _GENERAL_TAG = 121, 1280, 102


def constr(number: int, *fields: bytes) -> bytes:
    """A constructor by its number."""
    if number < 7:
        return cbor.tag(_FIRST_TAG + number, array(fields))
    if number < 128:
        return cbor.tag(_NEXT_TAG + number - 7, array(fields))
    return cbor.tag(_GENERAL_TAG, cbor.array([cbor2.dumps(number), array(fields)]))


def array(items: Iterable[bytes]) -> bytes:
    """A list."""
    content = b"".join(items)
    return b"\x9f" + content + b"\xff" if content else b"\x80"


def mapping(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A map, in the order given."""
    return cbor.pairs_as_map(pairs)


def integer(value: int) -> bytes:
    """An integer of any size."""
    if -(2**64) <= value < 2**64:
        return cbor2.dumps(value)
    sign_tag, magnitude = (2, value) if value >= 0 else (3, -1 - value)
    return cbor.tag(
        sign_tag, byte_string(magnitude.to_bytes(-(-magnitude.bit_length() // 8), "big"))
    )


def byte_string(value: bytes) -> bytes:
    """A byte string."""
    if len(value) <= _CHUNK:
        return cbor2.dumps(value)
    chunks = (cbor2.dumps(value[i : i + _CHUNK]) for i in range(0, len(value), _CHUNK))
    return b"\x5f" + b"".join(chunks) + b"\xff"


def canonical(data: bytes) -> bytes:
    """Checked data of any encoding, written anew."""
    kind = cbor.major(data)
    if kind == cbor.BYTES:
        return byte_string(cbor.chunked_byte_string(data))
    if kind == cbor.ARRAY:
        return array(canonical(item) for item in cbor.items(data))
    if kind == cbor.MAP:
        return mapping((canonical(key), canonical(value)) for key, value in cbor.pairs(data))
    if kind != cbor.TAG:
        return integer(cbor.integer(data))
    number, content = cbor.tagged(data)
    if number == _GENERAL_TAG:
        constructor, fields = cbor.items(content)
        return constr(cbor.unsigned(constructor), *map(canonical, cbor.items(fields)))
    if number in (2, 3):
        magnitude = int.from_bytes(cbor.chunked_byte_string(content), "big")
        return integer(magnitude if number == 2 else -1 - magnitude)
    first = number - _FIRST_TAG if number < _NEXT_TAG else number - _NEXT_TAG + 7
    return constr(first, *map(canonical, cbor.items(content)))
