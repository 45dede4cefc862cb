"""Plutus data as Python values, and its CBOR.

A constructor is :class:`Constr`, a list is a ``list``, a map is a ``dict``; integers and bytes are
themselves. One value has many encodings: decode and compare values, never bytes. What we put on
chain is the shortest of them, for every byte costs a fee and a page its room; what a script hashes
is that of the machine's ``serialiseData``.

Source: the ledger's ``conway.cddl``, rule ``plutus_data``.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import cbor2

CHUNK = 64
_MAX_DEPTH = 64
_INDEFINITE_LIST, _BREAK = b"\x9f", b"\xff"


@dataclass(frozen=True, slots=True)
class Constr:
    """A constructor by its index, with its fields."""

    index: int
    fields: list[Data] = field(default_factory=list)


Data = Constr | int | bytes | list["Data"] | dict["Data", "Data"]


class NotPlutusData(ValueError):
    """The bytes are not the CBOR of plutus data."""


def encode(data: Data) -> bytes:
    """The shortest CBOR of ``data``: lists say their length."""
    return _encode(data, _definite)


def serialise(data: Data) -> bytes:
    """The CBOR that a script's ``serialiseData`` makes of ``data``: lists that are not empty are
    of indefinite length (``PlutusCore.Data``)."""
    return _encode(data, _indefinite)


_MakeList = Callable[[list[bytes]], bytes]


def _definite(items: list[bytes]) -> bytes:
    return _head(4, len(items)) + b"".join(items)


def _indefinite(items: list[bytes]) -> bytes:
    return _INDEFINITE_LIST + b"".join(items) + _BREAK if items else _definite(items)


def _encode(data: Data, make_list: _MakeList) -> bytes:
    match data:
        case Constr(index, fields):
            return _constructor(index, make_list([_encode(field, make_list) for field in fields]))
        case bytes():
            return _bytes(data)
        case int():
            return _integer(data)
        case list():
            return make_list([_encode(item, make_list) for item in data])
        case dict():
            pairs = [_encode(k, make_list) + _encode(v, make_list) for k, v in data.items()]
            return _head(5, len(data)) + b"".join(pairs)


def _constructor(index: int, fields: bytes) -> bytes:
    if index < 7:
        return _head(6, 121 + index) + fields
    if index < 128:
        return _head(6, 1280 + index - 7) + fields
    return _head(6, 102) + _head(4, 2) + _integer(index) + fields


def _bytes(data: bytes) -> bytes:
    if len(data) <= CHUNK:
        return _head(2, len(data)) + data
    chunks = (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))
    return b"\x5f" + b"".join(_head(2, len(chunk)) + chunk for chunk in chunks) + _BREAK


def _integer(number: int) -> bytes:
    if -(2**64) <= number < 2**64:
        return _head(0, number) if number >= 0 else _head(1, -1 - number)
    magnitude = number if number >= 0 else -1 - number
    raw = magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "big")
    return (b"\xc2" if number >= 0 else b"\xc3") + _bytes(raw)


def _head(major: int, argument: int) -> bytes:
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 24:
            return bytes([major << 5 | argument])
        if argument < 1 << 8 * width:
            return bytes([major << 5 | info]) + argument.to_bytes(width, "big")
    raise ValueError(f"{argument} does not fit a CBOR head")


def decode(raw: bytes) -> Data:
    """Read plutus data, in any of its encodings.

    :raises NotPlutusData: the bytes are something else, or something more.
    """
    stream = io.BytesIO(raw)
    try:
        item = cbor2.CBORDecoder(stream).decode()
    except (cbor2.CBORDecodeError, RecursionError, ValueError, TypeError, OverflowError) as error:
        raise NotPlutusData(str(error)) from error
    if stream.tell() != len(raw):
        raise NotPlutusData("bytes are left over")
    return _from_cbor(item, 0)


def _from_cbor(item: object, depth: int) -> Data:
    if depth > _MAX_DEPTH:
        raise NotPlutusData("it is nested too deeply")
    match item:
        case bool():
            raise NotPlutusData("it holds a truth value")
        case int() | bytes():
            return item
        case list() | tuple():
            return [_from_cbor(element, depth + 1) for element in item]
        case cbor2.CBORTag():
            return _constructor_from_cbor(item, depth)
    if isinstance(item, dict):
        pairs = item.items()
        return {_key(k, depth): _from_cbor(v, depth + 1) for k, v in pairs}
    raise NotPlutusData(f"it holds a {type(item).__name__}")


def _key(item: object, depth: int) -> Data:
    key = _from_cbor(item, depth + 1)
    if not isinstance(key, int | bytes):
        raise NotPlutusData("a map has a key that is neither an integer nor bytes")
    return key


def _constructor_from_cbor(item: cbor2.CBORTag, depth: int) -> Constr:
    tag, value = item.tag, item.value
    if 121 <= tag <= 127:
        index = tag - 121
    elif 1280 <= tag <= 1400:
        index = tag - 1280 + 7
    elif tag == 102 and isinstance(value, list | tuple) and len(value) == 2:
        index, value = value
    else:
        raise NotPlutusData(f"tag {tag} is not a constructor")
    if not isinstance(index, int) or not isinstance(value, list | tuple):
        raise NotPlutusData("a constructor has no list of fields")
    return Constr(index, cast("list[Data]", _from_cbor(value, depth + 1)))
