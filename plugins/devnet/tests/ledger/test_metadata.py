"""Auxiliary data."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest

from milestone_devnet.ledger import DeserialisationFailure, decode_transaction

from .world import ALWAYS_TRUE, NATIVE, Draft, accepted, blake2b, refused

MESSAGE = cbor2.dumps({674: {"msg": ["hello"]}})


@pytest.mark.parametrize(
    "data",
    [
        MESSAGE,
        cbor2.dumps([{1: 1}, [cbor2.loads(NATIVE)]]),
        cbor2.dumps(cbor2.CBORTag(259, {0: {1: -1}, 1: [cbor2.loads(NATIVE)]})),
        cbor2.dumps(cbor2.CBORTag(259, {})),
        cbor2.dumps({1: [b"x" * 64, "é" * 32, {"k": {}}]}),
    ],
)
def test_metadata_of_all_forms_are_taken(data: bytes) -> None:
    assert accepted(Draft(auxiliary_data=data)).valid


def test_metadata_need_their_hash() -> None:
    refusal = refused(Draft(auxiliary_data=MESSAGE, body={7: None}))
    assert refusal.code == 3105
    assert refusal.data == {"metadata": {"hash": blake2b(MESSAGE, 32).hex()}}


def test_a_hash_needs_its_metadata() -> None:
    refusal = refused(Draft(body={7: bytes(32)}))
    assert refusal.code == 3106
    assert refusal.data == {"metadata": {"hash": "00" * 32}}


def test_a_hash_is_that_of_the_metadata() -> None:
    refusal = refused(Draft(auxiliary_data=MESSAGE, body={7: bytes(32)}))
    assert refusal.code == 3107
    assert refusal.data == {
        "provided": {"hash": "00" * 32},
        "computed": {"hash": blake2b(MESSAGE, 32).hex()},
    }


@pytest.mark.parametrize("value", [b"x" * 65, "x" * 65, "é" * 33, [b"x" * 65], {"k": "x" * 65}])
def test_strings_in_metadata_are_limited_to_64_bytes(value: Any) -> None:
    undecodable(cbor2.dumps({1: value}))


@pytest.mark.parametrize("text", [b"\x5f\x58\x40" + b"x" * 64 + b"\x41x\xff", b"\x7f\x61a\xff"])
def test_strings_in_metadata_may_come_in_chunks_of_64_bytes_in_all(text: bytes) -> None:
    data = b"\xa1\x01" + text
    if len(text) > 64:
        undecodable(data)
    else:
        assert accepted(Draft(auxiliary_data=data)).valid


@pytest.mark.parametrize(
    "data",
    [
        b"\x01",
        cbor2.dumps({1: 1.5}),
        cbor2.dumps({1: None}),
        cbor2.dumps({1: 2**64}),
        cbor2.dumps({-1: 1}),
        b"\xa2\x01\x01\x01\x02",
        cbor2.dumps([{1: 1}]),
        cbor2.dumps([{1: 1}, [], []]),
        b"\x9f\xa0\x80\xff",
        cbor2.dumps([{1: 1}, [[9]]]),
        cbor2.dumps(cbor2.CBORTag(258, {})),
        cbor2.dumps(cbor2.CBORTag(259, {5: []})),
        cbor2.dumps(cbor2.CBORTag(259, {2: [1]})),
    ],
)
def test_other_things_are_no_auxiliary_data(data: bytes) -> None:
    undecodable(data)


def test_plutus_scripts_in_auxiliary_data_have_to_be_such() -> None:
    def with_script(number: int, script: bytes) -> Draft:
        return Draft(auxiliary_data=cbor2.dumps(cbor2.CBORTag(259, {number + 1: [script]})))

    for number in (1, 2, 3):
        assert accepted(with_script(number, ALWAYS_TRUE[number])).valid
    assert refused(with_script(2, ALWAYS_TRUE[3])).code == 3108
    assert refused(with_script(3, b"\x43abc")).code == 3108


def undecodable(auxiliary_data: bytes) -> None:
    with pytest.raises(DeserialisationFailure):
        decode_transaction(Draft(auxiliary_data=auxiliary_data).finish())
