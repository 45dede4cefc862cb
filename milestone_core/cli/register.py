"""``milestone register``: validate a schedule and keep it."""

from __future__ import annotations

from typing import Any

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option, note, warn
from milestone_core.cli.schedule import read, schedule_file_options, summary, summary_document
from milestone_core.services import register as service


@click.command()
@schedule_file_options
@click.option("--replace", is_flag=True, help="Put it in the place of a draft of the same name.")
@json_option
@pass_app
def register(app: App, /, replace: bool, **options: Any) -> None:
    """Validate a schedule, keep it, and say what deploying it takes.

    Asks no server.

    Example: milestone register grants.toml --csv people.csv
    """
    found = read(app, **options)
    for line in found.notes:
        note(line)
    done = service.register(app, found.schedule, replace=replace)
    schedule = done.record.schedule
    for line in done.warnings:
        warn(line)
    total = Denomination(schedule).write(schedule.asset, schedule.total)
    emit(
        {
            **summary_document(schedule),
            "rows_per_page": list(done.rows_per_page),
            "replaced": done.replaced,
            "notes": list(found.notes),
        },
        [
            f"registered {schedule.name}: {total}",
            *summary(schedule),
            f"next: milestone deploy {schedule.name} --key OWNER.skey",
        ],
    )
