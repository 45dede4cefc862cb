from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.vesting import Vesting, cliff

TIMES = st.integers(0, 2**43)
vestings = st.builds(Vesting, TIMES, st.integers(1, 2**36), st.integers(1, 255))


def test_nothing_vests_before_the_start() -> None:
    assert Vesting(1000, 10, 5).vested(999) == 0


def test_the_first_instalment_vests_at_the_start_and_the_last_at_the_end() -> None:
    vesting = Vesting(1000, 10, 5)
    assert vesting.vested(1000) == 1
    assert (vesting.vested(vesting.end - 1), vesting.vested(vesting.end)) == (4, 5)


def test_a_cliff_vests_at_once() -> None:
    assert (cliff(7).vested(6), cliff(7).vested(7), cliff(7).end) == (0, 1, 7)


@pytest.mark.parametrize("bad", [(-1, 1, 1), (0, 0, 1), (0, 1, 0), (0, 1, 256)])
def test_what_the_contract_would_refuse_is_no_vesting(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="not a vesting"):
        Vesting(*bad)


@given(vestings, TIMES, TIMES)
def test_vesting_never_goes_back(vesting: Vesting, one: int, other: int) -> None:
    early, late = sorted((one, other))
    assert 0 <= vesting.vested(early) <= vesting.vested(late) <= vesting.count


@given(vestings, st.integers(1, 255))
def test_each_step_vests_at_its_own_time(vesting: Vesting, number: int) -> None:
    number = min(number, vesting.count)
    at = vesting.step_at(number)
    assert vesting.vested(at) == number
    assert at == 0 or vesting.vested(at - 1) == number - 1


@given(vestings, st.integers(255, 2**63 - 1))
def test_rounding_loses_nothing_and_every_step_pays(vesting: Vesting, amount: int) -> None:
    paid = [vesting.paid_after(amount, k) for k in range(vesting.count + 1)]
    assert paid[0] == 0
    assert paid[-1] == amount
    assert all(low < high for low, high in pairwise(paid))


@given(vestings, st.integers(255, 2**63 - 1), st.integers(-1, 2**64))
def test_steps_within_a_limit_are_the_most_that_fit(
    vesting: Vesting, amount: int, limit: int
) -> None:
    steps = vesting.steps_within(amount, limit)
    assert 0 <= steps <= vesting.count
    assert steps == 0 or vesting.paid_after(amount, steps) <= limit
    assert steps == vesting.count or vesting.paid_after(amount, steps + 1) > limit
