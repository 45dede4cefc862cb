"""A schedule from the files that an administrator writes: a TOML, and perhaps a CSV of rows.

Everything that is wrong is told at once, each with its place, its reason and a remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.schedule import (
    PROGRAMME_OUTLIVES_EXPIRY,
    TIME_LIMIT,
    Milestone,
    PolicyChoice,
    Schedule,
    problems,
)
from milestone_core.errors import BadDocument, Problem
from milestone_core.files.allocations import PlacedAllocation, RowReader, unite
from milestone_core.files.head import DEFAULT_POLICY, Head, WrittenAsset, read_head
from milestone_core.files.human_fields import Moment
from milestone_core.files.rows import WrittenRows, csv_rows, toml_rows
from milestone_core.files.sources import parse_toml, read_bytes
from milestone_core.files.times import iso

MAX_FILE_BYTES = 8 * 1024 * 1024

_ALLOCATION = re.compile(r"allocations\[([0-9]+)\]\.(\w+)")
_HINT = "See a complete example with: milestone schedule template"


@dataclass(frozen=True, slots=True)
class ReadSchedule:
    """A schedule, and what its author should know of how it was read."""

    schedule: Schedule
    notes: tuple[str, ...]


def read_schedule(
    toml_path: Path,
    csv_path: Path | None = None,
    *,
    network: str,
    merge: bool = False,
    allow_script_address: bool = False,
    allow_script_owner: bool = False,
) -> ReadSchedule:
    """Read a schedule.

    :param csv_path: more rows, besides those in the TOML.
    :param network: the name of the network that it is for; addresses of another are refused.
    :param merge: add up rows that say the same but for the amount, rather than refuse them.
    :param allow_script_address: let a script be a beneficiary.
    :param allow_script_owner: let a script be the owner.
    :raises BadDocument: everything that is wrong, in both files.
    """
    document = parse_toml(read_bytes(toml_path, MAX_FILE_BYTES), str(toml_path))
    head = read_head(document, network, allow_script_owner=allow_script_owner)
    tables = [toml_rows(document.get("allocations"))]
    if csv_path is not None:
        tables.append(_read_csv(csv_path))
    rows = [row for table in tables for row in table.rows]
    found = [*head.problems, *(problem for table in tables for problem in table.problems)]

    reader = RowReader(head, network, allow_script_address=allow_script_address)
    placed: list[PlacedAllocation] = []
    for row in rows:
        allocation, wrong = reader.read(row)
        found += wrong
        if allocation is not None:
            placed.append(allocation)
    united, repeated, merged = unite(placed, merge=merge)
    found += repeated

    schedule = _schedule(head, network, united)
    rows_are_written = any(table.rows or table.problems for table in tables)
    found += _rules_broken(schedule, head, united, rows_are_written=rows_are_written)
    if found:
        names = [str(path) for path in (toml_path, csv_path) if path is not None]
        raise BadDocument(" with ".join(names), found, hint=_HINT)
    return ReadSchedule(schedule, (*_date_notes(head, placed), *merged))


def _read_csv(path: Path) -> WrittenRows:
    try:
        return csv_rows(read_bytes(path, MAX_FILE_BYTES), str(path))
    except BadDocument as error:
        # Told together with what is wrong in the TOML.
        return WrittenRows(
            problems=tuple(replace(p, where=f"{path}, {p.where}") for p in error.problems)
        )


def _schedule(head: Head, network: str, placed: Sequence[PlacedAllocation]) -> Schedule:
    """The schedule; for what could not be read, something stands in that breaks no rule.

    So the rules can be asked about the rest before the author has mended the first mistakes.
    """
    good = head.values
    expiry = good["expiry"].ms if "expiry" in good else TIME_LIMIT - 1 - PROGRAMME_OUTLIVES_EXPIRY
    until = good["until"].ms if {"until", "expiry"} <= good.keys() else None
    named = {one.allocation.milestone for one in placed}.union(head.milestones or ())
    asset: WrittenAsset = good.get("asset", WrittenAsset(unit="ada"))
    return Schedule(
        name=good.get("name", ""),
        network=network,
        asset=asset.id,
        decimals=asset.places,
        ticker=asset.symbol,
        owner=good.get("owner", Address(0, Credential.key(bytes(28)))),
        oracles=tuple(good.get("oracles", ())),
        quorum=good.get("quorum", 1),
        milestones=tuple(good.get("milestones", map(Milestone, sorted(named)))),
        allocations=tuple(one.allocation for one in placed),
        expiry=expiry,
        until=expiry + PROGRAMME_OUTLIVES_EXPIRY if until is None else until,
        policy=good.get("policy", PolicyChoice(DEFAULT_POLICY)),
    )


def _rules_broken(
    schedule: Schedule, head: Head, placed: Sequence[PlacedAllocation], *, rows_are_written: bool
) -> Iterator[Problem]:
    """The rules of schedules that this one breaks, told by rows, and not of what stands in."""
    unread = head.failed | ({"quorum"} if "oracles" in head.failed else set())
    for problem in problems(schedule):
        row = _ALLOCATION.fullmatch(problem.where)
        if row:
            yield replace(problem, where=placed[int(row[1])].column(row[2]))
        elif problem.where == "allocations" and rows_are_written and not placed:
            continue  # they are there, and it was told what is wrong with each
        elif re.split(r"[.\[]", problem.where)[0] not in unread:
            yield problem


def _date_notes(head: Head, placed: Sequence[PlacedAllocation]) -> Iterator[str]:
    """A note for each date without a time of day, with the places that have it."""
    moments: list[tuple[str, Moment | None]] = [
        ("expiry", head.values.get("expiry")),
        ("until", head.values.get("until")),
    ]
    for name, written in head.written_vestings.items():
        moments.append((f"vestings.{name}.start", written.start))
    moments += [(one.row.at("start"), one.start) for one in placed]
    places: dict[str, list[str]] = {}
    times: dict[str, int] = {}
    for place, moment in moments:
        if moment is not None and moment.date:
            places.setdefault(moment.date, []).append(place)
            times[moment.date] = moment.ms
    for day, (first, *others) in places.items():
        more = f" (and {len(others)} more)" if others else ""
        yield f"{first}{more}: {day} is read as {iso(times[day])}"
