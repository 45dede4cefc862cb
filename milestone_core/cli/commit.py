"""``milestone commit``: keep oracles' attestations."""

from __future__ import annotations

from pathlib import Path

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option
from milestone_core.files.attestation import read_signature
from milestone_core.services import commit as service


@click.command()
@click.argument("name")
@click.argument("signatures", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@pass_app
def commit(app: App, name: str, signatures: tuple[Path, ...]) -> None:
    """Keep oracles' attestations, after checking their format.

    Whether a signature is good is for the contract to decide, when the milestone is proven.

    Example: milestone commit grants beta-ann.json beta-ben.json
    """
    signed = [(str(path), read_signature(path)) for path in signatures]
    standings = service.commit(app, name, signed)
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
