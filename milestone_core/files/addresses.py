"""Addresses as people give them, with a reason for each one that cannot be paid to."""

from __future__ import annotations

import hashlib
import re

from milestone_core.domain import bech32
from milestone_core.domain.address import HASH_LENGTH, MAINNET, TESTNET, Address
from milestone_core.domain.attestation import VERIFICATION_KEY_LENGTH, is_small_order
from milestone_core.errors import BadInput
from milestone_core.files.text import shown

_BYRON = re.compile(r"(?:Ae2|DdzFF|37btjrVyb4K|2cWKMJemoBa)[1-9A-HJ-NP-Za-km-z]+")
_KEY_HASH = re.compile(r"[0-9a-fA-F]{56}")
_HASH_PREFIXES = ("addr_vkh", "vkh")
_KEY_PREFIXES = {"addr_vk": VERIFICATION_KEY_LENGTH, "addr_xvk": 64}  # with the chain code


def network_id(network: str) -> int:
    """The id in the addresses of the network of that name: 1 for mainnet, 0 for all others."""
    return MAINNET if network == "mainnet" else TESTNET


def is_address(text: str) -> bool:
    """Whether it is meant as an address, be it a good one or not."""
    return re.match(r"(addr|stake)(_test)?1|Ae2|DdzFF", text.strip().lower(), re.I) is not None


def parse_address(text: str, network: str) -> Address:
    """A base or enterprise address of ``network`` (its name), in bech32.

    :raises BadInput: it is malformed, of another network, or of a kind that cannot be paid to.
    """
    text = text.strip()
    _refuse_secret(text)
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
    """The hash of an oracle's key, however it is given.

    An address, of which the payment key counts; the hash, as 56 hex digits or ``addr_vkh1...``;
    or the public key, as ``addr_vk1...`` or ``addr_xvk1...`` (CIP-5).

    :raises BadInput: it is none of these, the address is that of a script, or anybody could sign
        with the key.
    """
    text = text.strip()
    _refuse_secret(text)
    if _KEY_HASH.fullmatch(text):
        return bytes.fromhex(text)
    if re.fullmatch(r"[0-9a-fA-F]+", text):
        raise _wrong_hex(text)
    prefix = text.lower().rpartition("1")[0]
    if prefix in (*_HASH_PREFIXES, *_KEY_PREFIXES):
        return _hash_in_bech32(text, prefix)
    if re.fullmatch(r"[a-z0-9_]*(?:vkh?|script|pool|drep)", prefix):
        raise BadInput(
            f"{shown(text)} is no payment key: it begins with {prefix}1",
            hint="give an address, or a key hash that begins with addr_vkh1",
        )
    address = parse_address(text, network)
    if address.payment.is_script:
        raise BadInput(
            f"{shown(text)} is the address of a script",
            hint="an oracle signs with a key: give an address of the oracle's wallet",
        )
    return address.payment.hash


def _refuse_secret(text: str) -> None:
    """Stop at a secret key, and do not repeat it."""
    if re.match(r"[a-z0-9_]*sk1", text.lower()):
        raise BadInput(
            "a SECRET key was given where an address or an oracle is named",
            hint="remove it from the file, and give an address instead",
        )


def _hash_in_bech32(text: str, prefix: str) -> bytes:
    try:
        raw = bech32.decode(text)[1]
    except ValueError as error:
        raise BadInput(f"{shown(text)} cannot be used: {error}", hint="copy all of it") from error
    wanted = HASH_LENGTH if prefix in _HASH_PREFIXES else _KEY_PREFIXES[prefix]
    if len(raw) != wanted:
        raise BadInput(
            f"{shown(text)} holds {len(raw)} bytes, {prefix} has {wanted}", hint="copy all of it"
        )
    if prefix in _HASH_PREFIXES:
        return raw
    key = raw[:VERIFICATION_KEY_LENGTH]
    if is_small_order(key):
        raise BadInput(
            f"{shown(text)} is a key of small order: anybody can sign with it",
            hint="give another key of the oracle's",
        )
    return hashlib.blake2b(key, digest_size=HASH_LENGTH).digest()


def _wrong_hex(text: str) -> BadInput:
    hint = f"a key hash has {2 * HASH_LENGTH}"
    if len(text) == 2 * VERIFICATION_KEY_LENGTH:
        hashed = hashlib.blake2b(bytes.fromhex(text), digest_size=HASH_LENGTH).hexdigest()
        hint += f"; if it is a public key, its hash is {hashed}"
    return BadInput(f"{shown(text)} has {len(text)} hex digits", hint=hint)
