"""``milestone prove``: record on chain that a milestone is complete."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.money import Spending, sent_lines, spending_options
from milestone_core.cli.output import emit, json_option
from milestone_core.services import distributions
from milestone_core.services import prove as service


@click.command()
@click.argument("name")
@click.argument("milestone")
@spending_options
@json_option
@pass_app
def prove(app: App, name: str, milestone: str, spending: Spending) -> None:
    """Record a quorum's attestations on chain; claimants then need no files.

    Example: milestone prove grants beta --key any.skey --yes
    """
    schedule = distributions.record_of(app, name).schedule
    done = service.prove_milestone(app, name, milestone, spending.operator(app, schedule, name))
    sent = [done.sent] if done.sent else []
    evidence = done.evidence.hex()
    lines = sent_lines(sent)
    if done.already or (done.sent and done.sent.slot is not None):
        lines.append(f"{milestone} is proven (chain), evidence {evidence}")
    emit(
        {
            "name": name,
            "milestone": milestone,
            "evidence": evidence,
            "already_proven": done.already,
            **spending.document(sent),
        },
        lines,
    )
