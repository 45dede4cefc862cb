"""``milestone register``: validate a schedule and keep it."""

from __future__ import annotations

from typing import Any

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination, lovelace
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option, note, warn
from milestone_core.cli.schedule import read, schedule_file_options, summary, summary_document
from milestone_core.services import register as service
from milestone_core.services.estimates import Estimate

_HUNDREDTH = 10_000  # lovelace


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
            "estimate": {
                "transactions": done.estimate.transactions,
                "deployment_fees": str(done.estimate.deployment),
                "deposit": str(done.estimate.deposit),
                "proof_fee": str(done.estimate.proof),
                "release_fee": str(done.estimate.release),
                "further_claim_fee": str(done.estimate.further_claim),
                "publication": str(done.estimate.publication),
            },
            "replaced": done.replaced,
            "notes": list(found.notes),
        },
        [
            f"registered {schedule.name}: {total}",
            *summary(schedule),
            *_cost(done.estimate),
            f"next: milestone deploy {schedule.name} --key OWNER.skey",
        ],
    )


def _cost(cost: Estimate) -> list[str]:
    """What it will cost, for people: to the hundredth of an ADA, rounded up."""
    deploying = "1 transaction" if cost.transactions == 1 else f"{cost.transactions} transactions"
    return [
        f"  fees, about   deploying {_about(cost.deployment)} in {deploying}, "
        f"a proof {_about(cost.proof)},",
        f"                a release {_about(cost.release)} and {_about(cost.further_claim)} "
        "for each further claim in it",
        f"  deposit       about {_about(cost.deposit)}, which comes back when it is closed",
        f"                (and {_about(cost.publication)} for reference scripts, "
        "unless the network has them: milestone contract find)",
    ]


def _about(amount: int) -> str:
    return lovelace(-(-amount // _HUNDREDTH) * _HUNDREDTH)
