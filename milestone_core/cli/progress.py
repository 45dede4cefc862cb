"""A line on stderr for whatever may take longer than a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

import click

from milestone_core.cli import output

_ERASE = "\r\x1b[K"
_PATIENCE = 1.0  # seconds before a wait is worth a line


class Progress:
    """Says what is being done, for how long, and how much of it is done.

    On a terminal one line is rewritten and erased at the end. Elsewhere each new text is a line of
    its own, once. With ``--json`` it is silent.

    Example::

        with Progress("waiting for a block") as progress:
            while not confirmed():
                progress.update(f"{confirmations} of {wanted} confirmations")
    """

    def __init__(self, text: str, total: int | None = None) -> None:
        self._text, self._total, self._done = text, total, 0
        self._started = time.monotonic()
        self._silent = output.as_json() or output.logs()
        self._terminal = sys.stderr.isatty()
        self._drawn = ""

    def update(self, text: str | None = None, *, done: int | None = None) -> None:
        """Show what is going on now; call it as often as you like.

        :param done: how many of ``total`` are done.
        """
        self._text = text if text is not None else self._text
        self._done = done if done is not None else self._done
        elapsed = time.monotonic() - self._started
        if self._silent or elapsed < _PATIENCE:
            return
        if self._terminal:
            count = f" {self._done}/{self._total}" if self._total else ""
            click.echo(f"{_ERASE}{self._text}{count} ({elapsed:.0f} s)", err=True, nl=False)
            self._drawn = self._text
        elif self._text != self._drawn:
            click.echo(self._text, err=True)
            self._drawn = self._text

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._terminal and self._drawn:
            click.echo(_ERASE, err=True, nl=False)
