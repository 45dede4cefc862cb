"""``milestone schedule``: templates, checking, and what a registered schedule looks like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option, note, table
from milestone_core.cli.rows import short
from milestone_core.domain.schedule import Schedule
from milestone_core.errors import BadInput
from milestone_core.files.schedule import ReadSchedule, read_schedule
from milestone_core.files.templates import template_csv, template_toml
from milestone_core.files.times import format_duration, iso
from milestone_core.services import distributions, planning
from milestone_core.services.register import refuse_own_scripts

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def schedule_file_options(command: CommandT) -> CommandT:
    """Give a command the schedule's file, its CSV rows, and what to allow in them."""
    options = (
        click.argument("schedule_file", metavar="SCHEDULE.toml", type=click.Path(path_type=Path)),
        click.option(
            "--csv",
            "csv_file",
            type=click.Path(path_type=Path),
            metavar="ROWS.csv",
            help="A spreadsheet of allocations.",
        ),
        click.option("--merge", is_flag=True, help="Add up rows that say the same but the amount."),
        click.option(
            "--allow-script-address",
            is_flag=True,
            help="Accept beneficiaries that are scripts; payments carry no datum.",
        ),
        click.option(
            "--allow-script-owner",
            is_flag=True,
            help="Accept an owner that is a script: whoever can spend from it is the owner.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def read(
    app: App,
    *,
    schedule_file: Path,
    csv_file: Path | None,
    merge: bool,
    allow_script_address: bool,
    allow_script_owner: bool,
) -> ReadSchedule:
    """Read what :func:`schedule_file_options` names.

    :raises BadDocument: everything that is wrong with it, by row and column.
    """
    return read_schedule(
        schedule_file,
        csv_file,
        network=app.network,
        merge=merge,
        allow_script_address=allow_script_address,
        allow_script_owner=allow_script_owner,
    )


@click.group()
def schedule() -> None:
    """Write, check and show schedules.

    Example: milestone schedule template --toml > grants.toml
    """


@schedule.command()
@click.option("--toml", "wanted", flag_value="toml", help="The schedule itself.")
@click.option("--csv", "wanted", flag_value="csv", help="A spreadsheet of allocations.")
def template(wanted: str | None) -> None:
    """Print a template to fill in.

    Example: milestone schedule template --csv > people.csv
    """
    if wanted is None:
        raise BadInput("which template?", hint="Add --toml or --csv.")
    click.echo(template_toml() if wanted == "toml" else template_csv(), nl=False)


@schedule.command()
@schedule_file_options
@json_option
@pass_app
def check(app: App, /, **options: Any) -> None:
    """Check a schedule and its rows; name every problem at once.

    Example: milestone schedule check grants.toml --csv people.csv
    """
    found = read(app, **options)
    refuse_own_scripts(app, found.schedule)
    for line in found.notes:
        note(line)
    emit(
        {**summary_document(found.schedule), "notes": list(found.notes)},
        [f"{found.schedule.name} is in order", *summary(found.schedule)],
    )


@schedule.command()
@click.argument("name")
@click.option("--datum", is_flag=True, help="Show the datums, as hex CBOR.")
@click.option("--timeline", is_flag=True, help="Show what vests when.")
@click.option(
    "--publish",
    is_flag=True,
    help="Print the canonical document alone, whose blake2b-256 lies on chain.",
)
@json_option
@pass_app
def show(app: App, name: str, datum: bool, timeline: bool, publish: bool) -> None:
    """Show a registered schedule.

    Example: milestone schedule show grants --datum
    """
    record = distributions.record_of(app, name)
    if publish:
        click.echo(record.schedule.document().decode(), nl=False)
        return
    document: dict[str, object] = {
        **summary_document(record.schedule),
        "programme": str(record.programme) if record.programme else None,
        "distributions": [str(page) for page in record.pages],
    }
    lines = [record.schedule.name, *summary(record.schedule)]
    if datum:
        planned = planning.datums_of(app, record)
        document["datums"] = {
            "programme": planned.programme.hex(),
            "schedules": [page.hex() for page in planned.schedules],
            "vaults": [vault.hex() for vault in planned.vaults],
            "ids_known": planned.ids_known,
        }
        lines += ["", f"programme  {planned.programme.hex()}"]
        for page, vault in zip(planned.schedules, planned.vaults, strict=True):
            lines += [f"schedule   {page.hex()}", f"vault      {vault.hex()}"]
        if not planned.ids_known:
            lines.append("The programme's id is zero until the schedule is deployed.")
    if timeline:
        events = planning.timeline(record.schedule)
        document["timeline"] = [{"at": iso(e.at), "vested": str(e.vested)} for e in events]
        units = Denomination(record.schedule)
        asset = record.schedule.asset
        rows = [(iso(e.at), units.write(asset, e.vested)) for e in events]
        lines += ["", *table(("AT", "VESTED IN ALL, ONCE PROVEN"), rows)]
    if not datum and not timeline:
        lines += ["", *_allocation_table(record.schedule)]
    emit(document, lines)


def summary(found: Schedule) -> list[str]:
    """A schedule in a few lines."""
    units = Denomination(found)
    milestones = ", ".join(m.id for m in found.milestones)
    pages = len(distributions.pages_of(found))
    return [
        f"  total         {units.write(found.asset, found.total)}",
        f"  beneficiaries {len(found.beneficiaries)}, allocations {len(found.allocations)}, "
        f"pages {pages}",
        f"  milestones    {milestones}",
        f"  oracles       {found.quorum} of {len(found.oracles)}",
        f"  policy        {found.policy.name}{_advisory(found)}",
        f"  expiry        {iso(found.expiry)}, programme until {iso(found.until)}",
        f"  document      {found.document_hash().hex()}",
    ]


def summary_document(found: Schedule) -> dict[str, object]:
    """The same for programs."""
    return {
        "name": found.name,
        "network": found.network,
        "asset": str(found.asset),
        "decimals": found.decimals,
        "total": str(found.total),
        "beneficiaries": len(found.beneficiaries),
        "allocations": len(found.allocations),
        "pages": len(distributions.pages_of(found)),
        "milestones": [m.id for m in found.milestones],
        "oracles": [oracle.hex() for oracle in found.oracles],
        "quorum": found.quorum,
        "owner": str(found.owner),
        "policy": found.policy.name,
        "advisory": found.policy.advisory,
        "expiry": iso(found.expiry),
        "until": iso(found.until),
        "document": found.document_hash().hex(),
    }


def _advisory(found: Schedule) -> str:
    return " (advisory: not enforced on chain)" if found.policy.advisory else ""


def _allocation_table(found: Schedule) -> list[str]:
    units = Denomination(found)
    rows = [
        (
            short(a.beneficiary),
            units.write(found.asset, a.amount),
            a.milestone,
            iso(a.vesting.start),
            "at once"
            if a.vesting.count == 1
            else f"{a.vesting.count} every {format_duration(a.vesting.step)}",
        )
        for a in found.allocations
    ]
    return table(("BENEFICIARY", "AMOUNT", "MILESTONE", "FROM", "INSTALMENTS"), rows)
