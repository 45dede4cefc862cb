"""``milestone oracle``: what an oracle signs, and a signer for those who keep a key file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import note
from milestone_core.domain.decisions import Cancel, Decision, OracleMessage, Prove, Rotate
from milestone_core.errors import BadInput
from milestone_core.files.attestation import encode_message, encode_signature, read_message
from milestone_core.files.panel import read_panel
from milestone_core.services import oracle as service
from milestone_core.services.signatures import describe

_CHUNK = 1024 * 1024


@click.group()
def oracle() -> None:
    """Make the message that oracles sign, and sign it with a key file.

    Example: milestone oracle message grants beta --evidence report.pdf
    """


@oracle.command()
@click.argument("name")
@click.argument("milestone", required=False)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    help="The file that shows that the milestone is complete; its hash is attested.",
)
@click.option("--cancel", is_flag=True, help="Instead of a milestone: to cancel the programme.")
@click.option(
    "--rotate",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Instead of a milestone: to hand over to the oracles and the quorum in this TOML file.",
)
@click.option("--json", is_flag=True, hidden=True, expose_value=False)
@pass_app
def message(
    app: App,
    name: str,
    milestone: str | None,
    evidence: Path | None,
    cancel: bool,
    rotate: Path | None,
) -> None:
    """Print the message to sign: the exact text, its hex and digest, and what it is about.

    Example: milestone oracle message grants beta --evidence report.pdf > beta.json
    """
    decision = _asked(app, milestone, evidence, cancel=cancel, rotate=rotate)
    asked = service.message(app, name, decision)
    for line in _about(asked):
        note(line)
    click.echo(json.dumps(encode_message(asked), indent=2))


@oracle.command()
@click.argument("message_file", metavar="MSG.json", type=click.Path(path_type=Path))
@click.option("--key", required=True, metavar="FILE", help="The oracle's .skey, or - for stdin.")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    help="The evidence as you have it: nothing is signed if the message is about another.",
)
@click.option("--json", is_flag=True, hidden=True, expose_value=False)
@pass_app
def sign(app: App, message_file: Path, key: str, evidence: Path | None) -> None:
    """Sign a message with a key file, in the form that wallets make (CIP-8).

    Example: milestone oracle sign beta.json --key ann.skey > beta-ann.json
    """
    from milestone_core.transactions.keys import read_key

    asked = read_message(message_file)
    if evidence is not None:
        _require_evidence(asked.decision, evidence)
    signed = service.sign(asked, read_key(key, warn=app.warn))
    for line in _about(asked):
        note(line)
    click.echo(json.dumps(encode_signature(signed), indent=2))


def _asked(
    app: App, milestone: str | None, evidence: Path | None, *, cancel: bool, rotate: Path | None
) -> Decision:
    """The decision that the arguments ask for: exactly one."""
    if (milestone is not None) + cancel + (rotate is not None) != 1:
        raise BadInput(
            "one thing can be decided with one message",
            hint="Name a milestone with its --evidence, or give --cancel, or --rotate FILE.",
        )
    if (milestone is None) != (evidence is None):
        raise BadInput(
            "a milestone is attested with its evidence, and only a milestone",
            hint="Name both: MILESTONE --evidence FILE",
        )
    if milestone is not None and evidence is not None:
        return Prove(milestone, _hash_of(evidence))
    return read_panel(rotate, app.network) if rotate is not None else Cancel()


def _about(asked: OracleMessage) -> Iterator[str]:
    """What a signer must see."""
    decision = asked.decision
    yield f"decided   {describe(decision)}"
    if isinstance(decision, Prove):
        yield f"evidence  {decision.evidence.hex()} (blake2b-256 of the file)"
    if isinstance(decision, Rotate):
        for number, oracle_hash in enumerate(decision.oracles, start=1):
            yield f"oracle {number:<2} {oracle_hash.hex()}"
    yield f"programme {asked.programme}"
    yield f"round     {asked.round}"
    yield f"digest    {asked.digest.hex()}"
    yield f"in hex    {asked.payload.hex()}"
    yield "the text that is signed:"
    yield f"  {asked.payload.decode()}"


def _require_evidence(decision: Decision, evidence: Path) -> None:
    if not isinstance(decision, Prove):
        raise BadInput("the message is about no evidence", hint="Leave --evidence out.")
    found = _hash_of(evidence)
    if found != decision.evidence:
        raise BadInput(
            f"the message is about the evidence {decision.evidence.hex()}, {evidence} is "
            f"{found.hex()}: nothing was signed",
            hint="Ask whoever made the message for the file that it is about.",
        )


def _hash_of(path: Path) -> bytes:
    digest = hashlib.blake2b(digest_size=32)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise BadInput(f"the evidence {path} cannot be read: {error.strerror}") from error
    return digest.digest()
