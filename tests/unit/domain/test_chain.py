from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.chain import ADA, AssetId, BeyondHorizon, Era, SlotClock, Value

TOKEN = AssetId(bytes(28), b"token")
values = st.builds(
    Value,
    st.integers(-(10**12), 10**12),
    st.dictionaries(st.sampled_from([TOKEN, AssetId(bytes([1]) * 28, b"")]), st.integers(-9, 9)),
)


@given(values, values)
def test_adding_and_taking_away_leaves_the_same(one: Value, other: Value) -> None:
    assert one + other - other == one
    assert hash(one + other) == hash(other + one)


def test_an_asset_of_zero_is_no_asset() -> None:
    assert Value(1, {TOKEN: 0}) == Value(1)


def test_lovelace_is_a_quantity_like_any_other() -> None:
    assert Value.of(ADA, 5).quantity(ADA) == 5
    assert Value.of(TOKEN, 5).quantity(TOKEN) == 5
    assert Value.of(TOKEN, 5).quantity(ADA) == 0


CLOCK = SlotClock((Era(1000, 0, 20_000, 10), Era(201_000, 10, 1000)))


def test_a_clock_crosses_eras_of_different_slot_length() -> None:
    assert [CLOCK.ms_at(slot) for slot in (0, 9, 10, 11)] == [1000, 181_000, 201_000, 202_000]
    assert [CLOCK.slot_at(ms) for ms in (1000, 200_999, 201_000, 202_999)] == [0, 9, 10, 11]


@given(st.integers(1000, 2**43))
def test_a_lower_bound_has_reached_the_time_and_the_slot_before_has_not(ms: int) -> None:
    slot = CLOCK.first_slot_from(ms)
    assert CLOCK.ms_at(slot) >= ms
    assert slot == 0 or CLOCK.ms_at(slot - 1) < ms


def test_before_the_first_era_there_is_no_slot() -> None:
    with pytest.raises(BeyondHorizon):
        CLOCK.slot_at(999)
    with pytest.raises(BeyondHorizon):
        CLOCK.ms_at(-1)
