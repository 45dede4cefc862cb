"""``milestone release``: pay what is claimable."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.context import pass_app
from milestone_core.cli.money import Spending, sent_lines, spending_options
from milestone_core.cli.output import emit, json_option
from milestone_core.cli.selecting import selection_of, selection_options
from milestone_core.services import distributions
from milestone_core.services import release as service


@click.command()
@click.argument("name")
@selection_options
@spending_options
@json_option
@pass_app
def release(
    app: App, name: str, beneficiary: str | None, milestone: str | None, spending: Spending
) -> None:
    """Pay what is claimable: to everybody, or to whom and for what you say.

    Anybody may do it for anybody; the key pays the fee. A milestone that has a quorum here but is
    not on chain yet is proven first.

    Example: milestone release grants --key any.skey --yes
    """
    schedule = distributions.record_of(app, name).schedule
    selection = selection_of(app, beneficiary, milestone)
    done = service.release(app, name, selection, spending.operator(app, schedule, name))
    units = Denomination(schedule)
    sent = [*done.proofs, *(paid.sent for paid in done.releases if paid.sent)]
    lines = sent_lines(sent)
    for paid in done.releases:
        verb = "paid" if paid.sent else "would pay"
        for payout in paid.payouts:
            lines.append(f"{verb} {units.write(schedule.asset, payout.amount)} to {payout.address}")
    emit(
        {
            "name": name,
            "payouts": [
                {
                    "address": str(payout.address),
                    "amount": str(payout.amount),
                    "transaction": paid.sent.transaction_id.hex() if paid.sent else None,
                }
                for paid in done.releases
                for payout in paid.payouts
            ],
            **spending.document(sent),
        },
        lines,
    )
