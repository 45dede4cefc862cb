"""The stage of a demonstration: runs real command lines, shows them, and minds their exit codes."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import click

from milestone_core.errors import MilestoneError

Run = Callable[[Sequence[str]], int]
Say = Callable[[str], None]

INTERRUPTED = 130
KILLED = 137  # 128 + SIGKILL, as a shell reports it
_WIDTH = 88
_ADDRESS = re.compile(r"(addr(?:_test)?1[0-9a-z]{4,})(?:\.\.\.([0-9a-z]+))?")
_LONG_HEX = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{20,}\b")
_WARNING = "Warning:"


def _go_on() -> None:
    """Nobody wants to look at each step."""


class Surprise(MilestoneError):
    """A demonstration did not go as it says it does."""

    code = "demo_surprise"
    exit = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One command line and how it ended."""

    command: str
    exit: int


class Stage:
    """Runs one command line after the other in this process, in the current folder.

    :param run: runs a command line (without the program's name) and answers its exit code.
    :param say: takes each line that is shown.
    :param pause: called before each command line is run, once it is shown.
    """

    def __init__(self, run: Run, say: Say, pause: Callable[[], None] = _go_on) -> None:
        self.steps: list[Step] = []
        self.names: dict[str, str] = {}
        """Names by address: what is shown has the name in the address's place."""
        self.keys: dict[str, str] = {}
        """Names by the hash of a key, in hex, likewise."""
        self._run, self._say, self._pause = run, say, pause

    def chapter(self, title: str) -> None:
        """Show the title of what comes next."""
        self._say("")
        self._say(click.style(title, bold=True))

    def tell(self, sentence: str) -> None:
        """Show why the next command is run."""
        self._say("")
        for line in textwrap.wrap(sentence, _WIDTH):
            self._say(line)

    def command(
        self,
        *arguments: str,
        exit: int = 0,
        into: str = "",
        review: bool = False,
        only: str = "",
    ) -> str:
        """Run one command line, show it and what it printed, and answer its standard output.

        Of standard error, warnings are shown always and the rest where it is an error.

        :param exit: the exit code that it must end with.
        :param into: the file that its standard output goes to, instead of being shown.
        :param review: show standard error too, where money commands print their review.
        :param only: show only the lines of standard output that begin with this.
        :raises Surprise: it ended with another exit code.
        """
        command = shlex.join(["milestone", *arguments])
        self.typed(f"{command} > {into}" if into else command)
        self._pause()
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = self._run(arguments)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        self.steps.append(Step(command, code))
        printed, complaints = out.getvalue(), err.getvalue()
        failed = code != 0 or code != exit
        if into:
            Path(into).write_text(printed)
        for line in complaints.splitlines():
            if review or failed or line.startswith(_WARNING):
                self.show(line)
        for line in printed.splitlines():
            if failed or (not into and line.startswith(only)):
                self.show(line)
        if code != exit:
            raise Surprise(
                f"`{command}` was to exit with {exit}, and exited with {code}",
                hint="Look into it with: milestone demo --keep",
                details={"expected": exit, "exit": code, "out": printed, "err": complaints},
            )
        return printed

    def killed(self, *arguments: str, after: str) -> None:
        """Run one command line as a process of its own, and kill it in the middle of its work.

        :param after: what the line on standard error begins with after which it is killed.
        :raises Surprise: it ended before it came to that.
        """
        command = shlex.join(["milestone", *arguments])
        self.typed(command)
        self._pause()
        with subprocess.Popen(
            [sys.executable, "-m", "milestone_core", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            assert process.stdout is not None, "it is a pipe"
            said = []
            for line in process.stdout:
                said.append(line.rstrip())
                if line.startswith(after):
                    break
            process.kill()
        if not (said and said[-1].startswith(after)):
            raise Surprise(f"`{command}` was to be killed, and ended before", details={"out": said})
        for line in said[-2:]:
            self.show(line)
        self.show("Killed")
        self.steps.append(Step(command, KILLED))

    def typed(self, line: str) -> None:
        """Show a line as if typed at a shell."""
        self._say(click.style(f"$ {self.shown(line)}", fg="cyan"))

    def show(self, line: str) -> None:
        """Show a line of output."""
        self._say(f"  {self.shown(line)}".rstrip())

    def write_file(self, path: str, content: str) -> None:
        """Write a file and show what is in it."""
        Path(path).write_text(content)
        self.typed(f"cat {path}")
        for line in content.splitlines():
            self.show(line)

    def shown(self, text: str) -> str:
        """``text`` with ``$NAME`` for addresses and keys that have one, and long ids cut short."""
        for key, name in self.keys.items():
            text = text.replace(key, f"${name}'s key")
        return _LONG_HEX.sub(r"\1...", _ADDRESS.sub(self._name_of, text))

    def _name_of(self, match: re.Match[str]) -> str:
        head, tail = match.group(1), match.group(2) or ""
        for address, name in self.names.items():
            if address.startswith(head) and address.endswith(tail):
                # A command that cut the address short did so for a column of that width.
                return f"${name}".ljust(len(match.group())) if tail else f"${name}"
        return match.group() if tail else f"{head[:14]}...{head[-6:]}"
