"""Reading a server's JSON field by field, so that what is odd is named by its path."""

from __future__ import annotations

import json
import re

from milestone_core.api import BadAnswer

_HEX = re.compile(r"([0-9a-fA-F]{2})*")
_SHOWN = 60


def parse(text: str | bytes, what: str) -> Field:
    """A JSON text as a field of the path ``what``.

    :raises BadAnswer: it is not JSON.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(
            f"Kupo sent {what} that is not whole JSON: {one_line(str(error))}",
            details={"field": what},
        ) from error
    return Field(value, what)


def one_line(text: str, limit: int = 400) -> str:
    """A server's words, safe for a terminal: printable, on one line, not endless."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


class Field:
    """A JSON value and the path that led to it. Each reader raises ``BadAnswer`` by that path."""

    __slots__ = ("path", "value")

    def __init__(self, value: object, path: str) -> None:
        self.value = value
        self.path = path

    def __getitem__(self, key: str) -> Field:
        found = self.get(key)
        if found is None:
            raise BadAnswer(
                f"Kupo's answer lacks {self.path}.{key}", details={"field": f"{self.path}.{key}"}
            )
        return found

    def get(self, key: str) -> Field | None:
        """The member, None where it is absent or null."""
        if not isinstance(self.value, dict):
            raise self.odd("an object")
        value = self.value.get(key)
        return None if value is None else Field(value, f"{self.path}.{key}")

    def members(self) -> dict[str, Field]:
        """The members of an object, by name."""
        if not isinstance(self.value, dict):
            raise self.odd("an object")
        return {key: Field(value, f"{self.path}.{key}") for key, value in self.value.items()}

    def items(self) -> list[Field]:
        """The items of an array."""
        if not isinstance(self.value, list):
            raise self.odd("an array")
        return [Field(value, f"{self.path}[{i}]") for i, value in enumerate(self.value)]

    def natural(self, most: int | None = None) -> int:
        """An integer from 0 up, of any size."""
        # type() and not isinstance(): a JSON true is no integer, though Python's is one.
        if type(self.value) is not int or self.value < 0:
            raise self.odd("an integer from 0 up")
        if most is not None and self.value > most:
            raise self.odd(f"an integer up to {most}")
        return self.value

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            raise self.odd("a string")
        return self.value

    def hex(self, length: int | None = None) -> bytes:
        """Bytes in base16, of that length if one is given."""
        text = self.text()
        if not _HEX.fullmatch(text) or (length is not None and len(text) != 2 * length):
            raise self.odd("bytes in hex" if length is None else f"{length} bytes in hex")
        return bytes.fromhex(text)

    def odd(self, expected: str) -> BadAnswer:
        """The error that says what belongs here."""
        return BadAnswer(
            f"Kupo answered {self.path} = {self._shown()} where {expected} belongs",
            details={"field": self.path},
        )

    def _shown(self) -> str:
        if isinstance(self.value, dict):
            return "{…}"
        if isinstance(self.value, list):
            return "[…]"
        return one_line(json.dumps(self.value, ensure_ascii=False), _SHOWN)
