"""``milestone oracle``: what an oracle signs, and a signer for those who keep a key file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import note
from milestone_core.errors import BadInput
from milestone_core.files.attestation import encode_message, encode_signature, read_message
from milestone_core.services import oracle as service
from milestone_core.transactions.keys import read_key

_CHUNK = 1024 * 1024


@click.group()
def oracle() -> None:
    """Make the message that oracles sign, and sign it with a key file.

    Example: milestone oracle message grants beta --evidence report.pdf
    """


@oracle.command()
@click.argument("name")
@click.argument("milestone")
@click.option(
    "--evidence",
    required=True,
    type=click.Path(path_type=Path),
    help="The file that shows that the milestone is complete; its hash is attested.",
)
@click.option("--json", is_flag=True, hidden=True, expose_value=False)
@pass_app
def message(app: App, name: str, milestone: str, evidence: Path) -> None:
    """Print the message for one milestone, to be signed.

    Example: milestone oracle message grants beta --evidence report.pdf > beta.json
    """
    asked = service.message(app, name, milestone, _hash_of(evidence))
    note(f"Oracles sign this text: {asked.payload.decode()}")
    click.echo(json.dumps(encode_message(asked), indent=2))


@oracle.command()
@click.argument("message_file", metavar="MSG.json", type=click.Path(path_type=Path))
@click.option("--key", required=True, metavar="FILE", help="The oracle's .skey, or - for stdin.")
@click.option("--json", is_flag=True, hidden=True, expose_value=False)
@pass_app
def sign(app: App, message_file: Path, key: str) -> None:
    """Sign a message with a key file, in the form that wallets make (CIP-8).

    Example: milestone oracle sign beta.json --key ann.skey > beta-ann.json
    """
    signed = service.sign(read_message(message_file), read_key(key, warn=app.warn))
    click.echo(json.dumps(encode_signature(signed), indent=2))


def _hash_of(path: Path) -> bytes:
    digest = hashlib.blake2b(digest_size=32)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise BadInput(f"the evidence {path} cannot be read: {error.strerror}") from error
    return digest.digest()
