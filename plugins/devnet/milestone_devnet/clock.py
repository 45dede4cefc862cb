"""The devnet's clock: real time plus an offset, so that time can be made to jump."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from milestone_devnet.ledger import SlotConfig

# The last moment that ISO 8601 with four digits can write; nothing may lie beyond.
END_OF_TIME_MS = 253_402_300_799_000


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


class Clock:
    """POSIX milliseconds and slots from one anchor, which both phases of validation share.

    ``offset_ms`` is how far the devnet is ahead of the machine. On one chain it only ever grows.
    """

    def __init__(
        self, slots: SlotConfig, offset_ms: int = 0, wall_ms: Callable[[], int] = _wall_clock_ms
    ) -> None:
        self.slots = slots
        self.offset_ms = offset_ms
        self._wall_ms = wall_ms

    def now_ms(self) -> int:
        """The devnet's time, POSIX ms."""
        return self._wall_ms() + self.offset_ms

    def slot(self) -> int:
        """The slot that the devnet's time falls in."""
        return self.slots.slot_at(self.now_ms())

    def skip(self, milliseconds: int) -> None:
        """Jump forward.

        :raises ValueError: backward, or beyond the year 9999.
        """
        if milliseconds < 0:
            raise ValueError("time on a chain never goes back")
        if self.now_ms() + milliseconds > END_OF_TIME_MS:
            raise ValueError("that is beyond the year 9999")
        self.offset_ms += milliseconds

    def adopt(self, slots: SlotConfig, offset_ms: int) -> None:
        """Become the clock of another chain; only here may time go back."""
        self.slots = slots
        self.offset_ms = offset_ms

    def reach(self, slot: int) -> None:
        """Jump to the start of ``slot`` unless it has begun already."""
        self.offset_ms += max(0, self.slots.time_of(slot) - self.now_ms())


def iso_time(time_ms: int) -> str:
    """A POSIX time in ms as people read it: ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(time_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
