"""What commands print: one result on stdout, everything else on stderr.

For people, stdout has text and stderr notes, warnings and progress. With ``--json``, stdout has
exactly one object, and every line on stderr is one as well: ``{"warning": ...}`` while the command
runs, ``{"error": ...}`` if it fails; notes and progress are left out.

With ``--log-json``, all of stderr is one JSON object a line, each step of the command among them,
whatever stdout has: ``{"time", "event", ...}``.

How to print is read off the arguments before Click parses them (:class:`Mode`), because errors of
parsing have to heed it too.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from milestone_core.errors import BadInput, Interrupted, MilestoneError

SCHEMA = 1

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Mode:
    """How to print: as JSON, without colour, with tracebacks, with a log of every step."""

    json: bool = False
    plain: bool = False
    verbose: bool = False
    log: bool = False

    @classmethod
    def of(cls, arguments: Sequence[str], environ: Mapping[str, str]) -> Mode:
        """The mode that a command line asks for. See https://no-color.org for ``NO_COLOR``."""
        end = arguments.index("--") if "--" in arguments else len(arguments)
        options = arguments[:end]
        return cls(
            json="--json" in options,
            plain="--no-color" in options or bool(environ.get("NO_COLOR")),
            verbose="--verbose" in options,
            log="--log-json" in options,
        )

    @property
    def color(self) -> bool | None:
        """What Click calls colour: False for never, None for wherever there is a terminal."""
        return False if self.plain else None


_mode: ContextVar[Mode] = ContextVar("mode")


@contextmanager
def printing(mode: Mode) -> Iterator[None]:
    """Print in this mode within the block."""
    token = _mode.set(mode)
    try:
        yield
    finally:
        _mode.reset(token)


def _current() -> Mode:
    return _mode.get(Mode())


def json_option(command: CommandT) -> CommandT:
    """Give a command ``--json``. It takes no parameter for it: :func:`emit` knows."""
    explanation = "Print one JSON object instead of text."
    return click.option("--json", is_flag=True, expose_value=False, help=explanation)(command)


def as_json() -> bool:
    """Whether ``--json`` was given."""
    return _current().json


def emit(
    document: Mapping[str, object],
    lines: Iterable[str],
    draw: Callable[[Console], Iterable[RenderableType]] | None = None,
) -> None:
    """Print the result of a command, once, when all has gone well.

    :param document: for programs. Amounts are strings of base units, times ISO 8601 in UTC, ids
        hex; ``"schema": 1`` is added.
    :param lines: the same for people.
    :param draw: the same for people at a terminal.
    """
    if as_json():
        click.echo(json.dumps({"schema": SCHEMA, **document}, ensure_ascii=False))
    elif draw is not None and sys.stdout.isatty():
        console = _console()
        for part in draw(console):
            console.print(part)
    else:
        for line in lines:
            click.echo(line)


def logs() -> bool:
    """Whether ``--log-json`` was given: all of stderr is then one JSON object a line."""
    return _current().log


def log(event: str, **facts: object) -> None:
    """Write a step down, on stderr, if ``--log-json`` was given.

    :param facts: what JSON can say. Nothing secret: who keeps logs shows them to others.
    """
    if logs():
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"time": time, "event": event, **facts}
        _complain(json.dumps(line, ensure_ascii=False, default=str))


def _console() -> Console:
    from rich.console import Console

    return Console(
        file=sys.stdout,
        color_system=None if _current().plain else "auto",
        highlight=False,
        markup=False,
        emoji=False,
    )


def note(line: str) -> None:
    """Tell a person, on stderr, something that is not the result."""
    if logs():
        log("note", message=line)
    elif not as_json():
        _complain(line)


def warn(line: str) -> None:
    """Tell, on stderr, what somebody should look at."""
    if logs():
        log("warning", warning=line)
    elif as_json():
        _complain(json.dumps({"warning": line}, ensure_ascii=False))
    else:
        _complain(f"{click.style('Warning:', fg='yellow')} {line}")


def show_error(error: MilestoneError) -> None:
    """Print on stderr why a command failed; with ``--verbose`` also where."""
    body = {
        "code": error.code,
        "exit": error.exit,
        "message": error.message,
        "hint": error.hint,
        "details": error.details,
    }
    if logs():
        log("error", error=body)
        return
    if as_json():
        _complain(json.dumps({"error": body}, ensure_ascii=False, default=str))
        return
    if _current().verbose:
        _complain("".join(traceback.format_exception(error)).rstrip())
    _complain(f"{click.style('Error:', fg='red')} {error.message}")
    if error.hint:
        _complain(f"  {error.hint}")


def _complain(line: str) -> None:
    click.echo(line, err=True, color=_current().color)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of columns, as wide as their widest cell; the last one runs free."""
    cells = [tuple(headings), *(tuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def confirm(question: str, *, flag: str) -> bool:
    """Ask yes or no, on stderr.

    :param flag: what a script passes instead, such as ``--yes``.
    :raises BadInput: there is nobody to ask.
    :raises Interrupted: instead of an answer.
    """
    require_terminal(question, flag)
    with _answered():
        return click.confirm(question, err=True)


def ask(question: str, *, flag: str) -> str:
    """Ask for a word, on stderr.

    :param flag: what a script passes instead.
    :raises BadInput: there is nobody to ask.
    :raises Interrupted: instead of an answer.
    """
    require_terminal(question, flag)
    with _answered():
        answer: str = click.prompt(question, err=True)
    return answer


@contextmanager
def _answered() -> Iterator[None]:
    """
    :raises Interrupted: there was no answer but Ctrl-C, or the end of all input.
    """
    try:
        yield
    except (KeyboardInterrupt, click.Abort) as abort:
        click.echo(err=True)  # the question has no line's end yet
        raise Interrupted(
            "interrupted at the question: what was asked about was not done",
            hint="What was done before it stands. Run the same command again: it goes on there.",
        ) from abort


def await_enter() -> None:
    """Wait, on stderr, until somebody presses Enter.

    :raises KeyboardInterrupt: they press Ctrl-C, or there is nobody any more.
    """
    try:
        click.prompt("  Enter", default="", show_default=False, prompt_suffix=" ", err=True)
    except click.Abort as abort:
        raise KeyboardInterrupt from abort


def require_terminal(question: str, flag: str) -> None:
    """See that there is somebody to ask.

    :param flag: what to pass instead.
    :raises BadInput: there is nobody.
    """
    if not sys.stdin.isatty():
        raise BadInput(
            f"this needs an answer, and there is no terminal to ask at: {question}",
            hint=f"Answer with {flag}.",
            details={"flag": flag},
        )
