"""Byron addresses, as outputs and as inputs."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace
from typing import Any

import cbor2
import pytest

from milestone_devnet.ledger import DeserialisationFailure, decode_transaction

from .world import (
    ADA,
    ALICE,
    ENVIRONMENT,
    STATE,
    Draft,
    accepted,
    blake2b,
    output,
    reference,
    refused,
    state,
)

CHAIN_CODE = bytes(range(32))
MAGIC = {2: cbor2.dumps(42)}
OLD_MONEY = reference(70)


def root(attributes: Any) -> bytes:
    spending = [0, ALICE.key + CHAIN_CODE]
    return blake2b(hashlib.sha3_256(cbor2.dumps([0, spending, attributes])).digest(), 28)


def byron(attributes: Any = MAGIC, kind: int = 0, change: int = 0) -> bytes:
    payload = cbor2.dumps([root(attributes), attributes, kind])
    return cbor2.dumps([cbor2.CBORTag(24, payload), zlib.crc32(payload) ^ change])


def paying(address: bytes) -> Draft:
    return Draft(outputs=[output(address, 5 * ADA)])


@pytest.mark.parametrize(
    "attributes", [MAGIC, MAGIC | {1: cbor2.dumps(bytes(64))}, MAGIC | {9: b"x"}]
)
def test_byron_addresses_can_be_paid(attributes: Any) -> None:
    assert accepted(paying(byron(attributes))).valid


@pytest.mark.parametrize(
    "address",
    [
        byron(change=1),
        byron(kind=1),
        byron({2: cbor2.dumps(2**32)}),
        byron({2: b""}),
        byron({1: 7}),
        byron()[:-1],
        byron() + b"\x00",
        b"\x83" + byron()[1:] + b"\x00",
    ],
)
def test_what_is_no_byron_address_is_not_decoded(address: bytes) -> None:
    with pytest.raises(DeserialisationFailure):
        decode_transaction(paying(address).finish())


def test_a_byron_address_of_another_network_is_refused() -> None:
    mainnet = byron({})
    assert refused(paying(mainnet)).code == 3124
    environment = replace(ENVIRONMENT, network_id=1)
    assert refused(paying(mainnet), environment=environment).data["invalidEntities"] != []


@pytest.mark.parametrize(
    "attributes", [{1: cbor2.dumps(bytes(65))}, {1: cbor2.dumps(bytes(60)), 9: b"12345"}]
)
def test_attributes_of_more_than_64_bytes_are_refused(attributes: Any) -> None:
    refusal = refused(paying(byron(MAGIC | attributes)))
    assert refusal.rule == "BootstrapAttributesTooLarge"


def spending(signed: bool = True, chain_code: bytes = CHAIN_CODE) -> Draft:
    old = STATE | {OLD_MONEY: output(byron(), 20 * ADA)}
    draft = Draft(inputs=[OLD_MONEY], signers=[], utxo=old)
    if signed:
        digest = blake2b(_body_of(draft), 32)
        signature = ALICE.secret.sign(digest).signature
        draft.witnesses[2] = [[ALICE.key, signature, chain_code, cbor2.dumps(MAGIC)]]
    return draft


def _body_of(draft: Draft) -> bytes:
    return decode_transaction(draft.finish()).body_raw


OLD = state(outputs={OLD_MONEY: output(byron(), 20 * ADA)})


def test_a_byron_address_is_opened_by_the_witness_of_its_root() -> None:
    assert accepted(spending(), OLD).valid


def test_without_it_or_with_another_root_the_signature_is_missing() -> None:
    for draft in (spending(signed=False), spending(chain_code=bytes(32)), spending(chain_code=b"")):
        refusal = refused(draft, OLD)
        assert refusal.code == 3101
        assert refusal.data["missingSignatories"] == [root(MAGIC).hex()]


def test_its_signature_has_to_verify() -> None:
    draft = spending()
    draft.witnesses[2][0][1] = bytes(64)
    assert refused(draft, OLD).code == 3100
