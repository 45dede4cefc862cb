"""Fees, conservation of value and the lovelace of outputs."""

from __future__ import annotations

import cbor2
import pytest

from milestone_devnet.ledger import decode_output, decode_transaction, default_parameters
from milestone_devnet.ledger.fees import minimum_lovelace, reference_scripts_fee, value_size

from .world import (
    ADA,
    ALICE,
    BOB,
    LIBRARY,
    NATIVE,
    POLICY,
    TOKENS,
    TRUE,
    UNITS,
    Draft,
    accepted,
    output,
    refused,
    script_hash,
)

NATIVE_POLICY = script_hash(NATIVE, 0)


def lovelace(amount: int) -> dict[str, dict[str, int]]:
    return {"ada": {"lovelace": amount}}


def minimum_of(draft: Draft) -> int:
    return 44 * (len(draft.finish()) - 1) + 155_381


def test_the_exact_minimum_fee_is_enough_and_one_lovelace_less_is_not() -> None:
    minimum = minimum_of(Draft())
    assert accepted(Draft(fee=minimum)).fee == minimum
    refusal = refused(Draft(fee=minimum - 1))
    assert refusal.code == 3122
    assert refusal.data == {
        "minimumRequiredFee": lovelace(minimum),
        "providedFee": lovelace(minimum - 1),
    }


def test_execution_units_are_paid_and_rounded_up_once() -> None:
    memory, cpu = UNITS
    units = -(-(memory * 577 * 1_000 + cpu * 721) // 10_000_000)
    minimum = minimum_of(Draft().spending_script()) + units
    assert accepted(Draft(fee=minimum).spending_script()).fee == minimum
    assert refused(Draft(fee=minimum - 1).spending_script()).code == 3122


def test_a_reference_script_costs_15_lovelace_a_byte() -> None:
    def draft(fee: int) -> Draft:
        return Draft(fee=fee, body={18: [[*LIBRARY]]})

    minimum = minimum_of(draft(300_000)) + 15 * 6
    assert accepted(draft(minimum)).fee == minimum
    assert refused(draft(minimum - 1)).code == 3122


@pytest.mark.parametrize(
    ("size", "fee"),
    [
        (0, 0),
        (1, 15),
        (25_600, 384_000),
        (25_601, 384_018),
        (51_200, 384_000 + 460_800),
        (51_201, 384_000 + 460_800 + 21),
        (204_800, 6_335_648),
    ],
)
def test_every_further_25_600_bytes_of_reference_scripts_cost_a_fifth_more(
    size: int, fee: int
) -> None:
    assert reference_scripts_fee(size, default_parameters()) == fee


@pytest.mark.parametrize("difference", [-1, 1])
def test_lovelace_is_neither_made_nor_lost(difference: int) -> None:
    refusal = refused(Draft(change=difference))
    assert refusal.code == 3123
    assert refusal.data == {
        "valueConsumed": lovelace(100 * ADA),
        "valueProduced": lovelace(100 * ADA + difference),
    }


def test_assets_are_moved() -> None:
    tokens = output(BOB.address, [2 * ADA, {POLICY: {b"token": 3}}])
    effect = accepted(Draft(inputs=[TOKENS], outputs=[tokens]))
    assert [dict(out.assets) for out in effect.produced.values()] == [
        {(POLICY, b"token"): 3},
        {(POLICY, b"token"): 4},
    ]


def test_assets_are_not_made_of_nothing() -> None:
    draft = Draft()
    tokens = output(BOB.address, [5 * ADA, {POLICY: {b"token": 1}}])
    draft.body[1] = [tokens, output(ALICE.address, 95 * ADA - draft.fee)]
    refusal = refused(draft)
    assert refusal.code == 3123
    assert refusal.data["valueProduced"][POLICY.hex()] == {b"token".hex(): 1}


def test_assets_do_not_vanish() -> None:
    draft = Draft(inputs=[TOKENS])
    draft.body[1] = [output(BOB.address, 10 * ADA - draft.fee)]
    assert refused(draft).code == 3123


def test_a_native_policy_mints_and_burns() -> None:
    mint = {NATIVE_POLICY: {b"new": 5}}
    effect = accepted(Draft(body={9: mint}, witnesses={1: [cbor2.loads(NATIVE)]}))
    assert dict(list(effect.produced.values())[1].assets) == {(NATIVE_POLICY, b"new"): 5}


def test_burning_more_than_there_is_is_refused() -> None:
    draft = Draft(body={9: {NATIVE_POLICY: {b"new": -5}}}, witnesses={1: [cbor2.loads(NATIVE)]})
    draft.body[1] = [output(BOB.address, 100 * ADA - draft.fee)]
    refusal = refused(draft)
    assert refusal.code == 3123
    assert refusal.data["valueProduced"][NATIVE_POLICY.hex()] == {b"new".hex(): 5}


def test_an_output_needs_lovelace_for_its_size_and_160_bytes() -> None:
    size = len(cbor2.dumps(output(BOB.address, ADA)))
    minimum = (160 + size) * 4_310
    assert accepted(Draft(outputs=[output(BOB.address, minimum)])).valid
    refusal = refused(Draft(outputs=[output(BOB.address, minimum - 1)]))
    assert refusal.code == 3125
    culprit = refusal.data["insufficientlyFundedOutputs"][0]
    assert culprit["minimumRequiredValue"] == lovelace(minimum)
    assert culprit["output"]["value"] == lovelace(minimum - 1)


def test_a_collateral_return_needs_its_lovelace_too() -> None:
    draft = Draft(body={16: output(ALICE.address, 800_000)}).spending_script()
    assert refused(draft).code == 3125


def test_the_size_of_an_output_is_that_of_its_bytes_as_they_came() -> None:
    wasteful = b"\xa2\x00\x58\x1d" + BOB.address + b"\x01\x1b" + (10**6).to_bytes(8, "big")
    assert minimum_lovelace(decode_output(wasteful), default_parameters()) == 4_310 * (160 + 43)


def test_a_value_of_many_assets_is_refused_above_5000_bytes() -> None:
    def draft(count: int) -> Draft:
        names = {n.to_bytes(32, "big"): 1 for n in range(count)}
        return Draft(
            fee=2 * ADA,
            outputs=[output(BOB.address, [50 * ADA, {NATIVE_POLICY: names}])],
            body={9: {NATIVE_POLICY: names}},
            witnesses={1: [cbor2.loads(NATIVE)]},
        )

    # 1 + 5 + 1 for array, lovelace and policies, 30 for the policy, 2 for its map, 35 an asset.
    assert accepted(draft(141)).valid
    refusal = refused(draft(142))
    assert refusal.code == 3120
    assert len(refusal.data["excessivelyLargeOutputs"]) == 1


def test_the_size_of_a_value_is_that_of_its_cbor() -> None:
    for coin in (0, 23, 24, 255, 256, 65_536, 2**32):
        out = decode_output(cbor2.dumps([BOB.address, [coin, {POLICY: {b"": 1, b"name": 300}}]]))
        assert value_size(out.coin, out.assets) == len(
            cbor2.dumps([coin, {POLICY: {b"": 1, b"name": 300}}])
        )
        assert value_size(coin, {}) == len(cbor2.dumps(coin))


def test_a_plutus_policy_mints() -> None:
    draft = Draft(body={9: {TRUE: {b"new": 1}}}).spending_script()
    draft.redeemers[1, 0] = draft.redeemers[0, 1]
    assert decode_transaction(draft.finish()).body.mint == {(TRUE, b"new"): 1}
    assert accepted(draft).valid
