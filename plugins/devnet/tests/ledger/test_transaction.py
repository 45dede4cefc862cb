"""From bytes to transactions."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_devnet.ledger import (
    DeserialisationFailure,
    ExUnits,
    Language,
    Pointer,
    Purpose,
    TxIn,
    cbor,
    decode_output,
    decode_transaction,
)

from .world import (
    ADA,
    ALICE,
    ALWAYS_TRUE,
    BOB,
    DATUM,
    DATUM_HASH,
    LOCKED,
    MONEY,
    NATIVE,
    POLICY,
    TOKENS,
    UNIT,
    UNITS,
    Draft,
    blake2b,
    output,
    reference,
    script_hash,
)

scalars = st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=80) | st.text(max_size=30)
plain = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.integers(0, 99), inner),
    max_leaves=30,
)


def refusal_of(data: bytes) -> DeserialisationFailure:
    with pytest.raises(DeserialisationFailure) as caught:
        decode_transaction(data)
    assert caught.value.code == -32602
    assert set(caught.value.data) == {"conway"}
    return caught.value


def bare(body: dict[int, Any], witnesses: dict[int, Any] | None = None) -> bytes:
    needed = {0: [[*MONEY]], 1: [], 2: 0}
    return cbor2.dumps([needed | body, witnesses or {}, True, None])


def test_the_id_is_the_hash_of_the_body_as_it_came() -> None:
    body = b"\xbf\x00\x81\x82\x58\x20" + bytes(32) + b"\x18\x00\x01\x9f\xff\x02\x18\x00\xff"
    transaction = decode_transaction(b"\x84" + body + b"\xa0\xf5\xf6")
    assert transaction.id == blake2b(body, 32)
    assert transaction.body.inputs == (TxIn(bytes(32), 0),)
    assert transaction.size == 1 + len(body) + 2


def test_everything_that_a_block_explorer_shows_is_decoded() -> None:
    draft = Draft(
        inputs=[MONEY, TOKENS],
        outputs=[
            output(BOB.address, [5 * ADA, {POLICY: {b"": 1}}], datum=DATUM, script=(0, NATIVE)),
            output(BOB.address, 5 * ADA, datum_hash=DATUM_HASH, script=(3, ALWAYS_TRUE[3])),
        ],
        body={
            3: 9,
            8: 1,
            9: {POLICY: {b"token": -3, b"": 1}},
            14: [ALICE.key_hash],
            18: [[*LOCKED]],
        },
        witnesses={4: [DATUM], 1: [cbor2.loads(NATIVE)]},
        auxiliary_data=cbor2.dumps({1: 2}),
    ).spending_script(reference(2))
    transaction = decode_transaction(draft.finish())
    body, witnesses = transaction.body, transaction.witnesses
    first, second, _ = body.outputs
    assert (first.datum, first.datum_hash) == (cbor2.dumps(DATUM), None)
    assert first.script is not None
    assert first.script.hash == script_hash(NATIVE, 0)
    assert (second.datum, second.datum_hash) == (None, DATUM_HASH)
    assert second.script is not None
    assert second.script.language is Language.PLUTUS_V3
    assert body.mint == {(POLICY, b"token"): -3, (POLICY, b""): 1}
    assert (body.invalid_before, body.invalid_after) == (1, 9)
    assert body.reference_inputs == (LOCKED,)
    assert body.required_signers == (ALICE.key_hash,)
    assert body.auxiliary_data_hash == blake2b(cbor2.dumps({1: 2}), 32)
    assert witnesses.datums == {DATUM_HASH: cbor2.dumps(DATUM)}
    redeemer = witnesses.redeemers[Pointer(Purpose.SPEND, 1)]
    assert (redeemer.data, redeemer.units) == (cbor2.dumps(UNIT), ExUnits(*UNITS))


def test_both_forms_of_redeemers_are_the_same() -> None:
    listed = decode_transaction(bare({}, {5: [[0, 1, UNIT, [2, 3]]]}))
    mapped = decode_transaction(bare({}, {5: {(0, 1): [UNIT, [2, 3]]}}))
    assert listed.witnesses.redeemers == mapped.witnesses.redeemers


def test_both_forms_of_outputs_are_the_same() -> None:
    old = decode_output(cbor2.dumps([BOB.address, ADA, DATUM_HASH]))
    new = decode_output(cbor2.dumps(output(BOB.address, ADA, datum_hash=DATUM_HASH)))
    assert (old.address, old.coin, old.datum_hash) == (new.address, new.coin, new.datum_hash)


def in_body(field: int, value: bytes) -> bytes:
    """A transaction with a body field in these very bytes."""
    head = b"\xa4\x00\x81\x82\x58\x20" + bytes([1]) * 32 + b"\x00\x01\x80\x02\x00"
    return b"\x84" + head + bytes([field]) + value + b"\xa0\xf5\xf6"


IN_PIECES = b"\x5f\x5c" + bytes(28) + b"\xff"
KEY = b"\x58\x1c" + bytes(28)


def test_the_bytes_of_these_tests_are_fine_otherwise() -> None:
    assert decode_transaction(in_body(14, b"\x81" + KEY)).body.required_signers == (bytes(28),)
    assert decode_transaction(in_body(14, b"\x9f" + KEY + b"\xff")).body.required_signers


@pytest.mark.parametrize(
    ("field", "value"),
    [
        # Hashes in pieces, and the same elements or keys written in two ways.
        (14, b"\x81" + IN_PIECES),
        (14, b"\x82" + KEY + b"\x59\x00\x1c" + bytes(28)),
        (4, b"\x82\x82\x00\x82\x00" + KEY + b"\x82\x00\x82\x18\x00" + KEY),
        (9, b"\xa2" + 2 * (KEY + b"\xa1\x40\x01")),
        (9, b"\xa1" + KEY + b"\xa2\x40\x01\x40\x02"),
        # Records that need a definite length.
        (16, b"\xa2\x00\x58\x1d\x60" + bytes(28) + b"\x01\x9f\x01\xa0\xff"),
        (4, b"\x81\x83\x12\x82\x00" + KEY + b"\x9f\x61x\x58\x20" + bytes(32) + b"\xff"),
    ],
)
def test_cbor_is_as_strict_as_the_ledger(field: int, value: bytes) -> None:
    refusal_of(in_body(field, value))


def test_the_last_of_redeemers_for_one_script_counts() -> None:
    """Until protocol version 12, in both forms."""
    twice = b"\xa2" + b"".join(b"\x82\x00\x01\x82\x00\x82" + n + n for n in (b"\x02", b"\x03"))
    data = b"\x84\xa3\x00\x80\x01\x80\x02\x00\xa1\x05" + twice + b"\xf5\xf6"
    [redeemer] = decode_transaction(data).witnesses.redeemers.values()
    assert redeemer.units == (3, 3)
    content_of_any_length = data.replace(b"\x82\x00\x82\x03\x03", b"\x9f\x00\x82\x03\x03\xff")
    refusal_of(content_of_any_length)


def test_witnesses_of_keys_and_native_scripts_may_repeat() -> None:
    witness = [ALICE.key, bytes(64)]
    script = cbor2.loads(NATIVE)
    witnesses = decode_transaction(
        bare({}, {0: [witness] * 2, 1: [script] * 2, 4: [1, 1]})
    ).witnesses
    assert len(witnesses.datums) == 1


def test_sets_may_be_tagged() -> None:
    tagged = decode_transaction(bare({0: cbor2.CBORTag(258, [[*MONEY]])}))
    assert tagged.body.inputs == (MONEY,)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x84",
        b"\xf6",
        bare({}) + b"\x00",
        bare({})[:-1],
        cbor2.dumps([{0: [], 1: [], 2: 0}, {}, True]),
        cbor2.dumps([{0: [], 1: [], 2: 0}, {}, 1, None]),
        cbor2.dumps([{0: [], 1: []}, {}, True, None]),
        b"\x84\xa4\x00\x80\x01\x80\x02\x00\x02\x00\xa0\xf5\xf6",
    ],
)
def test_other_bytes_are_no_transaction(data: bytes) -> None:
    refusal_of(data)


@pytest.mark.parametrize(
    "body",
    [
        {6: {}},
        {99: 0},
        {0: [[*MONEY], [*MONEY]]},
        {0: [[bytes(31), 0]]},
        {0: [[bytes(32), -1]]},
        {0: [[bytes(32), 65_536]]},
        {1: [[BOB.address]]},
        {1: [[BOB.address[:-1], ADA]]},
        {1: [[b"\xe0" + bytes(28), ADA]]},
        {1: [[b"", ADA]]},
        {1: [[b"\x82junk", ADA]]},
        {1: [[BOB.address, -1]]},
        {1: [[BOB.address, 2**64]]},
        {1: [[BOB.address, [ADA, {POLICY: {}}]]]},
        {1: [[BOB.address, [ADA, {POLICY: {b"": 0}}]]]},
        {1: [[BOB.address, [ADA, {POLICY: {b"": -1}}]]]},
        {1: [[BOB.address, [ADA, {bytes(27): {b"": 1}}]]]},
        {1: [[b"\x62" + BOB.key_hash, ADA]]},
        {1: [[b"\x40" + BOB.key_hash + b"\x01\x02", ADA]]},
        {1: [[b"\x40" + BOB.key_hash + b"\x01\x02\x03\x04", ADA]]},
        {1: [[b"\x40" + BOB.key_hash + b"\x90\x80\x80\x80\x00\x02\x03", ADA]]},
        {1: [[b"\x40" + BOB.key_hash + b"\x01\x84\x80\x00\x03", ADA]]},
        {1: [{0: BOB.address, 1: ADA, 2: [2, bytes(32)]}]},
        {1: [{0: BOB.address, 1: ADA, 2: [0]}]},
        {1: [{0: BOB.address, 1: ADA, 2: [1, cbor2.CBORTag(24, b"\xd8\x66\x82\x00\x00")]}]},
        {1: [[BOB.address, [ADA, {POLICY: {bytes(33): 1}}]]]},
        {1: [{0: BOB.address}]},
        {1: [{0: BOB.address, 1: ADA, 4: 0}]},
        {1: [{0: BOB.address, 1: ADA, 2: [1, cbor2.CBORTag(24, b"\x63abc")]}]},
        {1: [{0: BOB.address, 1: ADA, 2: [1, cbor2.CBORTag(24, b"\x01\x01")]}]},
        {1: [{0: BOB.address, 1: ADA, 2: [1, DATUM]}]},
        {1: [{0: BOB.address, 1: ADA, 3: cbor2.CBORTag(24, cbor2.dumps([9, b""]))}]},
        {2: -1},
        {4: []},
        {4: [[5, 0]]},
        {4: [[0, [0, bytes(28)]]] * 2},
        {4: [[18, [0, bytes(28)], ["x" * 129, bytes(32)]]]},
        {5: {b"\xe2" + bytes(28): 0}},
        {4: [[0]]},
        {5: {}},
        {5: {BOB.address: 0}},
        {7: bytes(31)},
        {9: {}},
        {9: {POLICY: {b"": 0}}},
        {9: {POLICY: {b"": 2**63}}},
        {13: []},
        {14: []},
        {14: [bytes(27)]},
        {15: 2},
        {18: []},
        {22: 0},
    ],
)
def test_what_the_cddl_does_not_have_is_refused(body: dict[int, Any]) -> None:
    refusal_of(bare(body))


@pytest.mark.parametrize(
    "witnesses",
    [
        {8: []},
        {0: []},
        {0: [[bytes(31), bytes(64)]]},
        {0: [[bytes(32), bytes(63)]]},
        {1: [[7]]},
        {1: [[0, bytes(27)]]},
        {1: [[3, 2**63, []]]},
        {3: [ALWAYS_TRUE[1]] * 2},
        {3: []},
        {3: [1]},
        {4: []},
        {4: ["text"]},
        {4: [bytes(65)]},
        {4: [cbor2.CBORTag(200, [])]},
        {4: [cbor2.CBORTag(121, 1)]},
        {5: []},
        {5: {}},
        {5: [[6, 0, 0, [0, 0]]]},
        {5: [[0, 0, 0, [0]]]},
        {5: [[0, 2**32, 0, [0, 0]]]},
        {5: {(0, 0): [0]}},
        {5: [[0, 0, 0, [2**63, 0]]]},
        {5: [[0, 0, "text", [0, 0]]]},
    ],
)
def test_what_the_cddl_does_not_have_in_witnesses_is_refused(witnesses: dict[int, Any]) -> None:
    refusal_of(bare({}, witnesses))


@pytest.mark.parametrize(
    "data",
    [
        0,
        -(2**64),
        2**200,
        b"x" * 64,
        [[], {}, {1: [2]}],
        cbor2.CBORTag(121, [1, cbor2.CBORTag(1400, [])]),
        cbor2.CBORTag(102, [7, [1]]),
        cbor2.CBORTag(102, [7, []]),
    ],
)
def test_all_plutus_data_are_datums(data: Any) -> None:
    datums = decode_transaction(bare({}, {4: [data]})).witnesses.datums
    assert datums == {blake2b(cbor2.dumps(data), 32): cbor2.dumps(data)}


def test_long_byte_strings_of_plutus_data_come_in_chunks() -> None:
    datum = b"\x5f\x58\x40" + bytes(64) + b"\x41\x00\xff"
    data = b"\x84\xa3\x00\x80\x01\x80\x02\x00\xa1\x04\x81" + datum + b"\xf5\xf6"
    assert decode_transaction(data).witnesses.datums == {blake2b(datum, 32): datum}


def test_nesting_is_bounded() -> None:
    refusal_of(b"\x81" * 100_000)
    deep = cbor2.dumps([{0: [], 1: [], 2: 0}, {}, True, 0])[:-1] + b"\x81" * 600 + b"\x00"
    refusal_of(deep)


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_being_refused(data: bytes) -> None:
    with suppress(DeserialisationFailure):
        decode_transaction(data)


@given(st.integers(0), st.integers(0, 255))
def test_no_change_of_a_byte_does_worse_than_being_refused(position: int, value: int) -> None:
    changed = bytearray(_WHOLE)
    changed[position % len(changed)] = value
    try:
        transaction = decode_transaction(bytes(changed))
    except DeserialisationFailure:
        return
    assert transaction.raw == bytes(changed)


_WHOLE = (
    Draft(
        outputs=[
            output(BOB.address, [5 * ADA, {POLICY: {b"": 1}}], datum=DATUM, script=(0, NATIVE))
        ],
        body={4: [[7, [0, ALICE.key_hash], 2]], 5: {b"\xe0" + ALICE.key_hash: 0}},
        auxiliary_data=cbor2.dumps({1: 2}),
    )
    .spending_script()
    .finish()
)


@given(plain)
def test_items_are_taken_apart_as_cbor2_does(value: Any) -> None:
    item = cbor2.dumps(value)
    assert cbor.one_item(item) == item
    if isinstance(value, list):
        assert [cbor2.loads(part) for part in cbor.items(item)] == value
    elif isinstance(value, dict):
        assert {cbor2.loads(k): cbor2.loads(v) for k, v in cbor.pairs(item)} == value
    elif isinstance(value, int):
        assert cbor.integer(item) == value
    elif isinstance(value, bytes):
        assert cbor.byte_string(item) == value


@given(st.lists(scalars, max_size=30), st.dictionaries(st.integers(0, 2**40), scalars, max_size=30))
def test_what_is_put_together_is_what_cbor2_reads(
    values: list[Any], fields: dict[int, Any]
) -> None:
    assert cbor2.loads(cbor.array(map(cbor2.dumps, values))) == values
    record = cbor.record({key: cbor2.dumps(value) for key, value in fields.items()})
    assert cbor2.loads(record) == fields
