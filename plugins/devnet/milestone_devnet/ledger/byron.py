"""Byron addresses: what locks them, and what opens them (CDDL of the Byron era)."""

from __future__ import annotations

import hashlib

import cbor2

from . import cbor
from .model import BootstrapWitness, blake2b_224

_ENCODED_CBOR = 24
_KEY_SPENDING = 0


def byron_root(address: bytes) -> bytes:
    """The root (28 bytes) of a Byron address; raises ``Malformed`` if it is none."""
    payload, _checksum = cbor.items(cbor.one_item(address))
    root, *_ = cbor.items(cbor.byte_string(cbor.untag(payload, _ENCODED_CBOR)))
    return cbor.byte_string(root, 28)


def witness_root(witness: BootstrapWitness) -> bytes:
    """The root of the address that a witness opens.

    blake2b-224 over SHA3-256 of address type, spending data (public key and chain code) and
    attributes.
    """
    spending = [_KEY_SPENDING, witness.signature.key + witness.chain_code]
    start = cbor2.dumps(_KEY_SPENDING) + cbor2.dumps(spending)
    return blake2b_224(hashlib.sha3_256(b"\x83" + start + witness.attributes).digest())
