"""Fields of files that people write: several spellings, and a remedy for each that is refused."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from marshmallow import fields

from milestone_core.domain.address import Address
from milestone_core.domain.vesting import MAX_STEPS
from milestone_core.errors import BadInput
from milestone_core.files.addresses import parse_address, parse_key_hash
from milestone_core.files.amounts import parse_amount
from milestone_core.files.fields import Hex
from milestone_core.files.strict import Invalid, required
from milestone_core.files.text import nearest, shown
from milestone_core.files.times import is_date_alone, parse_duration, parse_time, time_of


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, POSIX ms. ``date`` is what was written if it was a date without a time of day."""

    ms: int
    date: str = ""


class Time(fields.Field[Moment]):
    """A time: a text in ISO 8601, or a date or offset date-time of TOML."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Moment:
        try:
            return _moment(value)
        except BadInput as error:
            raise Invalid.because(error) from error


def _moment(value: object) -> Moment:
    if isinstance(value, datetime):
        return Moment(time_of(value))
    if isinstance(value, date):
        return Moment(parse_time(value.isoformat()), value.isoformat())
    if isinstance(value, str):
        return Moment(parse_time(value), value.strip() if is_date_alone(value) else "")
    written = value.isoformat() if isinstance(value, time) else shown(value)
    raise BadInput(f"{written} is not a time", hint='write it like "2027-01-31T12:00Z"')


class Duration(fields.Field[int]):
    """A length of time such as ``30d``, in ms."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        if not isinstance(value, str):
            raise Invalid(f"{shown(value)} is not a duration", 'write it with its unit: "30d"')
        try:
            return parse_duration(value)
        except BadInput as error:
            raise Invalid.because(error) from error


class Instalments(fields.Field[int]):
    """How many instalments, 1 to 255."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        text = value.strip() if isinstance(value, str) else str(value)
        whole = not isinstance(value, bool | float) and text.isascii() and text.isdigit()
        if not whole or len(text) > 9 or not 1 <= int(text) <= MAX_STEPS:
            raise Invalid(
                f"{shown(value)} is not a number of instalments", f"write 1 to {MAX_STEPS}"
            )
        return int(text)


class Amount(fields.Field[int]):
    """An amount in human units, as base units."""

    def __init__(self, decimals: int, **options: Any) -> None:
        super().__init__(**required(**options))
        self.decimals = decimals

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        if isinstance(value, float):
            raise Invalid(f"{value} is a float, which is not exact", _as_text(value))
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Invalid(f"{shown(value)} is not an amount", 'write it like "12.5"')
        try:
            return parse_amount(str(value), self.decimals)
        except BadInput as error:
            raise Invalid.because(error) from error


def _as_text(value: float) -> str:
    if not math.isfinite(value):
        return 'write digits in quotes, such as "12.5"'
    whole, _, fraction = format(Decimal(repr(value)), "f").partition(".")
    fraction = fraction.rstrip("0")
    return f'write it as "{whole}.{fraction}"' if fraction else f'write it as "{whole}"'


class PaymentAddress(fields.Field[Address]):
    """An address of ``network``; one of a script only where that is allowed."""

    def __init__(self, network: str, *, allow_script: bool, script_remedy: str) -> None:
        super().__init__(**required())
        self.network, self.allow_script = network, allow_script
        self.script_remedy = script_remedy

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Address:
        if not isinstance(value, str):
            raise Invalid(f"{shown(value)} is not an address", "write it in quotes")
        try:
            address = parse_address(value, self.network)
        except BadInput as error:
            raise Invalid.because(error) from error
        if address.payment.is_script and not self.allow_script:
            raise Invalid(f"{shown(value)} is the address of a script", self.script_remedy)
        return address


class Oracle(fields.Field[bytes]):
    """An oracle: an address, of which the payment key counts, a key's hash, or a public key."""

    def __init__(self, network: str) -> None:
        super().__init__(**required())
        self.network = network

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bytes:
        if not isinstance(value, str):
            raise Invalid(
                f"{shown(value)} is neither an address nor a key hash in hex", "write it in quotes"
            )
        try:
            return parse_key_hash(value, self.network)
        except BadInput as error:
            raise Invalid.because(error) from error


class AnyCaseHex(Hex):
    """Bytes in hex, in upper or lower case."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bytes:
        text = value.strip().lower() if isinstance(value, str) else value
        return super()._deserialize(text, *args, **kwargs)


class OneOf(fields.Field[str]):
    """A name that is declared elsewhere in the schedule; any, where ``names`` is None."""

    def __init__(self, names: Collection[str] | None, what: str, **options: Any) -> None:
        super().__init__(**required(**options))
        self.names, self.what = names, what

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str):
            raise Invalid(f"{shown(value)} is no {self.what}", "write its name in quotes")
        if self.names is not None and value not in self.names:
            advice = nearest(value, self.names) or "declare it in the schedule"
            raise Invalid(f"there is no {self.what} {shown(value)}", advice)
        return value
