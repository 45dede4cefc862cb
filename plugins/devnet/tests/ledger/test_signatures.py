"""Signatures of keys."""

from __future__ import annotations

import pytest

from .world import ALICE, BOB, BOBS, LIBRARY, MONEY, Draft, accepted, blake2b, refused


def missing(draft: Draft) -> list[str]:
    refusal = refused(draft)
    assert (refusal.code, refusal.rule) == (3101, "MissingSignatories")
    return list(refusal.data["missingSignatories"])


def test_the_key_of_an_input_must_sign() -> None:
    assert missing(Draft(signers=[])) == [ALICE.key_hash.hex()]
    assert missing(Draft(signers=[BOB])) == [ALICE.key_hash.hex()]


def test_all_keys_of_all_inputs_must_sign() -> None:
    assert missing(Draft(inputs=[MONEY, BOBS])) == [BOB.key_hash.hex()]
    assert accepted(Draft(inputs=[MONEY, BOBS], signers=[ALICE, BOB])).valid


def test_a_required_signer_must_sign() -> None:
    assert missing(Draft(body={14: [BOB.key_hash]})) == [BOB.key_hash.hex()]
    assert accepted(Draft(body={14: [BOB.key_hash]}, signers=[ALICE, BOB])).valid


def test_the_key_of_collateral_must_sign() -> None:
    assert missing(Draft(body={13: [[*BOBS]]}).spending_script()) == [BOB.key_hash.hex()]


def test_a_reference_input_needs_no_signature() -> None:
    assert accepted(Draft(body={18: [[*LIBRARY]]})).valid


def test_a_further_signature_does_no_harm() -> None:
    assert accepted(Draft(signers=[ALICE, BOB])).valid


def test_a_signature_over_something_else_is_refused() -> None:
    draft = Draft(signers=[])
    digest = blake2b(b"something else", 32)
    draft.witnesses[0] = [[ALICE.key, ALICE.secret.sign(digest).signature]]
    refusal = refused(draft)
    assert refusal.code == 3100
    assert refusal.data == {"invalidSignatories": [ALICE.key.hex()]}


@pytest.mark.parametrize("position", [0, 31, 32, 63])
def test_a_signature_with_one_bit_changed_is_refused(position: int) -> None:
    good = Draft().finish()
    signature = ALICE.secret.sign(blake2b(good[1 : good.index(b"\xa1\x00\x81\x82")], 32)).signature
    assert signature in good
    changed = bytearray(signature)
    changed[position] ^= 1
    draft = Draft(signers=[])
    draft.witnesses[0] = [[ALICE.key, bytes(changed)]]
    assert refused(draft).code == 3100


@pytest.mark.parametrize("key", [bytes(32), b"\x01" + bytes(31)])
def test_keys_of_small_order_are_refused_as_libsodium_does(key: bytes) -> None:
    """A point of small order would verify for any message with the right signature."""
    draft = Draft()
    draft.witnesses[0] = [[key, b"\x01" + bytes(63)]]
    draft.signers = []
    assert refused(draft).data == {"invalidSignatories": [key.hex()]}
