"""The chain's clock, from ``queryNetwork/startTime`` and ``queryLedgerState/eraSummaries``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

from milestone_core.api import Era, SlotClock
from milestone_ogmios.fields import Field

# Upstream writes up to twelve digits of a second, more than datetime reads.
_UTC_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?Z?")


def read_clock(start: Field, summaries: Field) -> SlotClock:
    """The clock of a chain: its start, and for each era when it began and how long a slot is.

    :raises BadAnswer: a field is missing or odd, there is no era, or the eras are out of order.
    """
    start_ms = read_start(start)
    eras = tuple(read_era(summary, start_ms) for summary in summaries.items())
    if not eras:
        raise summaries.odd("at least one era")
    for earlier, later in pairwise(eras):
        if later.start_slot < earlier.start_slot or later.start_ms < earlier.start_ms:
            raise summaries.odd("eras in the order of time")
    return SlotClock(eras)


def read_start(field: Field) -> int:
    """A time such as ``2022-10-25T00:00:00Z``, as POSIX ms."""
    found = _UTC_TIME.fullmatch(field.text())
    if found is None:
        raise field.odd("a time in UTC")
    try:
        second = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        raise field.odd("a time in UTC") from None
    return int(second.timestamp()) * 1000 + int((found[2] or "").ljust(3, "0")[:3])


def read_era(summary: Field, start_ms: int) -> Era:
    """One era. Its times are relative to the chain's start, and its end may be open."""
    start, end = summary["start"], summary.get("end")
    slot_length = read_duration(summary["parameters"]["slotLength"])
    if slot_length <= 0:
        raise summary["parameters"]["slotLength"].odd("a length above zero")
    return Era(
        start_ms=start_ms + read_duration(start["time"]),
        start_slot=start["slot"].integer(0),
        slot_length_ms=slot_length,
        end_slot=None if end is None else end["slot"].integer(0),
    )


def read_duration(field: Field) -> int:
    """``{"milliseconds": n}`` or ``{"seconds": n}``, as ms."""
    milliseconds = field.get("milliseconds")
    if milliseconds is not None:
        return milliseconds.integer()
    seconds = field["seconds"]
    if type(seconds.value) is int:
        return seconds.integer() * 1000
    exact: Fraction = seconds.number() * 1000
    if exact.denominator != 1:
        raise seconds.odd("whole milliseconds")
    return exact.numerator
