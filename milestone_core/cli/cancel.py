"""``milestone cancel``: let nothing more be proven."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.money import Spending, sent_lines, spending_options
from milestone_core.cli.output import emit, json_option
from milestone_core.cli.signing import SignatureFiles, signature_files
from milestone_core.services import decide, distributions


@click.command()
@click.argument("name")
@signature_files
@spending_options
@json_option
@pass_app
def cancel(app: App, name: str, signatures: SignatureFiles, spending: Spending) -> None:
    """Let nothing more be proven, with the owner's key and a quorum's signatures.

    What is proven stays payable. The rest goes back to the owner with `milestone reclaim`. It
    cannot be undone. The oracles sign `milestone oracle message NAME --cancel`.

    Example: milestone cancel grants cancel-ann.json cancel-ben.json --key owner.skey
    """
    schedule = distributions.record_of(app, name).schedule
    operator = spending.operator(app, schedule, name)
    done = decide.cancel(app, name, signatures.signed, operator, signatures.asked)
    sent = [done.sent] if done.sent else []
    lines = sent_lines(sent)
    if done.already or (done.sent and done.sent.slot is not None):
        lines += [
            f"the programme of {name} is cancelled: what is proven stays payable",
            f"next: milestone release {name}, then milestone reclaim {name}",
        ]
    emit({"name": name, "already_cancelled": done.already, **spending.document(sent)}, lines)
