"""ADA and token amounts from and to text, in integers only."""

from __future__ import annotations

import re

from milestone_core.api import TESTNET, Address, BadInput

_ADA = re.compile(r"(\d{1,11})(?:\.(\d{1,6}))?", re.ASCII)
_LOVELACE_PER_ADA = 1_000_000
MAX_TOKENS = 2**63 - 1


def lovelace_of(text: str) -> int:
    """Lovelace from a decimal string of ADA.

    :raises BadInput: not a plain positive decimal number of at most six places.
    """
    match = _ADA.fullmatch(text)
    if not match:
        raise BadInput(
            f"{text!r} is not an amount of ADA",
            hint="write digits and at most six decimals, such as 1500 or 2.5",
        )
    whole, decimals = match.groups(default="")
    lovelace = int(whole) * _LOVELACE_PER_ADA + int(decimals.ljust(6, "0"))
    if not lovelace:
        raise BadInput("an amount of zero ADA was given", hint="leave the amount out instead")
    return lovelace


def ada_text(lovelace: int) -> str:
    """ADA as a decimal string, without trailing zeros."""
    whole, rest = divmod(lovelace, _LOVELACE_PER_ADA)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def recipient(text: str) -> bytes:
    """The binary form of a test network's payment address.

    :raises BadInput: anything else, with the reason.
    """
    try:
        address = Address.parse(text)
    except ValueError as error:
        raise BadInput(
            f"{text[:120]!r} is not an address that the devnet can pay: {error}",
            hint="milestone devnet key NAME makes a key and prints its address",
        ) from error
    if address.network != TESTNET:
        raise BadInput(
            "this is an address of mainnet; the devnet pays to addr_test1... only",
            hint="milestone devnet key NAME makes a key and prints its address",
        )
    return bytes(address)
