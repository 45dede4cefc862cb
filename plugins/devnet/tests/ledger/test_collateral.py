"""Collateral and declared execution units."""

from __future__ import annotations

import pytest

from .world import (
    ADA,
    ALICE,
    BOB,
    IMPOSSIBLE,
    LOCKED,
    MORE_MONEY,
    NEVER_TRUE,
    POLICY,
    TOKENS,
    UNIT,
    Draft,
    accepted,
    output,
    reference,
    refused,
    state,
)


def draft(**body: object) -> Draft:
    fields = {"inputs": 13, "back": 16, "total": 17}
    return Draft(body={fields[name]: value for name, value in body.items()}).spending_script()


def test_a_script_needs_collateral() -> None:
    refusal = refused(draft(inputs=None))
    assert (refusal.code, refusal.rule) == (3132, "MissingCollateralInputs")


def test_collateral_covers_one_and_a_half_times_the_fee() -> None:
    enough = output(ALICE.address, 10 * ADA - 450_000)
    assert accepted(draft(back=enough)).valid
    refusal = refused(draft(back=output(ALICE.address, 10 * ADA - 449_999)))
    assert refusal.code == 3128
    assert refusal.data == {
        "providedCollateral": {"ada": {"lovelace": 449_999}},
        "minimumRequiredCollateral": {"ada": {"lovelace": 450_000}},
    }


def test_a_return_above_the_collateral_is_refused() -> None:
    refusal = refused(draft(back=output(ALICE.address, 11 * ADA)))
    assert refusal.data["providedCollateral"] == {"ada": {"lovelace": -ADA}}


def test_a_stated_total_must_be_exact() -> None:
    back = output(ALICE.address, 9 * ADA)
    assert accepted(draft(back=back, total=ADA)).valid
    for wrong in (ADA - 1, ADA + 1):
        refusal = refused(draft(back=back, total=wrong))
        assert refusal.code == 3135
        assert refusal.data == {
            "declaredTotalCollateral": {"ada": {"lovelace": wrong}},
            "computedTotalCollateral": {"ada": {"lovelace": ADA}},
        }


def test_only_keys_lock_collateral() -> None:
    refusal = refused(draft(inputs=[[*LOCKED]]))
    assert refusal.code == 3129
    assert len(refusal.data["unsuitableCollateralInputs"]) == 1


def test_collateral_takes_no_assets() -> None:
    refusal = refused(draft(inputs=[[*TOKENS]]))
    assert refusal.code == 3133
    assert refusal.data["unsuitableCollateralValue"][POLICY.hex()] == {b"token".hex(): 7}


def test_assets_in_collateral_come_back_exactly() -> None:
    def back(quantity: int) -> dict[int, object]:
        return output(ALICE.address, [8 * ADA, {POLICY: {b"token": quantity}}])

    assert accepted(draft(inputs=[[*TOKENS]], back=back(7))).valid
    assert refused(draft(inputs=[[*TOKENS]], back=back(6))).code == 3133


def test_at_most_three_inputs_are_collateral() -> None:
    extra = {reference(n): output(ALICE.address, 5 * ADA) for n in range(80, 84)}
    inputs = [[*ref] for ref in extra]
    assert accepted(draft(inputs=inputs[:3]), state(outputs=extra)).valid
    refusal = refused(draft(inputs=inputs), state(outputs=extra))
    assert refusal.code == 3131
    assert refusal.data == {"maximumCollateralInputs": 3, "countedCollateralInputs": 4}


def test_without_scripts_collateral_is_not_looked_at() -> None:
    assert accepted(Draft(body={13: [[*MORE_MONEY]], 17: 1})).valid


@pytest.mark.parametrize("units", [(16_500_001, 1), (1, 10_000_000_001)])
def test_declared_units_are_limited(units: tuple[int, int]) -> None:
    made = Draft(fee=3 * ADA).spending_script()
    made.redeemers[0, 1] = (UNIT, units)
    refusal = refused(made)
    assert refusal.code == 3134
    memory, cpu = units
    assert refusal.data == {
        "providedExecutionUnits": {"memory": memory, "cpu": cpu},
        "maximumExecutionUnits": {"memory": 16_500_000, "cpu": 10_000_000_000},
    }


def failing(**more: object) -> Draft:
    fields = {"back": 16}
    body = {fields[name]: value for name, value in more.items()}
    return Draft(body=body, is_valid=False).spending_script(IMPOSSIBLE, NEVER_TRUE)


def test_a_transaction_that_owns_up_to_failing_loses_its_collateral() -> None:
    effect = accepted(failing())
    assert not effect.valid
    assert list(effect.spent) == [MORE_MONEY]
    assert effect.produced == {}
    assert effect.fee == 10 * ADA


def test_the_collateral_return_comes_after_the_outputs() -> None:
    effect = accepted(failing(back=output(BOB.address, 9 * ADA)))
    [(reference_, returned)] = effect.produced.items()
    assert (reference_.index, returned.coin, returned.address) == (2, 9 * ADA, BOB.address)
    assert effect.fee == ADA
    ledger = state()
    ledger.apply(effect)
    assert IMPOSSIBLE in ledger.utxo
    assert MORE_MONEY not in ledger.utxo
