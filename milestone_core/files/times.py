"""Times and durations between people, who write ISO 8601 and ``30d``, and milliseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from milestone_core.domain.schedule import TIME_LIMIT
from milestone_core.errors import BadInput
from milestone_core.files.text import shown

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]"
    r"(?P<clock>(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,3})?)?)"
    r"(?P<zone>[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?"
)
_DURATION = re.compile(r"([0-9]{1,15})\s*([a-z]+)")
_UNITS = {
    "ms": ("ms", "millisecond", "milliseconds"),
    "s": ("s", "sec", "second", "seconds"),
    "min": ("min", "minute", "minutes"),
    "h": ("h", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
}
_LENGTHS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_MS_OF = {word: _LENGTHS[unit] for unit, words in _UNITS.items() for word in words}
_UNEQUAL = frozenset({"mo", "mon", "month", "months", "quarter", "quarters", "y", "year", "years"})


def iso(ms: int) -> str:
    """A time (POSIX ms) in ISO 8601, UTC: ``2026-01-31T09:30:00Z``, with ms only where needed.

    :raises OverflowError: it lies beyond the year 9999.
    """
    moment = _EPOCH + timedelta(milliseconds=ms)
    timespec = "milliseconds" if ms % 1000 else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


def is_date_alone(text: str) -> bool:
    """Whether :func:`parse_time` takes ``text`` as the beginning of that day in UTC."""
    return _DATE.fullmatch(text.strip()) is not None


def parse_time(text: str) -> int:
    """A time as people write it, in POSIX ms: an ISO 8601 date and time with its zone.

    A date alone is midnight UTC, at its beginning; whoever reads one should say so
    (:func:`is_date_alone`).

    :raises BadInput: it is written otherwise, has no zone, or lies outside 1970 to 2248.
    """
    text = text.strip()
    if is_date_alone(text):
        return _ms_of(f"{text}T00:00+00:00", text)
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadInput(
            f"{shown(text)} is not a time", hint="write it like 2027-01-31T12:00Z, or 2027-01-31"
        )
    if match["zone"] is None:
        raise BadInput(
            f"{shown(text)} has no time zone",
            hint=f"write {match['date']}T{match['clock']}Z for UTC, or an offset such as +02:00",
        )
    zone = "+00:00" if match["zone"] in "Zz" else match["zone"]
    return _ms_of(f"{match['date']}T{match['clock']}{zone}", text)


def _ms_of(iso_text: str, text: str) -> int:
    try:
        moment = datetime.fromisoformat(_three_digits(iso_text))
        return time_of(moment)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{shown(text)} is not a time: {error}", hint="see the calendar") from error


def time_of(moment: datetime) -> int:
    """The POSIX ms of an aware ``datetime``.

    :raises BadInput: it has no zone, is finer than a millisecond, or lies outside 1970 to 2248.
    """
    written = moment.isoformat()
    if moment.tzinfo is None:
        hint = f"write {written}Z for UTC, or an offset such as +02:00"
        raise BadInput(f"{written} has no time zone", hint=hint)
    if moment.microsecond % 1000:
        raise BadInput(f"{written} is finer than a millisecond", hint="leave the fraction out")
    ms = (moment - _EPOCH) // _MILLISECOND
    if not 0 <= ms < TIME_LIMIT:
        raise BadInput(f"{written} lies outside the years 1970 to 2248", hint="choose another")
    return ms


def _three_digits(iso_text: str) -> str:
    """The same text with a fraction of three digits, which every Python version reads."""
    return re.sub(r"\.([0-9]{1,3})", lambda match: f".{match[1]:0<3}", iso_text)


def parse_duration(text: str) -> int:
    """A length of time as people write it, in ms: ``90s``, ``45min``, ``12h``, ``30d``, ``4w``.

    Only units of one fixed length: the contract counts in milliseconds, and months differ.

    :raises BadInput: another unit or form, zero, or longer than 278 years.
    """
    text = text.strip().lower()
    match = _DURATION.fullmatch(text)
    if match is None:
        raise BadInput(f"{shown(text)} is not a duration", hint="write it like 12h, 30d or 4w")
    number, unit = int(match[1]), match[2]
    if unit in _UNEQUAL:
        raise BadInput(
            f"{shown(text)} has no fixed length",
            hint="write days or weeks: 30d or 4w; a twelfth of a mean year is 43830min",
        )
    if unit == "m":
        raise BadInput(f"{shown(text)} could be minutes or months", hint="write 45min, 30d or 4w")
    if unit not in _MS_OF:
        raise BadInput(f"{unit!r} is not a unit of time", hint="known: " + ", ".join(_UNITS))
    duration = number * _MS_OF[unit]
    if not 0 < duration <= TIME_LIMIT:
        raise BadInput(f"{shown(text)} is not between 1 ms and 278 years", hint="choose another")
    return duration


def format_duration(ms: int) -> str:
    """A length of time in the largest unit that divides it: 2592000000 is ``30d``.

    :func:`parse_duration` reads it back.
    """
    for unit in ("d", "h", "min", "s"):
        if ms % _LENGTHS[unit] == 0:
            return f"{ms // _LENGTHS[unit]}{unit}"
    return f"{ms}ms"
