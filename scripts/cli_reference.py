#!/usr/bin/env python3
"""What every command's ``--help`` prints, as ``docs/cli.md``; ``--check`` compares the two.

The commands of the plugins that the project ships are among them, and of no others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from milestone_core.app import App
from milestone_core.cli.main import milestone

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
WIDTH = 88
HEAD = """# The commands

Results go to standard output; progress, warnings and questions go to standard error. With
`--json` standard output carries exactly one JSON object with `"schema": 1`; a failure is one on
standard error, `{"error": {"code", "exit", "message", "hint", "details"}}`. Amounts in JSON are
strings of base units, times are ISO 8601 in UTC, ids are hex. Nothing is asked without a
terminal: the error names the option that answers. Where a command of several transactions fails
after the first, `details.sent_before` lists those that were sent.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a defect of ours; the message says how to report it |
| 2 | bad input: arguments, a file, an address, an amount, the format of a signature |
| 3 | a service is missing, behind, on another network, or answered nonsense |
| 4 | not found: no such schedule here, not deployed, nothing at that address |
| 5 | not yet: quorum, vesting, nothing claimable |
| 6 | funds: fee, least ADA, collateral; with what is lacking |
| 7 | refused by the contract or the ledger; somebody else was faster; a promise is broken |
| 8 | sent, outcome unknown: `milestone resume` |
| 9 | configuration or plugin |
| 10 | busy: another process of this project holds the write lock, or was faster |
| 130 | interrupted, or not agreed to |
| 141 | whoever read the output has gone |

What follows is what `--help` prints (`make cli-reference`).
"""


def commands(context: click.Context) -> Iterator[click.Context]:
    """A context of every command below, in the order of ``--help``."""
    yield context
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None, f"{name} is listed and not there"
            yield from commands(_context(command, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(
        command, info_name=name, parent=parent, max_content_width=WIDTH, terminal_width=WIDTH
    )


def _nothing(_text: str) -> None:
    pass


def reference() -> str:
    """The whole page."""
    with App({}, Path("/"), tell=_nothing, warn=_nothing) as app:
        root = _context(milestone, "milestone", None)
        root.obj = app
        root.help_option_names = milestone.context_settings["help_option_names"]
        parts = [
            f"## {context.command_path}\n\n```text\n{context.get_help()}\n```"
            for context in commands(root)
        ]
    return "\n\n".join([HEAD.strip(), *parts]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or compare it; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    options = parser.parse_args(arguments)
    page = reference()
    if not options.check:
        DOCUMENT.write_text(page)
    elif not DOCUMENT.is_file() or DOCUMENT.read_text() != page:
        print(f"{DOCUMENT} is not what the commands print: make cli-reference", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
