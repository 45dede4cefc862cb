"""``milestone resume``: settle transactions whose outcome is unknown."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option
from milestone_core.services import journal, sending
from milestone_core.services.sending import Patience


@click.command()
@json_option
@pass_app
def resume(app: App) -> None:
    """Find out what became of transactions that were sent.

    The same bytes are sent again while they are valid; a second one is never built.

    Example: milestone resume
    """
    names = journal.unsettled_schedules(app)
    settled = [entry for name in names for entry in sending.settle(app, name, Patience())]
    emit(
        {
            "settled": [
                {
                    "transaction": entry.key,
                    "purpose": entry.purpose,
                    "schedule": entry.schedule,
                    "state": entry.state.value,
                }
                for entry in settled
            ]
        },
        [f"{entry.key} ({entry.purpose}): {entry.state.value}" for entry in settled]
        or ["Nothing is open."],
    )
