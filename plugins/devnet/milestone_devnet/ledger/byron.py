"""Byron addresses: what is in them, and what opens them (CDDL of the Byron era)."""

from __future__ import annotations

import hashlib
import zlib
from typing import NamedTuple

import cbor2

from . import cbor
from .model import BootstrapWitness, blake2b_224

_ENCODED_CBOR = 24
_KEY_SPENDING, _REDEEMING = 0, 2
_DERIVATION_PATH, _NETWORK_MAGIC = 1, 2
_TESTNET, _MAINNET = 0, 1


class ByronAddress(NamedTuple):
    """A Byron address: its root (28 bytes), its network id, and how large its attributes are.

    ``attributes_size`` (bytes) is without the network's magic, which mainnet does not state.
    """

    root: bytes
    network_id: int
    attributes_size: int


def byron_address(address: bytes) -> ByronAddress:
    """A Byron address from its bytes; raises ``Malformed``."""
    payload_item, checksum = cbor.record_items(cbor.one_item(address), 2, "a Byron address")
    payload = cbor.byte_string(cbor.untag(payload_item, _ENCODED_CBOR))
    if cbor.unsigned(checksum) != zlib.crc32(payload):
        raise cbor.Malformed("the checksum of a Byron address is wrong")
    root, attributes_item, kind = cbor.record_items(
        cbor.one_item(payload), 3, "a Byron address' payload"
    )
    if cbor.unsigned(kind) not in (_KEY_SPENDING, _REDEEMING):
        raise cbor.Malformed("a Byron address of unknown type")
    attributes = {
        number: cbor.byte_string(value) for number, value in cbor.fields(attributes_item).items()
    }
    magic, path = attributes.pop(_NETWORK_MAGIC, None), attributes.pop(_DERIVATION_PATH, None)
    if magic is not None and cbor.unsigned(cbor.one_item(magic)) >= 2**32:
        raise cbor.Malformed("a network's magic has 32 bits")
    path_size = 0 if path is None else len(cbor.byte_string(cbor.one_item(path)))
    return ByronAddress(
        cbor.byte_string(root, 28),
        _MAINNET if magic is None else _TESTNET,
        path_size + sum(map(len, attributes.values())),
    )


def witness_root(witness: BootstrapWitness) -> bytes:
    """The root of the address that a witness opens.

    blake2b-224 over SHA3-256 of address type, spending data (public key and chain code) and
    attributes.
    """
    spending = b"\x82\x00\x58\x40" + witness.signature.key + witness.chain_code
    start = cbor2.dumps(_KEY_SPENDING) + spending
    return blake2b_224(hashlib.sha3_256(b"\x83" + start + witness.attributes).digest())
