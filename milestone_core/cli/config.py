"""``milestone config``: what is configured, and by whom."""

from __future__ import annotations

from pathlib import Path

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option, table
from milestone_core.config import Entry
from milestone_core.urls import HIDDEN, without_secrets

_SECRET_WORDS = frozenset({"secret", "password", "passphrase", "token", "key", "credential"})


@click.group()
def config() -> None:
    """Show what is configured, each value with where it came from.

    Example: milestone config show
    """


@config.command()
@json_option
@pass_app
def show(app: App) -> None:
    """Show each value with its source: a flag, a variable, a file, or the default.

    Secrets are not shown: neither what is named like one, nor a password in a URL.

    Example: milestone config show
    """
    found = app.config
    values = {key: _shown(entry) for key, entry in found.entries.items()}
    project = str(found.project_file) if found.project_file else None
    emit(
        {
            "project": project,
            "values": {
                key: {"value": values[key], "source": entry.source}
                for key, entry in found.entries.items()
            },
        },
        [
            f"project file: {project or 'none was found; begin a project with: milestone init'}",
            "",
            *table(
                ("KEY", "VALUE", "FROM"),
                [(key, _text(values[key]), entry.source) for key, entry in found.entries.items()],
            ),
        ],
    )


def _shown(entry: Entry) -> object:
    """The value as it may be seen by whoever looks over a shoulder."""
    words = entry.key.rpartition(".")[2].replace("-", "_").lower().split("_")
    if entry.value and _SECRET_WORDS & {*words}:
        return HIDDEN
    if isinstance(entry.value, Path):
        return str(entry.value)
    if isinstance(entry.value, str):
        return without_secrets(entry.value)
    return entry.value


def _text(value: object) -> str:
    if value is None:
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)
