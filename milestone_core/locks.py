"""A lock between processes, and between threads: the exclusive hold of an open file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from milestone_core.errors import Busy

LOCK_WAIT_SECONDS = 5.0
_POLL_SECONDS = 0.01

if sys.platform == "win32":
    import msvcrt

    def _hold(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _hold(descriptor: int) -> bool:
        # flock, not lockf: it belongs to the open file, so two threads exclude each other, and
        # closing another descriptor of the same file does not let go of it.
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` (made where missing, never removed) for the block.

    The operating system lets go of it when the process ends, however it ends.

    :raises Busy: somebody else has held it for more than five seconds.
    :raises OSError: the lock file cannot be opened.
    """
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        while not _hold(descriptor):
            if time.monotonic() >= deadline:
                raise lock_is_busy(path)
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def lock_is_busy(path: Path) -> Busy:
    """The error of somebody who has waited in vain for ``path``."""
    return Busy(
        f"another process has held {path} for more than {LOCK_WAIT_SECONDS:.0f} seconds",
        hint="wait until it has finished, then run the command again; nothing was changed",
        details={"path": str(path), "waited_seconds": LOCK_WAIT_SECONDS},
    )
