"""``milestone commit``: keep oracles' attestations."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option
from milestone_core.cli.signing import SignatureFiles, signature_files
from milestone_core.services import commit as service


@click.command()
@click.argument("name")
@signature_files
@json_option
@pass_app
def commit(app: App, name: str, signatures: SignatureFiles) -> None:
    """Keep oracles' attestations, after checking their format.

    A file is what `oracle sign` wrote, what a browser wallet's signData returned (CIP-30), or what
    cardano-signer printed (CIP-8). Whether a signature is good is for the contract to decide, when
    the milestone is proven.

    Example: milestone commit grants beta-ann.json beta-ben.json
    """
    standings = service.commit(app, name, signatures.signed, signatures.asked)
    emit(
        {
            "name": name,
            "committed": [
                {
                    "milestone": s.milestone,
                    "evidence": s.evidence.hex(),
                    "signatures": s.count,
                    "quorum": s.quorum,
                    "verified": s.verified,
                    "replaced": s.replaced,
                }
                for s in standings
            ],
        },
        list(dict.fromkeys(_line(standing) for standing in standings)),
    )


def _line(standing: service.Standing) -> str:
    state = "verified" if standing.verified else "unverified"
    again = ", replacing an earlier signature" if standing.replaced else ""
    return (
        f"{standing.milestone}: {state} {standing.count} of {standing.quorum}, "
        f"evidence {standing.evidence.hex()[:16]}...{again}"
    )
