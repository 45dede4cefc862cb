"""``milestone resume``: settle transactions whose outcome is unknown."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option
from milestone_core.cli.waiting import confirmations_option, timeout_option
from milestone_core.services import resume as service
from milestone_core.services.following import Patience


@click.command()
@click.argument("transaction", required=False, metavar="[TX]")
@confirmations_option
@timeout_option
@json_option
@pass_app
def resume(app: App, transaction: str | None, confirmations: int, timeout: int) -> None:
    """Find out what became of transactions that were sent.

    TX is one of them, by its id or the beginning of it; without it, all are meant. The same bytes
    are sent (again) while they are valid; a second transaction is never built.

    Example: milestone resume
    """
    patience = Patience(timeout_seconds=timeout, confirmations=confirmations)
    settled = service.resume(app, patience, transaction)
    emit(
        {
            "settled": [
                {
                    "transaction": entry.key,
                    "purpose": entry.purpose,
                    "schedule": entry.schedule,
                    "state": entry.state.value,
                    "replaced_by": entry.replaced_by.hex() if entry.replaced_by else None,
                }
                for entry in settled
            ]
        },
        [f"{entry.key} ({entry.purpose}): {entry.state.value}" for entry in settled]
        or ["Nothing is open."],
    )
