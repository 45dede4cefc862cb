"""Whole transactions in Ogmios's JSON, from real ones and from hand-made ones."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ogmios_answers import definition_problem, schemas, vectors

from milestone_devnet.judging.vectors import load, vector_paths
from milestone_devnet.ledger import Transaction, decode_transaction
from milestone_devnet.ledger.model import blake2b_224, blake2b_256
from milestone_devnet.ledger.refusals import DeserialisationFailure
from milestone_devnet.ogmios.metadata_json import metadata_json
from milestone_devnet.ogmios.transaction_json import transaction_json
from milestone_devnet.ogmios.versions import Version

KEY = b"\x11" * 28
NATIVE = [0, KEY]
PLUTUS = b"\x45\x01\x01\x00\x24\x99"


def made(
    body: dict[int, Any], witnesses: dict[int, Any] | None = None, auxiliary: Any = None
) -> Transaction:
    fields = {0: [[b"\x22" * 32, 1], [b"\x21" * 32, 5]], 1: [], 2: 7, **body}
    return decode_transaction(cbor2.dumps([fields, witnesses or {}, True, auxiliary]))


def told(transaction: Transaction, version: Version = Version.V7_0) -> dict[str, Any]:
    result = transaction_json(transaction, version)
    folder = schemas(f"v{version.value}")
    if folder is not None:
        assert definition_problem("Transaction", result, folder) is None
    return result


@pytest.mark.parametrize("version", Version)
def test_every_transaction_of_the_ledgers_own_tests_fits_the_schema(version: Version) -> None:
    folder = vectors()
    if folder is None:
        pytest.skip("the ledger's vectors are not at hand (set MILESTONE_VECTORS)")
    checked = 0
    for path in vector_paths(folder / "ledger"):
        for event in load(path).events:
            try:
                transaction = decode_transaction(event.transaction)
            except DeserialisationFailure:
                continue
            if all(certificate.credential for certificate in transaction.body.certificates):
                told(transaction, version)
                checked += 1
    assert checked > 60


def test_what_is_empty_is_left_out_since_version_seven() -> None:
    new, old = told(made({})), told(made({}), Version.V6_14)
    assert new.keys() == {"id", "spends", "inputs", "fee", "signatories"}
    assert old.keys() - new.keys() == {"outputs", "validityInterval"}
    assert (old["outputs"], old["validityInterval"]) == ([], {})


def test_inputs_are_in_the_ledgers_order() -> None:
    ids = [reference["transaction"]["id"] for reference in told(made({}))["inputs"]]
    assert ids == ["21" * 32, "22" * 32]


@pytest.mark.parametrize("version", Version)
def test_every_field_of_a_body_is_told(version: Version) -> None:
    address = b"\x60" + KEY
    references = [[b"\x33" * 32, 0]]
    body = {
        1: [
            {
                0: address,
                1: [2_000_000, {KEY: {b"a": 5}}],
                2: [1, cbor2.CBORTag(24, b"\x00")],
                3: cbor2.CBORTag(24, cbor2.dumps([0, NATIVE])),
            },
            [address, 3_000_000, b"\x44" * 32],
        ],
        3: 99,
        4: [[0, [0, KEY]], [8, [1, KEY], 5], [2, [0, KEY], KEY]],
        5: {b"\xe0" + KEY: 5},
        8: 11,
        9: {KEY: {b"": -5, b"a": 2**62}},
        11: b"\x55" * 32,
        13: references,
        14: [KEY],
        15: 0,
        16: [address, 1],
        17: 9,
        18: references,
        21: 0,
        22: 4,
    }
    result = told(made(body), version)
    assert result["validityInterval"] == {"invalidBefore": 11, "invalidAfter": 99}
    assert result["mint"] == {KEY.hex(): {"": -5, "61": 2**62}}
    assert result["outputs"][0]["datum"] == "00"
    assert result["outputs"][0]["script"] == {
        "language": "native",
        "json": {"clause": "signature", "from": KEY.hex()},
    }
    assert result["outputs"][1]["datumHash"] == "44" * 32
    assert result["treasury"] == {
        "value": {"ada": {"lovelace": 0}},
        "donation": {"ada": {"lovelace": 4}},
    }
    assert [certificate["type"] for certificate in result["certificates"]] == [
        "stakeCredentialRegistration",
        "stakeCredentialDeregistration",
        "stakeDelegation",
    ]
    assert result["network"] == "testnet"
    assert result["totalCollateral"] == {"ada": {"lovelace": 9}}
    assert result["collateralReturn"]["value"] == {"ada": {"lovelace": 1}}
    assert len(result["withdrawals"]) == len(result["references"]) == 1
    assert result["requiredExtraSignatories"] == [KEY.hex()]
    assert result["scriptIntegrityHash"] == "55" * 32


def test_witnesses_are_told_with_the_scripts_beside_them() -> None:
    witnesses = {
        0: [[b"\x01" * 32, b"\x02" * 64], [b"\x03" * 32, b"\x04" * 64]],
        1: [NATIVE],
        2: [[b"\x05" * 32, b"\x06" * 64, b"\x07" * 32, b"\xa0"]],
        4: [5],
        5: {(1, 0): (1, (2, 3)), (0, 4): ([], (4, 5))},
    }
    auxiliary = cbor2.CBORTag(259, {0: {1: "a"}, 4: [PLUTUS]})
    result = told(made({}, witnesses, auxiliary))
    keys = [signatory["key"] for signatory in result["signatories"]]
    by_hash = sorted([b"\x01" * 32, b"\x03" * 32], key=blake2b_224)
    assert keys == ["05" * 32, *(key.hex() for key in by_hash)]
    assert result["signatories"][0]["chainCode"] == "07" * 32
    assert result["datums"] == {blake2b_256(b"\x05").hex(): "05"}
    assert [redeemer["validator"] for redeemer in result["redeemers"]] == [
        {"purpose": "spend", "index": 4},
        {"purpose": "mint", "index": 0},
    ]
    assert result["redeemers"][1]["executionUnits"] == {"memory": 2, "cpu": 3}
    plutus = blake2b_224(b"\x03" + PLUTUS).hex()
    assert result["requiredExtraScripts"] == [plutus]
    assert result["scripts"][plutus] == {"language": "plutus:v3", "cbor": PLUTUS.hex()}
    assert len(result["scripts"]) == 2
    assert result["metadata"] == {
        "hash": blake2b_256(cbor2.dumps(auxiliary)).hex(),
        "labels": {"1": {"json": "a"}},
    }


@pytest.mark.parametrize(
    ("metadatum", "label"),
    [
        ({"msg": ["hello", -5]}, {"json": {"msg": ["hello", -5]}}),
        ({1: {"a": []}}, {"json": {"1": {"a": []}}}),
        (b"\x01", {"cbor": "4101"}),
        ([b"\x01"], {"cbor": "814101"}),
        ({}, {"cbor": "a0"}),
        # What has no JSON is left out of an object, as upstream does.
        ({"a": b"\x01", "b": 2}, {"json": {"b": 2}}),
        ({"a": b"\x01"}, {"cbor": "a161614101"}),
        ({b"\x01": 2}, {"cbor": "a1410102"}),
    ],
)
def test_metadata_are_json_where_they_can_be(metadatum: Any, label: Any) -> None:
    assert metadata_json(cbor2.dumps({674: metadatum}))["labels"] == {"674": label}


METADATA = st.recursive(
    st.integers(-(2**64), 2**64 - 1) | st.text(max_size=16) | st.binary(max_size=64),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.integers(0, 99) | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(labels=st.dictionaries(st.integers(0, 2**64 - 1), METADATA, max_size=3))
def test_all_metadata_fit_the_schema(labels: dict[int, Any]) -> None:
    told(made({}, auxiliary=labels))


def test_metadata_nested_as_deep_as_cbor_may_be_are_told() -> None:
    deep = b"\xa1\x01" + b"\x81" * 400 + b"\x01"
    assert metadata_json(deep)["labels"]["1"] == {"cbor": deep[2:].hex()}
