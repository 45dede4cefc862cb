"""Auxiliary data."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest

from .world import NATIVE, Draft, accepted, blake2b, refused

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
    assert refused(Draft(auxiliary_data=cbor2.dumps({1: value}))).code == 3108


@pytest.mark.parametrize("data", [cbor2.dumps({1: 1.5}), cbor2.dumps({1: None}), b"\x01"])
def test_other_things_are_no_metadata(data: bytes) -> None:
    assert refused(Draft(auxiliary_data=data)).code == 3108
