"""``milestone bundle``: hand a distribution on, and take one over."""

from __future__ import annotations

import json
from pathlib import Path

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination, counted
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option, note
from milestone_core.files.bundle import encode_bundle, read_bundle
from milestone_core.files.records import DistributionState
from milestone_core.services import bundle as service


@click.group()
def bundle() -> None:
    """Hand on, in one file, all that a stranger needs to claim; take one over.

    Example: milestone bundle export grants > grants.bundle.json
    """


@bundle.command()
@click.argument("name")
@click.option("--json", is_flag=True, hidden=True, expose_value=False)
@pass_app
def export(app: App, name: str) -> None:
    """Print the schedule, its ids on chain, and the attestations. No secret is in it.

    Asks no server.

    Example: milestone bundle export grants > grants.bundle.json
    """
    made = service.export(app, name)
    pages, signed = len(made.pages), len(made.attestations)
    note(f"{name}: {counted(pages, 'distribution')}, {counted(signed, 'attestation')}")
    click.echo(json.dumps(encode_bundle(made), indent=2, ensure_ascii=False))


@bundle.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@json_option
@pass_app
def import_(app: App, file: Path) -> None:
    """Take a bundle over, after checking it against itself and against the chain.

    The folder needs a project for the bundle's network: see milestone init.

    Example: milestone bundle import grants.bundle.json
    """
    done = service.take_over(app, str(file), read_bundle(file))
    record = done.record
    schedule = record.schedule
    total = Denomination(schedule).write(schedule.asset, schedule.total)
    again = "again, " if done.known else ""
    people = counted(len(schedule.beneficiaries), "beneficiary", "beneficiaries")
    lines = [
        f"imported {schedule.name}: {again}{total} for {people}, as it lies on chain",
        f"attestations: {done.attestations}",
    ]
    if done.outdated:
        lines.append(f"left out: {done.outdated} of a round before the oracles were rotated")
    if record.state is DistributionState.CLOSED:
        lines.append("it is closed: nothing is locked any more")
    else:
        lines += [
            f"next: milestone status {schedule.name}",
            f"      milestone release {schedule.name} --beneficiary ADDRESS --key FILE",
        ]
    emit(
        {
            "name": schedule.name,
            "state": record.state.value,
            "document": schedule.document_hash().hex(),
            "programme": str(record.programme),
            "distributions": [str(page) for page in record.pages],
            "attestations": done.attestations,
            "outdated": done.outdated,
            "known": done.known,
        },
        lines,
    )
