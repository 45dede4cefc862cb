"""A match, field by field."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from milestone_core.api import (
    TESTNET,
    Address,
    AssetId,
    BadAnswer,
    Credential,
    Output,
    OutputReference,
    Script,
    Spending,
    Utxo,
    Value,
)
from milestone_kupo.fields import Field
from milestone_kupo.matches import read_datum, read_matches, read_script

TX, BLOCK = "ab" * 32, "cd" * 32
POLICY = b"\x02" * 28
ADDRESS = Address(TESTNET, Credential.script(b"\x01" * 28))
DATUM = bytes.fromhex("d87980")
DATUM_HASH = blake2b(DATUM, digest_size=32).digest()
CODE = bytes.fromhex("4d01000033222220051200120011")
SCRIPT_HASH = blake2b(b"\x03" + CODE, digest_size=28).digest()

# CIP-19's own examples of pointer and Byron addresses.
POINTERS = [
    "addr1gx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer5pnz75xxcrzqf96k",
    "addr128phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtupnz75xxcrtw79hu",
    "addr_test1gz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerspqgpsqe70et",
    "addr_test12rphkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtcpqgpsqfm8ru",
]
BYRON = (
    "37btjrVyb4KDXBNC4haBVPCrro8AQPHwvCMp3RFhhSVWwfFmZ6wwzSK6JK1hY6wHNmtrpTf1kdbva8TCneM2YsiXT7mr"
    "zT21EacHnPpz5YyUdj64na"
)


def match(**changed: Any) -> dict[str, Any]:
    return {
        "transaction_id": TX,
        "output_index": 1,
        "transaction_index": 5,
        "address": str(ADDRESS),
        "value": {"coins": 2**70, "assets": {POLICY.hex(): 1, f"{POLICY.hex()}.61": 2**64 - 1}},
        "datum_hash": DATUM_HASH.hex(),
        "datum_type": "inline",
        "datum": DATUM.hex(),
        "script_hash": SCRIPT_HASH.hex(),
        "script": {"language": "plutus:v3", "script": CODE.hex()},
        "created_at": {"slot_no": 30, "header_hash": BLOCK},
        "spent_at": None,
    } | changed


def read(*matches: dict[str, Any]) -> list[Spending]:
    return [found.spending for found in read_matches(Field(list(matches), "matches"))]


def test_a_match_is_read_whole() -> None:
    value = Value(2**70, {AssetId(POLICY, b""): 1, AssetId(POLICY, b"a"): 2**64 - 1})
    output = Output(ADDRESS, value, datum=DATUM, script=Script("plutus:v3", CODE))
    reference = OutputReference(bytes.fromhex(TX), 1)
    assert read(match()) == [Spending(Utxo(reference, output, 30, SCRIPT_HASH))]


def test_only_an_inline_datum_is_the_outputs_datum() -> None:
    (hashed,) = read(match(datum_type="hash"))
    assert hashed.utxo.output.datum is None
    assert hashed.utxo.output.datum_hash == DATUM_HASH


def test_a_bare_output_has_no_datum_and_no_script() -> None:
    bare = match(datum_hash=None, script_hash=None, value={"coins": 1})
    for absent in ("datum", "datum_type", "script"):
        del bare[absent]
    (found,) = read(bare)
    assert found.utxo.output == Output(ADDRESS, Value(1))


def test_a_spent_output_tells_by_whom_when_and_with_which_redeemer() -> None:
    spent = {
        "slot_no": 40,
        "header_hash": BLOCK,
        "transaction_id": "ef" * 32,
        "input_index": 0,
        "redeemer": "d87a80",
    }
    (found,) = read(match(spent_at=spent))
    assert (found.spent_at, found.spent_by) == (40, bytes.fromhex("ef" * 32))
    assert found.redeemer == bytes.fromhex("d87a80")


def test_a_spent_output_may_lack_its_spender() -> None:
    spent = dict.fromkeys(("transaction_id", "input_index", "redeemer")) | {"slot_no": 40}
    (found,) = read(match(spent_at=spent))
    assert (found.spent_at, found.spent_by, found.redeemer) == (40, None, None)


@pytest.mark.parametrize("address", [*POINTERS, BYRON])
def test_an_output_at_an_address_of_old_is_left_out(address: str) -> None:
    assert len(read(match(), match(address=address))) == 1


def test_an_address_in_hex_is_the_same_address() -> None:
    assert read(match(address=bytes(ADDRESS).hex())) == read(match())


@pytest.mark.parametrize("address", ["", "x", str(ADDRESS)[:-1] + "q", "addr_test1", "05" * 29])
def test_an_address_that_is_none_is_a_bad_answer(address: str) -> None:
    with pytest.raises(BadAnswer, match="address"):
        read(match(address=address))


def test_a_datum_or_script_of_another_hash_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="does not have the hash"):
        read(match(datum="d87a80"))
    with pytest.raises(BadAnswer, match="does not have the hash"):
        read(match(script={"language": "plutus:v2", "script": CODE.hex()}))


def test_an_inline_datum_that_was_not_resolved_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match=r"lacks .*datum"):
        read(match(datum=None))


def test_a_script_that_was_not_resolved_or_is_of_the_future_stays_a_hash() -> None:
    for script in (None, {"language": "plutus:v9", "script": CODE.hex()}):
        (found,) = read(match(script=script))
        assert found.utxo.output.script is None
        assert found.utxo.script_hash == SCRIPT_HASH


def test_damaged_matches_give_bad_answers_and_nothing_else() -> None:
    refused = 0
    for damaged in damages(match(spent_at={"slot_no": 1, "transaction_id": TX})):
        try:
            read(damaged)
        except BadAnswer:
            refused += 1
    assert refused > 100


def damages(value: Any) -> Iterator[Any]:
    """The value with each member once removed, and once replaced by nonsense."""
    yield from (None, True, -1, 1.5, 2**80, "x", "é", [], {}, [None], {"x": 1})
    if isinstance(value, dict):
        for key in value:
            rest = {k: v for k, v in value.items() if k != key}
            yield rest
            for damaged in damages(value[key]):
                yield rest | {key: damaged}


def test_upstreams_scripts_have_their_hashes(vectors: Path) -> None:
    languages = {0: "native", 1: "plutus:v1", 2: "plutus:v2"}
    rows = [row[0] for row in csv.reader((vectors / "scripts.csv").open()) if row]
    assert len(rows) == 10
    for row in rows:
        tagged = bytes.fromhex(row)
        language, code = languages[tagged[0]], tagged[1:]
        field = Field({"language": language, "script": code.hex()}, "script")
        script_hash = blake2b(tagged, digest_size=28).digest()
        assert read_script(field, script_hash) == Script(language, code)
        with pytest.raises(BadAnswer):
            read_script(field, b"\0" * 28)


def test_upstreams_datums_are_read(vectors: Path) -> None:
    rows = [row[0] for row in csv.reader((vectors / "binary_data.csv").open()) if row]
    assert len(rows) == 100
    for row in rows:
        datum_hash = blake2b(bytes.fromhex(row), digest_size=32).digest()
        assert read_datum(Field(row, "datum"), datum_hash) == bytes.fromhex(row)
