"""What oracles sign, by vectors that were made without our code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from milestone_core.domain.chain import AssetId, OutputReference
from milestone_core.onchain import sig_structure
from milestone_core.onchain.contract import identity

GOLDEN = Path(__file__).parents[3] / "validators" / "golden" / "attestations.json"
VECTORS: dict[str, Any] = json.loads(GOLDEN.read_text("utf-8"))
POLICY = bytes.fromhex(VECTORS["programme_policy"])
PROGRAMME = AssetId(POLICY, bytes.fromhex(VECTORS["programme_name"]))


def payload_of(name: str) -> bytes:
    vector = VECTORS[name]
    if name.startswith("attestation"):
        subject = bytes.fromhex(vector["milestone_id"]), bytes.fromhex(vector["evidence"])
        return sig_structure.attestation_payload(PROGRAMME, vector["round"], *subject)
    if name.startswith("rotate"):
        oracles = [bytes.fromhex(oracle) for oracle in vector["new_oracles"]]
        return sig_structure.rotate_payload(
            PROGRAMME, vector["round"], vector["new_quorum"], oracles
        )
    return sig_structure.cancel_payload(PROGRAMME, vector["round"])


NAMES = [name for name, vector in VECTORS.items() if "signatures" in vector]


def test_the_programmes_name_follows_from_its_seed() -> None:
    seed = VECTORS["programme_seed"]
    reference = OutputReference(bytes.fromhex(seed["transaction_id"]), seed["index"])
    assert identity(POLICY, reference) == PROGRAMME


@pytest.mark.parametrize("name", NAMES)
def test_the_payload_is_the_vectors(name: str) -> None:
    assert payload_of(name).hex() == VECTORS[name]["payload"]


@pytest.mark.parametrize("name", NAMES)
def test_the_signed_bytes_are_the_vectors_for_every_header(name: str) -> None:
    signatures = VECTORS[name]["signatures"]
    headers = {signed["header"] for signed in signatures}
    assert len(headers) > 1, "the shortest and a wallet's"
    for signed in signatures:
        structure = sig_structure.sig_structure(bytes.fromhex(signed["header"]), payload_of(name))
        assert structure.hex() == signed["sig_structure"]
        key = SigningKey(bytes.fromhex(signed["key_seed"])).verify_key
        key.verify(structure, bytes.fromhex(signed["signature"]))


@pytest.mark.parametrize(("name", "length"), [("attestation", 89), ("cancel", 84), ("rotate", 84)])
def test_a_payload_is_never_as_long_as_a_hash(name: str, length: int) -> None:
    assert len(payload_of(name)) == length


def test_headers_of_every_allowed_length_have_their_length_before_them() -> None:
    for length in (0, 23, 24, 255):
        structure = sig_structure.sig_structure(bytes(length), b"")
        head = bytes([0x40 | length]) if length < 24 else bytes([0x58, length])
        assert structure == b"\x84\x6aSignature1" + head + bytes(length) + b"\x40\x40"
    with pytest.raises(ValueError, match="range"):
        sig_structure.sig_structure(bytes(256), b"")
