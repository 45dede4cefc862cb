"""The entry point: adds ``milestone devnet`` and imports nothing heavy before it runs."""

from __future__ import annotations

from collections.abc import Iterable

import click

from milestone_core.api import hookimpl


@hookimpl
def milestone_commands() -> Iterable[click.Command]:
    """The group ``devnet``."""
    from milestone_devnet.cli import devnet

    return [devnet]
