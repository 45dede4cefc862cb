"""A moment by which something must be over, and a call that is given up by then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the monotonic clock, so that steps of one call share its time."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The moment so many seconds from now."""
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """The seconds that remain, zero once it has passed."""
        return max(0.0, self.at - time.monotonic())

    def bound(self, call: Callable[[], _T]) -> _T:
        """The outcome of ``call``, run on a thread of its own that is left behind when it is late.

        The timeouts of ``requests`` begin anew with every byte, so that a server which drips
        would hold us for ever.

        :raises TimeoutError: it has not come back in time.
        """
        outcome: Future[_T] = Future()

        def run() -> None:
            try:
                outcome.set_result(call())
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                outcome.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return outcome.result(self.left())
