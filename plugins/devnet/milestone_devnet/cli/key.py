"""``milestone devnet key``."""

from __future__ import annotations

import re
from pathlib import Path

import click

from milestone_core.api import Address, BadInput
from milestone_devnet.cli.options import json_option, print_result

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


@click.command()
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder to write NAME.skey into; by default the current one.",
)
@json_option
def key(name: str, out: Path, as_json: bool) -> None:
    """Make a payment key and print its address on test networks.

    The file is cardano-cli's text envelope, readable by its owner only, and is never overwritten.

    \b
    Example:
      milestone devnet key alice
    """
    from milestone_devnet.keys import PaymentKey

    if not _NAME.fullmatch(name):
        raise BadInput(
            f"{name[:120]!r} cannot name a key file",
            hint="use letters, digits, '.', '-' and '_'; give the folder with --out",
        )
    if not out.is_dir():
        raise BadInput(f"there is no folder {out}", hint=f"mkdir -p {out}")
    made = PaymentKey.random()
    path = out / f"{name}.skey"
    made.save(path)
    address = str(Address.from_bytes(made.address))
    key_hash = made.key_hash.hex()
    print_result(
        {"path": str(path), "address": address, "key_hash": key_hash},
        [f"key file  {path}", f"address   {address}", f"key hash  {key_hash}"],
        as_json=as_json,
    )
