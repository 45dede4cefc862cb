"""Plutus data out of the evaluator's error texts, where they stand in Rust's debug form.

A program that is no function makes the evaluator show what it was applied to: the script
context that it made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import cbor2

_TOKEN = re.compile(r"[A-Za-z]\w*|\d+|[\[\](){},:]")


def plain(value: Any) -> Any:
    """Data as cbor2 reads them, as tuples (of tag and fields, or "map" and entries) and lists."""
    if isinstance(value, cbor2.CBORTag):
        return (value.tag, plain(value.value))
    if isinstance(value, Mapping):
        return ("map", [(plain(key), plain(entry)) for key, entry in value.items()])
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def data_of(text: str) -> Any:
    """The data that a debug text shows, in the form of ``plain``."""
    return _Reader(_TOKEN.findall(text)).data()


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._position = 0

    def data(self) -> Any:
        kind = self._next()
        self._expect("(")
        value = getattr(self, "_" + kind.lower())()
        self._expect(")")
        return value

    def _constr(self) -> Any:
        self._expect(*["Constr", "{", "tag", ":"])
        tag = int(self._next())
        self._expect(*[",", "any_constructor", ":", "None", ",", "fields", ":"])
        fields = self._sequence(self.data)
        self._expect("}")
        return (tag, fields)

    def _array(self) -> Any:
        return self._sequence(self.data)

    def _map(self) -> Any:
        return ("map", self._sequence(self._pair))

    def _pair(self) -> tuple[Any, Any]:
        self._expect("(")
        key = self.data()
        self._expect(",")
        value = self.data()
        self._expect(")")
        return key, value

    def _bigint(self) -> Any:
        kind = self._next()
        self._expect("(")
        value = self._small() if kind == "Int" else self._large(kind == "BigNInt")
        self._expect(")")
        return value

    def _small(self) -> int:
        self._expect(*["Int", "(", "Int", "{", "neg", ":"])
        negative = self._next() == "true"
        self._expect(*[",", "val", ":"])
        value = int(self._next())
        self._expect(*["}", ")"])
        return -1 - value if negative else value

    def _large(self, negative: bool) -> int:
        magnitude = int.from_bytes(self._bytes(), "big")
        return -1 - magnitude if negative else magnitude

    def _boundedbytes(self) -> Any:
        return self._bytes()

    def _bytes(self) -> bytes:
        self._expect("BoundedBytes", "(")
        value = bytes(self._list(lambda: int(self._next())))
        self._expect(")")
        return value

    def _sequence(self, element: Any) -> list[Any]:
        """``Def([...])`` or ``Indef([...])``."""
        assert self._next() in ("Def", "Indef")
        self._expect("(")
        result = self._list(element)
        self._expect(")")
        return result

    def _list(self, element: Any) -> list[Any]:
        self._expect("[")
        result = []
        while self._tokens[self._position] != "]":
            result.append(element())
            if self._tokens[self._position] == ",":
                self._position += 1
        self._expect("]")
        return result

    def _expect(self, *tokens: str) -> None:
        for token in tokens:
            found = self._next()
            assert found == token, f"{token} expected, not {found}, at {self._position}"

    def _next(self) -> str:
        self._position += 1
        return self._tokens[self._position - 1]
