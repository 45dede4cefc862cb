"""``milestone status``: what is proven and claimable, and who must act next."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option, table, warn
from milestone_core.cli.rows import row_document, row_table
from milestone_core.domain.distribution import Programme
from milestone_core.files.records import DistributionState
from milestone_core.files.times import iso
from milestone_core.services import distributions
from milestone_core.services import status as service
from milestone_core.services.status import Status


@click.command()
@click.argument("name", required=False)
@click.option("--offline", is_flag=True, help="Show what is stored here; ask no server.")
@json_option
@pass_app
def status(app: App, name: str | None, offline: bool) -> None:
    """Show what is proven and claimable, and who must act next.

    Without a name, all schedules of this project.

    Example: milestone status grants
    """
    if name is None:
        _all(app, offline=offline)
        return
    found = service.status(app, name, offline=offline)
    emit(_document(found), _lines(found))
    if found.view.trouble is not None:
        raise found.view.trouble


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
        lines += ["", *row_table(found.rows, schedule)]
    for correction in view.corrections:
        lines.append(f"corrected from chain: {correction}")
    for transaction in found.pending:
        warn(f"the outcome of {transaction} is not known yet")
    if found.next:
        lines += ["", "next:", *(f"  {step}" for step in found.next)]
    return lines
