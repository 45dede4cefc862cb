"""Where a demonstration happens: a folder of its own, out of reach of the user's settings."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from milestone_core.plugin import BLOCK_VARIABLE, LOAD_VARIABLE

_PREFIX = "MILESTONE_"
_KEPT = frozenset({LOAD_VARIABLE, BLOCK_VARIABLE})


@contextmanager
def project_folder(*, keep: bool) -> Iterator[Path]:
    """Work in a new folder, which vanishes at the end unless it is to be kept.

    Neither the environment's settings nor the user's file reach into it: a demonstration must not
    meet anybody's real network or data. Which plugins are loaded stays the user's choice.
    """
    folder = Path(tempfile.mkdtemp(prefix="milestone-demo-")).resolve()
    before, environment = _current_folder(), dict(os.environ)
    try:
        os.chdir(folder)
        for name in [n for n in os.environ if n.startswith(_PREFIX) and n not in _KEPT]:
            del os.environ[name]
        os.environ["XDG_CONFIG_HOME"] = str(folder / "no-settings")
        yield folder
    finally:
        os.environ.clear()
        os.environ.update(environment)
        with suppress(OSError):
            os.chdir(before)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path(tempfile.gettempdir())


@contextmanager
def asked_to_stop() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that what was started is stopped."""
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # What is ignored stays ignored: that is how nohup works.
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _interrupt) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
