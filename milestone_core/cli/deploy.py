"""``milestone deploy``: put a schedule on chain and lock its tokens."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination, counted
from milestone_core.cli.context import pass_app
from milestone_core.cli.money import Spending, sent_lines, spending_options
from milestone_core.cli.output import emit, json_option
from milestone_core.services import deploy as service
from milestone_core.services import distributions


@click.command()
@click.argument("name")
@spending_options
@json_option
@pass_app
def deploy(app: App, name: str, spending: Spending) -> None:
    """Start the programme, register the distribution and lock its tokens.

    The key is the owner's. Running it again goes on where it stopped.

    Example: milestone deploy grants --key owner.skey --yes
    """
    schedule = distributions.record_of(app, name).schedule
    done = service.deploy_schedule(app, name, spending.operator(app, schedule, name))
    record = done.record
    lines = sent_lines(done.sent)
    if record.programme is not None:
        total = Denomination(schedule).write(schedule.asset, schedule.total)
        lines += [f"programme     {record.programme}"]
        lines += [f"distribution  {page}" for page in record.pages]
        if done.complete:
            people = counted(len(schedule.beneficiaries), "beneficiary", "beneficiaries")
            lines.append(f"{total} are locked for {people}.")
    emit(
        {
            "name": name,
            "programme": str(record.programme) if record.programme else None,
            "distributions": [str(page) for page in record.pages],
            "complete": done.complete,
            **spending.document(done.sent),
        },
        lines,
    )
