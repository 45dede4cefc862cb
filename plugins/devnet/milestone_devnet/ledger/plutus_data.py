"""The shape of Plutus data (CDDL ``plutus_data``). Its meaning is the evaluator's business."""

from __future__ import annotations

from . import cbor

_BIG_INTEGERS = (2, 3)
_GENERAL_CONSTRUCTOR = 102
_MAX_CHUNK = 64


def check_plutus_data(item: bytes) -> None:
    """Raise ``Malformed`` unless the item (known to be well-formed CBOR) is Plutus data.

    One pass over the heads, whatever the nesting.
    """
    position = 0
    while position < len(item):
        if item[position] == cbor.BREAK:
            position += 1
            continue
        kind, argument, position = cbor.head(item, position)
        if kind == cbor.BYTES:
            position = _end_of_chunks(item, position, argument)
        elif kind == cbor.TAG:
            _check_tag(item, position, argument)
        elif kind in (cbor.TEXT, cbor.SIMPLE):
            raise cbor.Malformed("neither a constructor, map, list, integer nor byte string")


def _check_tag(item: bytes, content: int, tag: int) -> None:
    kind, _, _ = cbor.head(item, content)
    if tag in _BIG_INTEGERS:
        expected = kind == cbor.BYTES
    elif tag == _GENERAL_CONSTRUCTOR:
        majors = [cbor.major(part) for part in cbor.items(item[content:])]
        expected = majors == [cbor.UINT, cbor.ARRAY]
    else:
        expected = kind == cbor.ARRAY and (121 <= tag <= 127 or 1280 <= tag <= 1400)
    if not expected:
        raise cbor.Malformed(f"tag {tag} is misplaced in Plutus data")


def _end_of_chunks(item: bytes, position: int, length: int) -> int:
    if length > _MAX_CHUNK:
        raise cbor.Malformed("a byte string of more than 64 bytes in one piece in Plutus data")
    if length >= 0:
        return position + length
    while item[position] != cbor.BREAK:
        _, chunk, position = cbor.head(item, position)
        position = _end_of_chunks(item, position, chunk)
    return position + 1
