"""``milestone history``: who was paid what, and everything else that happened."""

from __future__ import annotations

import csv
import io

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import as_json, emit, json_option, table
from milestone_core.domain.schedule import Schedule
from milestone_core.errors import BadInput
from milestone_core.files.amounts import format_amount
from milestone_core.files.times import iso
from milestone_core.services import distributions
from milestone_core.services import history as service
from milestone_core.services.history import Event

_COLUMNS = (
    *("time", "schedule", "what", "who", "milestone", "amount", "asset", "evidence"),
    *("state", "slot", "transaction"),
)


@click.command()
@click.argument("name", required=False)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for a spreadsheet.")
@click.option("--offline", is_flag=True, help="Only what was sent from here; ask no server.")
@json_option
@pass_app
def history(app: App, name: str | None, as_csv: bool, offline: bool) -> None:
    """Show who was paid what, and everything else that happened.

    It is read from the chain, whoever sent the transactions; from this project's journal come those
    that are not on chain. Without a name, of all schedules here.

    Example: milestone history grants
    """
    if as_csv and as_json():
        raise BadInput("--csv and --json contradict each other", hint="Give one of them.")
    events = service.history(app, name, offline=offline)
    schedules = {record.key: record.schedule for record in distributions.all_records(app)}
    lines = _csv(events, schedules) if as_csv else _lines(events, schedules)
    emit({"name": name, "events": [_document(event) for event in events]}, lines)


def _document(event: Event) -> dict[str, object]:
    return {
        "time": iso(event.at),
        "schedule": event.schedule,
        "what": event.what,
        "who": str(event.who) if event.who else None,
        "milestone": event.milestone or None,
        "amount": None if event.amount is None else str(event.amount),
        "evidence": event.evidence.hex() if event.evidence else None,
        "state": event.state,
        "slot": event.slot,
        "transaction": event.transaction.hex(),
    }


def _lines(events: list[Event], schedules: dict[str, Schedule]) -> list[str]:
    if not events:
        return ["Nothing has happened yet."]
    rows = []
    for event in events:
        schedule = schedules.get(event.schedule)
        amount = ""
        if event.amount is not None and schedule is not None:
            amount = Denomination(schedule).write(schedule.asset, event.amount)
        what = event.what if event.state == service.ON_CHAIN else f"{event.what} ({event.state})"
        rows.append(
            (
                iso(event.at),
                event.schedule,
                what,
                amount,
                event.milestone,
                str(event.who or ""),
                event.transaction.hex(),
            )
        )
    headings = ("TIME", "SCHEDULE", "WHAT", "AMOUNT", "MILESTONE", "WHO", "TRANSACTION")
    return table(headings, rows)


def _csv(events: list[Event], schedules: dict[str, Schedule]) -> list[str]:
    """Amounts in units of the asset, as in the files that schedules are written in."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for event in events:
        fields = _document(event)
        schedule = schedules.get(event.schedule)
        fields["asset"] = None if schedule is None else str(schedule.asset)
        if event.amount is not None and schedule is not None:
            fields["amount"] = format_amount(event.amount, schedule.decimals)
        writer.writerow(fields[column] if fields[column] is not None else "" for column in _COLUMNS)
    return text.getvalue().splitlines()
