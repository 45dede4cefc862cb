"""Addresses as people give them, with a reason for each one that cannot be paid to."""

from __future__ import annotations

import re

from milestone_core.domain.address import HASH_LENGTH, MAINNET, TESTNET, Address
from milestone_core.errors import BadInput
from milestone_core.files.text import shown

_BYRON = re.compile(r"(?:Ae2|DdzFF|37btjrVyb4K|2cWKMJemoBa)[1-9A-HJ-NP-Za-km-z]+")
_KEY_HASH = re.compile(r"[0-9a-fA-F]{56}")


def network_id(network: str) -> int:
    """The id in the addresses of the network of that name: 1 for mainnet, 0 for all others."""
    return MAINNET if network == "mainnet" else TESTNET


def parse_address(text: str, network: str) -> Address:
    """A base or enterprise address of ``network`` (its name), in bech32.

    :raises BadInput: it is malformed, of another network, or of a kind that cannot be paid to.
    """
    text = text.strip()
    prefix = "addr1" if network_id(network) == MAINNET else "addr_test1"
    remedy = f"give a payment address of {network}; it begins with {prefix}"
    if _BYRON.fullmatch(text):
        raise BadInput(f"{shown(text)} is a Byron address", hint=remedy)
    try:
        address = Address.parse(text)
    except ValueError as error:
        raise BadInput(f"{shown(text)} cannot be used: {error}", hint=remedy) from error
    if address.network != network_id(network):
        other = "mainnet" if address.network == MAINNET else "a test network"
        raise BadInput(f"{shown(text)} is an address of {other}, not of {network}", hint=remedy)
    return address


def parse_key_hash(text: str, network: str) -> bytes:
    """The hash of an oracle's key: 56 hex digits, or an address, of which the payment key counts.

    :raises BadInput: it is neither, or the address is that of a script.
    """
    text = text.strip()
    if _KEY_HASH.fullmatch(text):
        return bytes.fromhex(text)
    if re.fullmatch(r"[0-9a-fA-F]+", text):
        what = f"{shown(text)} has {len(text)} hex digits"
        raise BadInput(what, hint=f"a key hash has {2 * HASH_LENGTH}")
    address = parse_address(text, network)
    if address.payment.is_script:
        raise BadInput(
            f"{shown(text)} is the address of a script",
            hint="an oracle signs with a key: give an address of the oracle's wallet",
        )
    return address.payment.hash
