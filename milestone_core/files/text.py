"""Small rules about text that every reader shares."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SHOWN_LENGTH = 40
_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_slug(text: str) -> bool:
    """Whether ``text`` can be a name: 1 to 64 ASCII letters, digits, ``-``, ``_``, ``.``.

    It begins with a letter or a digit, so that it is never an option, a hidden file or ``..``.
    """
    return _SLUG.fullmatch(text) is not None


def is_plain(text: str) -> bool:
    """Whether ``text`` can be shown in a terminal as it is.

    Control characters, lone surrogates, line breaks and changes of direction are not plain: they
    let a file write over the screen, or show another text than it holds.
    """
    return not any(
        unicodedata.category(character) in _CONTROLS or character in _DIRECTION_OVERRIDES
        for character in text
    )


def shown(value: object) -> str:
    """``value`` as a message quotes it: escaped, and cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 3]}..."


def nearest(word: str, known: Iterable[str]) -> str:
    """Which of the ``known`` words was probably meant, as advice; all of them if none is near."""
    candidates = sorted(known)
    close = difflib.get_close_matches(word.lower(), candidates, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return "known: " + ", ".join(candidates) if candidates else ""
