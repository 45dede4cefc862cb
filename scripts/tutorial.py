#!/usr/bin/env python3
"""Type a page's commands as a reader would, in terminals, and put what they print into the page.

A block of a page that begins with ```` ```console ```` is a terminal: lines that begin with ``$
`` are typed (those with ``> `` continue them), the others are what came back. ```` ```console
NAME ```` is another terminal, for what keeps running. Questions are answered by yes.
``--check`` compares what comes back with what the page says, except for what no two runs share:
hashes, addresses, times.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pexpect

_BLOCK = re.compile(r"^```console *(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROMPT = "milestone-prompt>"
_QUESTION = re.compile(r"\[y/N\]: $")
_PATIENCE = 60
_COLUMNS = 88
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# What differs from run to run, and how it is shown while two are compared.
_MASKS = (
    (re.compile(r"addr(?:_test)?1[0-9a-z]+(?:(?:…|\.\.\.)[0-9a-z]*)?"), "ADDRESS"),
    # Units, and so fees, depend a little on the order of hashes.
    (re.compile(r"\d+\.\d+ ADA|\b\d{6} lovelace"), "LOVELACE"),
    (re.compile(r"\b[0-9a-f]{6,}(?:(?:…|\.\.\.)[0-9a-f]*)?"), "HEX"),
    # The ledger orders what a transaction looks at by hashes.
    (re.compile(r"HEX#\d+"), "OUTPUT"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?"), "TIME"),
    (re.compile(r"\b(slot|block) +\d+"), r"\1 NUMBER"),
    (re.compile(r"\b\d+(?:\.\d+)? m?s\b"), "DURATION"),
    # Where now is on a timeline moves as the years go by.
    (re.compile(r"[◆◇·│─━]{8,}"), "TIMELINE"),
    (re.compile(r" {2,}|-{3,}|─{3,}"), "  "),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A command as typed, and the lines that came back."""

    command: str
    output: tuple[str, ...]

    def __str__(self) -> str:
        typed = "$ " + self.command.replace("\n", "\n> ")
        return "\n".join([typed, *self.output])


class Terminal:
    """A shell in a pseudo-terminal of its own, in ``folder``."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._shell = pexpect.spawn(
            "bash",
            ["--norc", "--noprofile"],
            cwd=str(folder),
            env={**environment, "PS1": _PROMPT, "PS2": "", "TERM": "xterm", "NO_COLOR": "1"},
            dimensions=(50, _COLUMNS),
            echo=False,
            encoding="utf-8",
            timeout=_PATIENCE,
        )
        self._shell.expect_exact(_PROMPT)
        self.run("bind 'set enable-bracketed-paste off'")

    def run(self, command: str) -> tuple[str, ...]:
        """Type a command; the lines that it prints, with each question answered by yes."""
        self._shell.sendline(command)
        printed = ""
        while self._shell.expect([re.escape(_PROMPT), _QUESTION]):
            printed += f"{self._shell.before}{self._shell.after}y\n"
            self._shell.sendline("y")
        return tuple(_lines(f"{printed}{self._shell.before}"))

    def start(self, command: str, ready: str) -> tuple[str, ...]:
        """Type a command that keeps running; what it prints until it is ``ready``."""
        self._shell.sendline(command)
        self._shell.expect_exact(ready)
        return tuple(_lines(f"{self._shell.before}{self._shell.after}"))

    def close(self) -> None:
        """Interrupt what runs, see it end, and end the shell: the next page needs its ports."""
        self._shell.sendintr()
        try:
            self._shell.expect_exact(_PROMPT)
        finally:
            self._shell.close(force=True)


def _lines(printed: str) -> Iterator[str]:
    """As a reader sees them: without escapes, and of a line written again only its last form."""
    for line in _ESCAPE.sub("", printed).replace("\r\n", "\n").split("\n"):
        seen = line.rstrip("\r").rpartition("\r")[2].rstrip()
        if seen or "\r" not in line:
            yield seen


def steps(block: str) -> Iterator[Step]:
    """The commands of a block, with what the page says comes back."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        typed = 1
        while typed < len(lines) and lines[typed].startswith("> "):
            typed += 1
        command = "\n".join([lines[0], *(line[2:] for line in lines[1:typed])])
        yield Step(command, tuple(lines[typed:]))


def play(page: str, environment: Mapping[str, str]) -> str:
    """The page, with what its commands print now."""
    terminals: dict[str, Terminal] = {}
    with tempfile.TemporaryDirectory(prefix="milestone-tutorial-") as folder:

        def blocks(match: re.Match[str]) -> str:
            name, block = match[1], match[2]
            terminal = terminals.get(name)
            if terminal is None:
                terminal = terminals[name] = Terminal(Path(folder), environment)
            played = []
            for step in steps(block):
                if name:
                    output = terminal.start(step.command, step.output[-1])
                else:
                    output = _trimmed(terminal.run(step.command))
                played.append(Step(step.command, output))
            head = f"```console {name}".rstrip()
            return "\n".join([head, *map(str, played), "```"])

        try:
            return _BLOCK.sub(blocks, page).replace(folder, "~")
        finally:
            for terminal in terminals.values():
                terminal.close()


def _trimmed(lines: tuple[str, ...]) -> tuple[str, ...]:
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines


def masked(page: str) -> list[str]:
    """The page without what no two runs share."""
    for pattern, instead in _MASKS:
        page = pattern.sub(instead, page)
    return [line.rstrip() for line in page.splitlines()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Play a page and write it, or compare; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    options = parser.parse_args(arguments)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    page = options.page.read_text()
    played = play(page, environment)
    if not options.check:
        options.page.write_text(played)
        return 0
    differences = list(
        difflib.unified_diff(masked(page), masked(played), "page", "played", lineterm="")
    )
    print("\n".join(differences), file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
