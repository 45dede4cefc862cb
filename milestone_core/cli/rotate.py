"""``milestone rotate``: the oracles hand over to others."""

from __future__ import annotations

from pathlib import Path

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.money import Spending, sent_lines, spending_options
from milestone_core.cli.output import emit, json_option
from milestone_core.cli.signing import SignatureFiles, signature_files
from milestone_core.files.panel import read_panel
from milestone_core.services import decide, distributions


@click.command()
@click.argument("name")
@signature_files
@click.option(
    "--oracles",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The TOML file with the new `oracles` and their `quorum`, as it was signed.",
)
@spending_options
@json_option
@pass_app
def rotate(
    app: App, name: str, signatures: SignatureFiles, oracles: Path, spending: Spending
) -> None:
    """Hand over to other oracles, with a quorum's signatures of the present ones.

    Whatever the former oracles signed and is not on chain counts no more. The oracles sign
    `milestone oracle message NAME --rotate FILE`. Any key may pay the fee.

    Example: milestone rotate grants --oracles new.toml ann.json ben.json --key any.skey
    """
    panel = read_panel(oracles, app.network)
    schedule = distributions.record_of(app, name).schedule
    operator = spending.operator(app, schedule, name)
    done = decide.rotate(app, name, panel, signatures.signed, operator, signatures.asked)
    sent = [done.sent] if done.sent else []
    lines = sent_lines(sent)
    round_ = done.programme.round + (not done.already)
    if done.already or (done.sent and done.sent.slot is not None):
        lines += [
            f"{name}: round {round_}, {panel.quorum} of {len(panel.oracles)} oracles attest",
            "signatures of former rounds count no more; ask for new ones with: "
            f"milestone oracle message {name} MILESTONE --evidence FILE",
        ]
    emit(
        {
            "name": name,
            "already_rotated": done.already,
            "round": round_,
            "quorum": panel.quorum,
            "oracles": [oracle.hex() for oracle in panel.oracles],
            **spending.document(sent),
        },
        lines,
    )
