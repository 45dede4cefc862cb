"""Amounts between people, who write ``12.5``, and base units, which are integers."""

from __future__ import annotations

import re

from milestone_core.domain.schedule import MAX_QUANTITY
from milestone_core.errors import BadInput
from milestone_core.files.text import shown

MAX_DECIMALS = 18
"""With more, 2^63-1 base units would not make one whole token."""

_DECIMAL = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
_EXPONENT = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+")
_SEPARATED = re.compile(r"[+-]?[0-9]+([,'_ \u00a0\u2009\u202f][0-9]+)+(\.[0-9]+)?")
_LONGEST = 100  # characters; far beyond any amount, and short enough for int()


def format_amount(amount: int, decimals: int) -> str:
    """``amount`` base units as people write it, without trailing zeros: 1500000 of 6 is ``1.5``.

    :func:`parse_amount` reads it back. A negative amount keeps its sign.
    """
    sign = "-" if amount < 0 else ""
    whole, fraction = divmod(abs(amount), 10**decimals)
    if not fraction:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{str(fraction).rjust(decimals, '0').rstrip('0')}"


def parse_amount(text: str, decimals: int) -> int:
    """An amount as people write it, in base units: ``1.5`` of 6 decimals is 1500000.

    Digits, and a point with digits after it. Nothing is guessed: what a spreadsheet may have
    turned into an exponent or grouped by thousands is refused.

    :raises BadInput: it is written otherwise, is not above zero or exceeds 2^63-1 base units.
    """
    text = text.strip()
    match = _DECIMAL.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise _unreadable(text)
    whole, fraction = match[1], match[2] or ""
    if len(fraction) > decimals:
        raise BadInput(
            f"{shown(text)} has {len(fraction)} decimals, the asset has {decimals}",
            hint="write no more decimals than the asset has",
        )
    amount = int(whole + fraction.ljust(decimals, "0"))
    if amount == 0:
        raise BadInput(f"{shown(text)} is zero", hint="leave the row out, or write an amount")
    if amount > MAX_QUANTITY:
        raise BadInput(
            f"{shown(text)} exceeds 2^63-1 base units",
            hint=f"at most {format_amount(MAX_QUANTITY, decimals)}",
        )
    return amount


def _unreadable(text: str) -> BadInput:
    what = f"{shown(text)} is not an amount"
    if not text:
        return BadInput("the amount is empty", hint="write digits, such as 1000 or 12.5")
    if text.startswith("-"):
        return BadInput(f"{shown(text)} is negative", hint="write an amount above zero")
    if _EXPONENT.fullmatch(text):
        hint = "it has an exponent: write all digits (format the spreadsheet's column as text)"
        return BadInput(what, hint=hint)
    if _SEPARATED.fullmatch(text):
        hint = "write it without thousands separators, and decimals after a point: 1000 or 12.5"
        return BadInput(what, hint=hint)
    return BadInput(what, hint="write digits, and decimals after a point: 1000 or 12.5")
