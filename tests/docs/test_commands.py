"""Every command that a page shows is one that the program takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from milestone_core.app import App
from milestone_core.cli.main import milestone

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("infra/**/*.md")),
    *sorted(ROOT.glob("plugins/*/README.md")),
    *sorted(ROOT.glob("examples/*/README.md")),
]
_BLOCK = re.compile(r"^```(?:sh|bash|shell|console)\b[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# A command ends where the shell does something else with it.
_END = {"|", "||", "&&", ";", ">", ">>", "2>", "<", "&", "2>&1"}


def shown(page: Path) -> Iterator[list[str]]:
    """The arguments of each ``milestone`` that a page's shells run."""
    for block in _BLOCK.findall(page.read_text()):
        lines = block.replace("\\\n", " ")
        for line in re.findall(r"^(?:\$ +)?(milestone .*)$", lines, re.MULTILINE):
            # What the shell puts there is one argument, whatever it is.
            plain = re.sub(r'"?\$\([^)]*\)"?', "SUBSTITUTED", line)
            words = shlex.split(plain, comments=True)[1:]
            end = next((n for n, word in enumerate(words) if word in _END), len(words))
            yield words[:end]


def taken(group: click.Command, context: click.Context, arguments: list[str]) -> None:
    """Take the arguments apart as Click does; it raises for what it does not know."""
    _, rest, _ = group.make_parser(context).parse_args(list(arguments))
    if isinstance(group, click.Group) and rest:
        name, command, rest = group.resolve_command(context, rest)
        assert name is not None
        assert command is not None
        taken(command, click.Context(command, info_name=name, parent=context), rest)


def test_there_are_commands_in_the_pages() -> None:
    assert sum(1 for page in PAGES for _ in shown(page)) > 50


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_is_one_of_ours(page: Path) -> None:
    with App({}, ROOT, tell=print, warn=print) as app:
        root = click.Context(milestone, info_name="milestone", obj=app)
        for arguments in shown(page):
            taken(milestone, root, arguments)


def test_an_option_that_is_not_there_is_noticed() -> None:
    with App({}, ROOT, tell=print, warn=print) as app:
        root = click.Context(milestone, info_name="milestone", obj=app)
        with pytest.raises(click.NoSuchOption):
            taken(milestone, root, ["release", "grants", "--never"])
        with pytest.raises(click.UsageError):
            taken(milestone, root, ["never"])
