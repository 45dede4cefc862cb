"""What may be stored, for authors of a storage: JSON objects without floats, under non-empty names.

Checked when a document is put, so that a mistake is met where it was made and not when the
document is read again.
"""

from __future__ import annotations

from collections.abc import Mapping

from milestone_core.errors import BadInput
from milestone_core.ports import Document

MAX_DEPTH = 100
# Python refuses to read integers of more than 4,300 decimal digits (14,284 bits).
MAX_INTEGER_BITS = 14_000


def check_name(kind: str, name: str) -> None:
    """Refuse what cannot name a collection or a key (``kind`` says which).

    :raises TypeError: it is not a string.
    :raises BadInput: it is empty, or no Unicode text.
    """
    if not isinstance(name, str):
        raise TypeError(f"a {kind} is a string, not {type(name).__name__}")
    if not name:
        raise BadInput(f"a {kind} cannot be empty")
    _check_text(name, kind)


def plain_document(document: Document) -> dict[str, object]:
    """A copy of ``document`` made of nothing but dicts, lists, strings, integers, booleans, None.

    :raises TypeError: something in it is not JSON, or is a float.
    :raises BadInput: text that is not Unicode, nesting or an integer beyond all sense.
    """
    if not isinstance(document, Mapping):
        raise TypeError(f"a document is a JSON object, not {type(document).__name__}")
    return _object(document, "document", 1)


def _object(value: Mapping[str, object], where: str, depth: int) -> dict[str, object]:
    if depth > MAX_DEPTH:
        raise BadInput(f"a document is nested more than {MAX_DEPTH} levels deep")
    copy: dict[str, object] = {}
    for name, member in value.items():
        if not isinstance(name, str):
            raise TypeError(f"{where} has the name {name!r}; names in JSON are strings")
        _check_text(name, f"name in {where}")
        copy[name] = _value(member, f"{where}.{name}", depth)
    return copy


def _value(value: object, where: str, depth: int) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        _check_text(value, where)
        return value
    if isinstance(value, int):
        if value.bit_length() > MAX_INTEGER_BITS:
            raise BadInput(f"{where} is an integer of more than {MAX_INTEGER_BITS} bits")
        return value
    if isinstance(value, Mapping):
        return _object(value, where, depth + 1)
    if isinstance(value, list):
        if depth >= MAX_DEPTH:
            raise BadInput(f"a document is nested more than {MAX_DEPTH} levels deep")
        return [_value(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(value)]
    raise TypeError(
        f"{where} is of type {type(value).__name__}; a document holds strings, integers, "
        "booleans, None, lists and objects of these"
    )


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadInput(f"{where} holds a lone surrogate, which is not text") from error
