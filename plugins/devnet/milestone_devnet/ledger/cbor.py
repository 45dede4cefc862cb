"""Taking CBOR apart without losing its bytes.

A CBOR library gives values; a ledger also needs the exact bytes of the parts (what is hashed
is what was sent). Here an *item* is the ``bytes`` of exactly one CBOR data item: ``items`` and
``pairs`` split a container into its items, and the leaves are decoded by ``cbor2``.
Tags, definite and indefinite lengths are as RFC 8949 has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import cbor2

UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)
BREAK = 0xFF
NULL = b"\xf6"
MAX_DEPTH = 512
_INDEFINITE = -1
_STRINGS = (BYTES, TEXT)
_SET = 258


class Malformed(ValueError):
    """The bytes are not the CBOR that was expected."""


def major(item: bytes) -> int:
    """The major type of an item."""
    return item[0] >> 5


def one_item(data: bytes) -> bytes:
    """Check that ``data`` is exactly one well-formed item, and return it."""
    if not data:
        raise Malformed("no bytes")
    end = _end(data, 0)
    if end != len(data):
        raise Malformed(f"{len(data) - end} bytes after the end")
    return data


def first_item(data: bytes) -> bytes:
    """The item that the data begin with, whatever follows it."""
    return data[: _end(data, 0)]


def items(item: bytes) -> list[bytes]:
    """The items of an array."""
    return _parts(item, ARRAY, 1)


def record_items(item: bytes, count: int, what: str) -> list[bytes]:
    """The items of an array of definite length, which some of the ledger's records must have.

    (Those that cardano-ledger decodes by ``RecD`` or as tuples, before protocol version 12.)
    """
    parts = items(item)
    if len(parts) != count or head(item, 0)[1] == _INDEFINITE:
        raise Malformed(f"{what} is an array of definite length with {count} items")
    return parts


def pairs(item: bytes) -> list[tuple[bytes, bytes]]:
    """The entries of a map, in their order; keys may repeat."""
    parts = _parts(item, MAP, 2)
    return list(zip(parts[::2], parts[1::2], strict=True))


def fields(item: bytes) -> dict[int, bytes]:
    """A map with distinct integer keys, as the CDDL's records are."""
    result: dict[int, bytes] = {}
    for key, value in pairs(item):
        number = unsigned(key)
        if number in result:
            raise Malformed(f"field {number} is given twice")
        result[number] = value
    return result


def set_items(item: bytes) -> list[bytes]:
    """The items of a set: an array, tagged 258 or not."""
    return items(untag(item, _SET)) if major(item) == TAG else items(item)


def untag(item: bytes, number: int) -> bytes:
    """The item inside a given tag."""
    found, content = tagged(item)
    if found != number:
        raise Malformed(f"tag {number} expected, not {found}")
    return content


def tagged(item: bytes) -> tuple[int, bytes]:
    """The tag of a tagged item, and the item inside."""
    kind, argument, start = head(item, 0)
    if kind != TAG:
        raise Malformed("tag expected")
    return argument, item[start:]


def unsigned(item: bytes) -> int:
    """An unsigned integer below 2^64."""
    kind, argument, _ = head(item, 0)
    if kind != UINT:
        raise Malformed("unsigned integer expected")
    return argument


def integer(item: bytes) -> int:
    """An integer between -2^64 and 2^64 - 1."""
    kind, argument, _ = head(item, 0)
    if kind == UINT:
        return argument
    if kind == NEGATIVE:
        return -1 - argument
    raise Malformed("integer expected")


def byte_string(item: bytes, length: int | None = None) -> bytes:
    """A byte string in one piece, of exactly ``length`` bytes if given.

    The ledger takes byte strings of indefinite length in data and metadata only.
    """
    kind, argument, start = head(item, 0)
    if kind != BYTES or argument < 0:
        raise Malformed("byte string expected")
    if length is not None and argument != length:
        raise Malformed(f"byte string of {length} bytes expected, not {argument}")
    return item[start:]


def chunked_byte_string(item: bytes) -> bytes:
    """A byte string in one piece or in chunks."""
    if major(item) != BYTES:
        raise Malformed("byte string expected")
    _, argument, start = head(item, 0)
    value: bytes = item[start:] if argument >= 0 else leaf(item)
    return value


def text(item: bytes) -> str:
    """A text in one piece."""
    kind, argument, _ = head(item, 0)
    if kind != TEXT or argument < 0:
        raise Malformed("text expected")
    value: str = leaf(item)
    return value


def boolean(item: bytes) -> bool:
    """True or false."""
    if item == b"\xf5":
        return True
    if item == b"\xf4":
        return False
    raise Malformed("boolean expected")


