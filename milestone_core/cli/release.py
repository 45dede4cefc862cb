"""``milestone release``: pay what is claimable."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.context import pass_app
from milestone_core.cli.money import Spending, sent_lines, spending_options
from milestone_core.cli.output import emit, json_option
from milestone_core.cli.selecting import selection_of, selection_options
from milestone_core.domain.schedule import Schedule
from milestone_core.errors import BadInput
from milestone_core.files.amounts import parse_amount
from milestone_core.services import distributions
from milestone_core.services import release as service


@click.command()
@click.argument("name")
@selection_options
@click.option("--amount", metavar="X", help="At most that much: whole instalments within it.")
@click.option("--all-due", is_flag=True, help="All that is claimable, as without --amount.")
@spending_options
@json_option
@pass_app
def release(
    app: App,
    name: str,
    beneficiary: str | None,
    milestone: str | None,
    amount: str | None,
    all_due: bool,
    spending: Spending,
) -> None:
    """Pay what is claimable: to everybody, or to whom and for what you say.

    Anybody may do it for anybody; the key pays the fee. A milestone that has a quorum here but is
    not on chain yet is proven first.

    With --amount, in units of the asset, --beneficiary says to whom. The contract pays whole
    instalments: the most of them that the amount covers are paid, row after row.

    Example: milestone release grants --key any.skey --yes
    """
    schedule = distributions.record_of(app, name).schedule
    selection = selection_of(app, beneficiary, milestone)
    limit = _limit(schedule, amount, beneficiary, all_due=all_due)
    operator = spending.operator(app, schedule, name)
    done = service.release(app, name, selection, operator, limit=limit)
    units = Denomination(schedule)
    sent = [*done.proofs, *(paid.sent for paid in done.releases if paid.sent)]
    lines = sent_lines(sent)
    for paid in done.releases:
        verb = "paid" if paid.sent else "would pay"
        for payout in paid.payouts:
            lines.append(f"{verb} {units.write(schedule.asset, payout.amount)} to {payout.address}")
    paid_in_all = sum(payout.amount for paid in done.releases for payout in paid.payouts)
    if limit is not None and paid_in_all != limit:
        asked, whole = (units.write(schedule.asset, n) for n in (limit, paid_in_all))
        lines.append(f"{asked} was asked for; {whole} is what whole instalments make of it")
    emit(
        {
            "name": name,
            "asked": None if limit is None else str(limit),
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


def _limit(
    schedule: Schedule, amount: str | None, beneficiary: str | None, *, all_due: bool
) -> int | None:
    """The amount in base units.

    :raises BadInput: it is no amount of this asset, or it is not clear to whom.
    """
    if amount is None:
        return None
    if all_due:
        raise BadInput("--amount and --all-due contradict each other", hint="Give one of them.")
    if beneficiary is None:
        raise BadInput("to whom the amount is to be paid is not said", hint="Add --beneficiary.")
    try:
        return parse_amount(amount, schedule.decimals)
    except BadInput as problem:
        raise BadInput(f"--amount: {problem.message}", hint=problem.hint) from problem
