"""Processes that work on a store, as the tests see them: lines to them, lines from them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from milestone_core.conformance.plugin import environment

_PROGRAM = Path(__file__).with_name("worker.py")


class Worker:
    """A process of :mod:`milestone_core.conformance.worker`; killed when the block ends."""

    def __init__(self, arguments: Sequence[str]) -> None:
        # By path, for importing the package would load pytest and hypothesis first.
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(_PROGRAM), *arguments],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._to, self._from = self.process.stdin, self.process.stdout
        self.expect("ready")

    def tell(self, line: str) -> None:
        """Send a line."""
        self._to.write(line + "\n")
        self._to.flush()

    def answer(self) -> str:
        """The next line that it prints; empty once it has ended."""
        return self._from.readline().rstrip("\n")

    def expect(self, line: str) -> None:
        """Take the next line, which must be ``line``."""
        answer = self.answer()
        assert answer == line, f"the worker said {answer!r} instead of {line!r}"

    def finish(self) -> list[str]:
        """All further lines, once it has ended by itself, well."""
        lines = self._from.read().splitlines()
        assert self.process.wait() == 0
        return lines

    def kill(self) -> list[str]:
        """End it with SIGKILL; whole lines that it had printed and nobody has taken yet."""
        self.process.kill()
        lines = self._from.read().split("\n")[:-1]
        self.process.wait()
        return lines

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.communicate()