def leaf(item: bytes) -> Any:
    """The value of an item, as cbor2 decodes it."""
    try:
        return cbor2.loads(item)
    except (cbor2.CBORDecodeError, ValueError, OverflowError, RecursionError) as error:
        raise Malformed(str(error)) from error


def _parts(item: bytes, kind: int, per_entry: int) -> list[bytes]:
    found, count, position = head(item, 0)
    if found != kind:
        raise Malformed("array expected" if kind == ARRAY else "map expected")
    result = []
    while count != 0 and item[position] != BREAK:
        for _ in range(per_entry):
            end = _end(item, position)
            result.append(item[position:end])
            position = end
        count -= 1
    return result


# States of an open container of indefinite length. A map alternates between two, and may only
# end in the odd one (after a value).
_ARRAY_UNTIL_BREAK, _MAP_VALUE_DUE, _MAP_UNTIL_BREAK = -1, -2, -3
_NEXT_STATE: dict[int, int] = {
    _ARRAY_UNTIL_BREAK: _ARRAY_UNTIL_BREAK,
    _MAP_UNTIL_BREAK: _MAP_VALUE_DUE,
    _MAP_VALUE_DUE: _MAP_UNTIL_BREAK,
}


def _end(data: bytes, position: int) -> int:
    """Where the item that starts at ``position`` ends. Not recursive, so bounded by the data.

    A payment's time goes into this more than into anything else, so it is one loop.
    """
    # One number per open container: how many items it still lacks; below zero: until a break.
    lacking = 1
    outer: list[int] = []
    while True:
        while lacking == 0:
            if not outer:
                return position
            lacking = outer.pop()
        if lacking > 0:
            lacking -= 1
        elif data[position : position + 1] != b"\xff":
            lacking = _NEXT_STATE[lacking]
        elif lacking == _MAP_VALUE_DUE:
            raise Malformed("a map with a key and no value")
        else:
            position, lacking = position + 1, 0
            continue
        kind, argument, position = head(data, position)
        if kind in _STRINGS:
            position = _end_of_string(data, position, kind, argument)
        elif kind >= ARRAY and kind != SIMPLE:
            outer.append(lacking)
            if len(outer) >= MAX_DEPTH:
                raise Malformed("nested too deep")
            if kind == TAG:
                lacking = 1
            elif kind == ARRAY:
                lacking = _ARRAY_UNTIL_BREAK if argument < 0 else argument
            else:
                lacking = _MAP_UNTIL_BREAK if argument < 0 else 2 * argument


def _end_of_string(data: bytes, position: int, kind: int, length: int) -> int:
    if length >= 0:
        if position + length > len(data):
            raise Malformed("the data ends inside a string")
        return position + length
    while True:
        if data[position : position + 1] == b"\xff":
            return position + 1
        chunk_kind, chunk, position = head(data, position)
        if chunk_kind != kind or chunk < 0 or position + chunk > len(data):
            raise Malformed("a string chunk is malformed")
        position += chunk


def head(data: bytes, position: int) -> tuple[int, int, int]:
    """The head at a position: major type, argument (-1: indefinite), and where it ends."""
    if position >= len(data):
        raise Malformed("the data ends too early")
    first = data[position]
    kind, low = first >> 5, first & 0x1F
    position += 1
    if low < 24:
        return kind, low, position
    if low < 28:
        end = position + (1 << (low - 24))
        if end > len(data):
            raise Malformed("the data ends inside a head")
        return kind, int.from_bytes(data[position:end], "big"), end
    if low == 31 and kind in (BYTES, TEXT, ARRAY, MAP):
        return kind, _INDEFINITE, position
    raise Malformed(f"byte {first:#04x} starts no item")


def array(parts: Iterable[bytes]) -> bytes:
    """An array of items."""
    parts = list(parts)
    return _write_head(ARRAY, len(parts)) + b"".join(parts)


def record(fields: Mapping[int, bytes]) -> bytes:
    """A map with unsigned keys, in the order given."""
    return pairs_as_map((_write_head(UINT, key), value) for key, value in fields.items())


def pairs_as_map(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A map of items, in the order given."""
    parts = [key + value for key, value in entries]
    return _write_head(MAP, len(parts)) + b"".join(parts)


def tag(number: int, item: bytes) -> bytes:
    """A tagged item."""
    return _write_head(TAG, number) + item


def _write_head(kind: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([kind << 5 | argument])
    for low, size in ((24, 1), (25, 2), (26, 4)):
        if argument < 1 << 8 * size:
            return bytes([kind << 5 | low]) + argument.to_bytes(size, "big")
    return bytes([kind << 5 | 27]) + argument.to_bytes(8, "big")
