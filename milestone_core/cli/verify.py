"""``milestone verify``: whether what is locked is what was published."""

from __future__ import annotations

from pathlib import Path

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option, table
from milestone_core.domain.chain import AssetId
from milestone_core.domain.schedule import Schedule
from milestone_core.errors import BadInput, Refused
from milestone_core.files.published import read_published
from milestone_core.files.times import iso
from milestone_core.services import distributions, lookup
from milestone_core.services import verify as service
from milestone_core.services.verify import Verification


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option(
    "--schedule",
    "schedule_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The published schedule: its TOML, or its canonical document.",
)
@click.option(
    "--csv",
    "csv_file",
    metavar="ROWS.csv",
    type=click.Path(path_type=Path),
    help="Its spreadsheet of allocations.",
)
@json_option
@pass_app
def verify(
    app: App, ids: tuple[str, ...], schedule_file: Path | None, csv_file: Path | None
) -> None:
    """Compare what is locked with the published schedule, and say what each could still do.

    ID is what `milestone deploy` printed for a distribution; name all of a schedule's. The name of
    a schedule that is registered here stands for its ids, and for the schedule itself.

    Everything is recomputed from the chain: nothing that is stored here is believed. Exit code 7
    if a promise is broken.

    Example: milestone verify grants --schedule grants.toml --csv people.csv
    """
    pages, registered = _pages(app, ids)
    if schedule_file is not None:
        schedule = read_published(schedule_file, csv_file, network=app.network)
    elif registered is not None:
        schedule = registered
    else:
        raise BadInput(
            "there is nothing to compare it with",
            hint="Name the published schedule with: --schedule FILE",
        )
    found = service.verify(app, schedule, pages)
    emit(_document(found), _lines(found))
    if found.broken:
        raise Refused(
            f"what is locked is not what was published: {', '.join(found.broken)}",
            hint="Do not rely on it. Ask whoever published the schedule.",
            details={"broken": list(found.broken)},
        )


def _pages(app: App, ids: tuple[str, ...]) -> tuple[list[AssetId], Schedule | None]:
    """The distributions that are meant, and their schedule where a name says which."""
    if len(ids) == 1 and not lookup.is_id(ids[0]):
        record = distributions.record_of(app, ids[0])
        distributions.deployed_programme(record)
        return list(record.pages), record.schedule
    return [lookup.parse_id(text) for text in ids], None


def _document(found: Verification) -> dict[str, object]:
    return {
        "name": found.schedule.name,
        "distributions": [str(page) for page in found.pages],
        "document": found.schedule.document_hash().hex(),
        "slot": found.slot,
        "time": iso(found.now),
        "holds": not found.broken,
        "promises": [
            {"promise": f.promise, "verdict": f.verdict.value.lower(), "detail": f.said}
            for f in found.findings
        ],
        "powers": [{"who": power.who, "what": power.what} for power in found.powers],
    }


def _lines(found: Verification) -> list[str]:
    promises = [(f.promise, f.verdict.value, f.said) for f in found.findings]
    powers = [(power.who, power.what) for power in found.powers]
    verdict = "not what was published" if found.broken else "what was published"
    lines = [
        f"{found.schedule.name}: {verdict} (chain, slot {found.slot}, {iso(found.now)})",
        "",
        *table(("PROMISE", "", "AS IT LIES ON CHAIN"), promises),
    ]
    if powers:
        lines += ["", *table(("WHO", "COULD STILL DO"), powers)]
    return lines
