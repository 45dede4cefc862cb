"""Reading a server's JSON field by field: what is odd is named by its path. For backends.

Numbers stay exact: integers have any size, and a number with a fraction or an exponent is kept as
the text it was written in, for no binary float can hold it.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import ClassVar, Self

from milestone_core.errors import BadAnswer

# Enough for every parameter of the ledger, and too little to fill the memory: "1e999999999".
_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?")
_HEX = re.compile(r"([0-9a-fA-F]{2})*")
_RATIO = re.compile(r"-?\d{1,60}/\d{1,60}")
_SHOWN = 60


class Inexact(str):
    """A JSON number that is not an integer, as it was written."""

    __slots__ = ()


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def one_line(text: str, limit: int = 400) -> str:
    """A server's words, safe for a terminal: printable, on one line, not endless."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


class AnswerField:
    """A JSON value and the path that led to it. Each reader raises ``BadAnswer`` by that path.

    A backend makes a class of its own, whose ``server`` is the name that users know.
    """

    __slots__ = ("path", "value")
    server: ClassVar[str]

    def __init__(self, value: object, path: str) -> None:
        self.value = value
        self.path = path

    @classmethod
    def parse(cls, text: str | bytes, what: str) -> Self:
        """A JSON text as a field of the path ``what``.

        :raises BadAnswer: it is not JSON.
        """
        try:
            value = json.loads(text, parse_float=Inexact, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise BadAnswer(
                f"{cls.server} sent {what} that is not whole JSON: {one_line(str(error))}",
                details={"field": what},
            ) from error
        return cls(value, what)

    def __getitem__(self, key: str) -> Self:
        found = self.get(key)
        if found is None:
            path = f"{self.path}.{key}"
            raise BadAnswer(f"{self.server}'s answer lacks {path}", details={"field": path})
        return found

    def get(self, key: str) -> Self | None:
        """The member, None where it is absent or null."""
        value = self.raw(key)
        return None if value is None else self._at(value, f".{key}")

    def raw(self, key: str) -> object:
        """The member as it came, None where it is absent or null."""
        if not isinstance(self.value, dict):
            raise self.odd("an object")
        return self.value.get(key)

    def members(self) -> dict[str, Self]:
        """The members of an object, by name."""
        if not isinstance(self.value, dict):
            raise self.odd("an object")
        return {key: self._at(value, f".{key}") for key, value in self.value.items()}

    def items(self) -> list[Self]:
        """The items of an array."""
        if not isinstance(self.value, list):
            raise self.odd("an array")
        return [self._at(value, f"[{i}]") for i, value in enumerate(self.value)]

    def integer(self, least: int | None = None) -> int:
        """An integer of any size, at least ``least`` if that is given."""
        # type() and not isinstance(): a JSON true is no integer, though Python's is one.
        if type(self.value) is not int:
            raise self.odd("an integer")
        if least is not None and self.value < least:
            raise self.odd(f"an integer from {least} up")
        return self.value

    def natural(self, most: int | None = None) -> int:
        """An integer from 0 up, no larger than ``most`` if that is given."""
        number = self.integer(0)
        if most is not None and number > most:
            raise self.odd(f"an integer up to {most}")
        return number

    def text(self) -> str:
        """A string."""
        if type(self.value) is not str:
            raise self.odd("a string")
        return self.value

    def boolean(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.odd("true or false")
        return self.value

    def hex(self, length: int | None = None) -> bytes:
        """Bytes in base16, of that length if one is given."""
        text = self.text()
        if not _HEX.fullmatch(text) or (length is not None and len(text) != 2 * length):
            raise self.odd("bytes in hex" if length is None else f"{length} bytes in hex")
        return bytes.fromhex(text)

    def ratio(self) -> Fraction:
        """A ratio written ``"a/b"``, not below zero."""
        text = self.text()
        if not _RATIO.fullmatch(text) or not int(text.partition("/")[2]):
            raise self.odd('a ratio "a/b"')
        return self._not_negative(Fraction(text))

    def number(self) -> Fraction:
        """A JSON number with or without a fraction, not below zero, exactly as it was written."""
        if type(self.value) is int:
            return self._not_negative(Fraction(self.value))
        if not isinstance(self.value, Inexact) or not _DECIMAL.fullmatch(self.value):
            raise self.odd("a number")
        return self._not_negative(Fraction(self.value))

    def odd(self, expected: str) -> BadAnswer:
        """The error that says what belongs here."""
        return BadAnswer(
            f"{self.server} answered {self.path} = {self._shown()} where {expected} belongs",
            details={"field": self.path},
        )

    def _at(self, value: object, step: str) -> Self:
        return type(self)(value, self.path + step)

    def _shown(self) -> str:
        if isinstance(self.value, dict):
            return "{…}"
        if isinstance(self.value, list):
            return "[…]"
        return one_line(json.dumps(self.value, ensure_ascii=False), _SHOWN)

    def _not_negative(self, value: Fraction) -> Fraction:
        if value < 0:
            raise self.odd("nothing below zero")
        return value
