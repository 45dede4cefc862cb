"""``milestone reclaim``: the owner closes what is finished."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli import amounts
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.context import pass_app
from milestone_core.cli.money import Spending, sent_lines, spending_options
from milestone_core.cli.output import emit, json_option
from milestone_core.files.times import iso
from milestone_core.services import distributions
from milestone_core.services import reclaim as service


@click.command()
@click.argument("name")
@spending_options
@json_option
@pass_app
def reclaim(app: App, name: str, spending: Spending) -> None:
    """Close what is paid or expired, and take back what nobody can claim any more.

    The key is the owner's. The programme is closed too once its end has passed.

    Example: milestone reclaim grants --key owner.skey --yes
    """
    schedule = distributions.record_of(app, name).schedule
    done = service.reclaim(app, name, spending.operator(app, schedule, name))
    lines = sent_lines(done.sent)
    if done.sent:
        lines.append(f"returned to the owner: {Denomination(schedule).value(done.returned)}")
    closes_at = done.programme_closes_at
    if closes_at is not None:
        lines.append(f"The programme may be closed after {iso(closes_at)}.")
    emit(
        {
            "name": name,
            "returned": amounts.document(done.returned),
            "programme_closes_after": iso(closes_at) if closes_at is not None else None,
            **spending.document(done.sent),
        },
        lines,
    )
