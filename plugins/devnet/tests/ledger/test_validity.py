"""When, where and how large a transaction may be."""

from __future__ import annotations

from dataclasses import replace

import cbor2
import pytest

from .world import ADA, ALICE, BOB, ENVIRONMENT, SLOT, Draft, accepted, output, refused


@pytest.mark.parametrize("body", [{8: SLOT}, {3: SLOT + 1}, {8: SLOT, 3: SLOT + 1}, {8: 0}])
def test_a_transaction_is_valid_from_its_lower_bound_until_before_its_upper(
    body: dict[int, int],
) -> None:
    assert accepted(Draft(body=dict(body))).valid


@pytest.mark.parametrize("body", [{8: SLOT + 1}, {3: SLOT}, {3: 0}])
def test_a_transaction_outside_its_interval_is_refused_with_the_slot(body: dict[int, int]) -> None:
    refusal = refused(Draft(body=dict(body)))
    assert refusal.code == 3118
    names = {8: "invalidBefore", 3: "invalidAfter"}
    assert refusal.data == {
        "validityInterval": {names[key]: slot for key, slot in body.items()},
        "currentSlot": SLOT,
    }


def test_size_is_limited_and_counted_without_the_validity_flag() -> None:
    draft = Draft(fee=2 * ADA, auxiliary_data=cbor2.dumps({0: [b"x" * 64] * 300}))
    refusal = refused(draft)
    assert refusal.code == 3119
    assert refusal.data == {
        "measuredTransactionSize": {"bytes": len(draft.finish()) - 1},
        "maximumTransactionSize": {"bytes": 16_384},
    }


def test_the_largest_size_is_allowed() -> None:
    draft = Draft()
    exact = replace(ENVIRONMENT.parameters, max_transaction_size=len(draft.finish()) - 1)
    assert accepted(draft, environment=replace(ENVIRONMENT, parameters=exact)).valid
    smaller = replace(exact, max_transaction_size=exact.max_transaction_size - 1)
    assert refused(draft, environment=replace(ENVIRONMENT, parameters=smaller)).code == 3119


def test_an_output_for_another_network_is_refused() -> None:
    mainnet = b"\x61" + BOB.key_hash
    refusal = refused(Draft(outputs=[output(mainnet, 5 * ADA)]))
    assert refusal.code == 3124
    assert refusal.data["discriminatedType"] == "address"
    assert refusal.data["expectedNetwork"] == "testnet"
    assert refusal.data["invalidEntities"][0].startswith("addr1v")


def test_a_collateral_return_for_another_network_is_refused() -> None:
    mainnet = b"\x61" + ALICE.key_hash
    draft = Draft(body={16: output(mainnet, 2 * ADA)}).spending_script()
    assert refused(draft).data["discriminatedType"] == "address"


def test_a_withdrawal_of_another_network_is_refused() -> None:
    refusal = refused(Draft(body={5: {b"\xf1" + bytes(28): 0}}))
    assert refusal.data["discriminatedType"] == "rewardAccount"


@pytest.mark.parametrize("network_id", [0, None])
def test_a_body_may_state_its_network(network_id: int | None) -> None:
    assert accepted(Draft(body={15: network_id})).valid


def test_a_body_that_states_another_network_is_refused() -> None:
    refusal = refused(Draft(body={15: 1}))
    assert refusal.data == {"expectedNetwork": "testnet", "discriminatedType": "transaction"}


@pytest.mark.parametrize("field", [3, 8])
def test_scripts_see_no_time_beyond_the_horizon(field: int) -> None:
    """A node does not know what time a slot will have that lies beyond its safe zone."""
    past_or_future = {3: SLOT + 100, 8: SLOT}[field]
    draft = Draft(body={field: past_or_future}).spending_script()
    known = replace(ENVIRONMENT, horizon=past_or_future)
    assert accepted(draft, environment=known).valid
    unknown = replace(ENVIRONMENT, horizon=past_or_future - 1)
    refusal = refused(draft, environment=unknown)
    assert refusal.rule == "CannotCreateEvaluationContext"
    assert "TimeTranslationPastHorizon" in refusal.data["reason"]
    assert accepted(Draft(body={field: past_or_future}), environment=unknown).valid
