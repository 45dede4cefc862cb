"""``milestone status``: what is proven and claimable, and who must act next."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from milestone_core.app import App
from milestone_core.cli import survey as survey_view
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import as_json, emit, json_option, note, table, warn
from milestone_core.cli.rows import row_document, row_table
from milestone_core.domain.distribution import Programme
from milestone_core.errors import BadInput, NotYet
from milestone_core.files.addresses import is_address, parse_address
from milestone_core.files.records import DistributionState
from milestone_core.files.times import iso
from milestone_core.services import distributions, lookup, survey
from milestone_core.services import status as service
from milestone_core.services.status import Status
from milestone_core.services.survey import FoundPage
from milestone_core.services.waiting import Requirement, lacking

if TYPE_CHECKING:
    from rich.console import Console

    from milestone_core.cli.screen import Screen


@click.command()
@click.argument("what", metavar="[NAME|ID|ADDRESS]", required=False)
@click.option("--offline", is_flag=True, help="Show what is stored here; ask no server.")
@click.option(
    "--require",
    type=click.Choice([one.value for one in Requirement]),
    help="Exit with 5 unless all milestones are proven, or something is claimable.",
)
@click.option("--watch", is_flag=True, help="Look again and again; with --require, until it is so.")
@click.option(
    "--every", default=5, show_default=True, type=click.IntRange(1, 3600), help="Seconds between."
)
@click.option(
    "--timeout",
    type=click.IntRange(1, 31_536_000),
    help="Seconds after which --watch gives up; by default never.",
)
@json_option
@pass_app
def status(
    app: App,
    what: str | None,
    offline: bool,
    require: str | None,
    watch: bool,
    every: int,
    timeout: int | None,
) -> None:
    """Show what is proven and claimable, and who must act next.

    Of a schedule of this project by its NAME; of any distribution or programme on chain by its ID;
    of everything that is promised to an ADDRESS. Without any, all schedules of this project.

    Example: milestone status grants
    """
    requirement = None if require is None else Requirement(require)
    _check_options(what, offline=offline, require=requirement, watch=watch)
    if what is None:
        _all(app, offline=offline)
    elif (name := _name_of(app, what)) is None:
        found = _survey(app, what)
        emit(survey_view.document(found), survey_view.lines(found))
    elif watch:
        _watch(app, name, requirement, every, timeout)
    else:
        _one(app, name, requirement, offline=offline)


def _check_options(
    what: str | None, *, offline: bool, require: Requirement | None, watch: bool
) -> None:
    if (watch or require) and what is None:
        raise BadInput(
            "--watch and --require are about one schedule", hint="Name it: milestone status NAME"
        )
    if watch and offline:
        raise BadInput("--watch looks at the chain, --offline does not", hint="Leave one out.")
    if watch and require is None and as_json():
        raise BadInput(
            "--json prints one object, and --watch never ends",
            hint="Say until when: --require proven, or --require claimable",
        )


def _name_of(app: App, what: str) -> str | None:
    """The schedule of this project that is meant; None if it is one on chain by id or address."""
    if distributions.is_registered(app, what):
        return what
    if lookup.is_id(what):
        asset = lookup.parse_id(what)
        for record in distributions.all_records(app):
            if asset in (record.programme, *record.pages):
                return record.key
        return None
    return None if is_address(what) else what


def _survey(app: App, what: str) -> Sequence[FoundPage]:
    if lookup.is_id(what):
        return survey.by_id(app, lookup.parse_id(what))
    return survey.by_address(app, parse_address(what, app.network))


def _one(app: App, name: str, requirement: Requirement | None, *, offline: bool) -> None:
    found = service.status(app, name, offline=offline)
    if requirement is None:
        _show(found)
        if found.view.trouble is not None:
            raise found.view.trouble
        return
    if found.view.trouble is not None:
        raise found.view.trouble
    lack = lacking(found, requirement)
    if lack is not None:
        raise lack
    _show(found)


def _show(found: Status) -> None:
    for transaction in found.pending:
        warn(f"the outcome of {transaction} is not known yet")
    emit(_document(found), _lines(found), lambda console: _screen(console).status(found))


def _screen(console: Console) -> Screen:
    from milestone_core.cli.screen import Screen

    return Screen(console)


def _watch(
    app: App, name: str, requirement: Requirement | None, every: int, timeout: int | None
) -> None:
    """Print what changes, until the requirement is met or somebody has seen enough."""
    end = None if timeout is None else time.monotonic() + timeout
    before: object = None
    while True:
        found = service.status(app, name)
        trouble = found.view.trouble
        lack = None if requirement is None else lacking(found, requirement)
        seen = (found.view.verified, found.state, found.milestones, found.rows, found.pending)
        if requirement is not None and lack is None and trouble is None:
            _show(found)
            return
        if seen != before:
            before = seen
            if requirement is None:
                _show(found)
                sys.stdout.flush()
            elif lack is not None:
                note(f"{iso(found.view.now)} {lack.message}")
            if trouble is not None:
                warn(f"{trouble.message}; trying again")
        if end is not None and time.monotonic() + every > end:
            raise trouble or lack or NotYet(f"{name} was watched for {timeout} seconds")
        time.sleep(every)


def _all(app: App, *, offline: bool) -> None:
    names = [record.key for record in distributions.all_records(app)]
    found = [service.status(app, name, offline=offline) for name in names]
    rows = [
        (
            one.view.record.key,
            one.state.value,
            ", ".join(f"{m.id} {m}" for m in one.milestones),
            Denomination(one.view.record.schedule).write(
                one.view.record.schedule.asset, one.claimable
            ),
        )
        for one in found
    ]
    lines = table(("NAME", "STATE", "MILESTONES", "CLAIMABLE"), rows) if rows else []
    if not rows:
        lines = ["No schedule is registered here. Begin with: milestone schedule template"]
    emit({"schedules": [_document(one) for one in found]}, lines)
    for one in found:
        if one.view.trouble is not None:
            raise one.view.trouble


def _document(found: Status) -> dict[str, object]:
    view = found.view
    record = view.record
    schedule = record.schedule
    oracles = view.programme.oracles if view.programme else schedule.oracles
    return {
        "name": record.key,
        "state": found.state.value,
        "source": "chain" if view.verified else "cache",
        "verified": view.verified,
        "slot": view.slot,
        "time": iso(view.now),
        "programme": str(record.programme) if record.programme else None,
        "distributions": [str(page) for page in record.pages],
        "cancelled": view.programme.cancelled if view.programme else False,
        "round": view.programme.round if view.programme else 0,
        "quorum": view.programme.quorum if view.programme else schedule.quorum,
        "oracles": [oracle.hex() for oracle in oracles],
        "milestones": [
            {
                "id": m.id,
                "title": m.title,
                "state": m.state.value,
                "signatures": m.signatures,
                "quorum": m.quorum,
                "evidence": m.evidence.hex() if m.evidence else None,
            }
            for m in found.milestones
        ],
        "allocations": [row_document(row) for row in found.rows],
        "total": str(found.total),
        "paid": str(found.paid),
        "claimable": str(found.claimable),
        "corrections": list(view.corrections),
        "pending": list(found.pending),
        "next": list(found.next),
    }


def _decided(programme: Programme | None) -> list[str]:
    """What the oracles have changed since the programme was started."""
    if programme is None:
        return []
    lines = []
    if programme.round:
        panel = f"{programme.quorum} of {len(programme.oracles)} attest"
        names = ", ".join(oracle.hex() for oracle in programme.oracles)
        lines.append(f"handed over to other oracles (round {programme.round}): {panel}, {names}")
    if programme.cancelled:
        lines.append("CANCELLED: what is not proven will never be paid")
    return lines


def _lines(found: Status) -> list[str]:
    view, schedule = found.view, found.view.record.schedule
    units = Denomination(schedule)
    source = f"chain, slot {view.slot}" if view.verified else f"local cache, slot {view.slot}"
    if not view.verified and view.record.programme is not None:
        source += ", NOT verified on chain"
    if found.state is DistributionState.CLOSED:
        return [
            f"{schedule.name}: closed ({source}, {iso(view.now)})",
            f"{units.write(schedule.asset, found.total)} were promised; nothing is locked any more",
        ]
    milestones = [(m.id, str(m), m.title) for m in found.milestones]
    lines = [
        f"{schedule.name}: {found.state.value} ({source}, {iso(view.now)})",
        f"total {units.write(schedule.asset, found.total)}, "
        f"paid {units.write(schedule.asset, found.paid)}, "
        f"claimable {units.write(schedule.asset, found.claimable)}",
        *_decided(view.programme),
        "",
        *table(("MILESTONE", "STATE", "TITLE"), milestones),
    ]
    if found.rows:
        lines += ["", *row_table(found.rows, schedule.asset, units)]
    for correction in view.corrections:
        lines.append(f"corrected from chain: {correction}")
    if found.next:
        lines += ["", "next:", *(f"  {step}" for step in found.next)]
    return lines
