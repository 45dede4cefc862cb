"""Whether a page may be closed: the domain's rules and the compiled contract, state by state."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milestone_core.domain import release as rules
from milestone_core.domain.schedule import PROGRAMME_OUTLIVES_EXPIRY
from milestone_core.transactions.reclaim import Ground
from workbench import EXPIRY, Promise, Workbench

from .releases import accepted
from .states import State, states

BENCH = Workbench()
LATEST = EXPIRY + PROGRAMME_OUTLIVES_EXPIRY
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=900)


@st.composite
def closings(draw: st.DrawFn) -> tuple[State, Ground]:
    """Any state near its end: some rows paid in full, all of them, or none."""
    state = draw(states(BENCH))
    counts = [state.page.vesting(row).count for row in range(len(state.page.rows))]
    claimed = draw(
        st.sampled_from([state.claimed, tuple(counts)])
        | st.tuples(*(st.sampled_from([count, count - 1]) for count in counts))
    )
    now = draw(st.sampled_from([end + offset for end in (EXPIRY, LATEST) for offset in (-1, 0, 1)]))
    programme = replace(state.programme, cancelled=draw(st.booleans()))
    state = replace(state, claimed=claimed, now=now, programme=programme)
    return state, draw(st.sampled_from(Ground))


def predicted(promise: Promise, ground: Ground, now: int) -> bool:
    """Whether the rules let the owner close the page on this ground."""
    page, vault, programme = promise.page, promise.vault, promise.programme
    match ground:
        case Ground.FULLY_CLAIMED:
            return rules.fully_claimed(page, vault)
        case Ground.NOTHING_OWED:
            ended = programme.cancelled or now > page.expiry
            return ended and not rules.owed_rows(page, vault, programme)
        case Ground.LONG_EXPIRED:
            return now > page.expiry + PROGRAMME_OUTLIVES_EXPIRY


@pytest.mark.parametrize(
    "amount",
    [FEW, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(600)])],
    ids=["few", "many"],
)
def test_the_owner_closes_exactly_when_the_rules_allow(amount: settings) -> None:
    seen = Counter[bool]()

    @amount
    @given(closings())
    def check(case: tuple[State, Ground]) -> None:
        state, ground = case
        promise = state.lay(BENCH)
        draft = BENCH.close(promise, ground, state.now)
        expected = predicted(promise, ground, state.now)
        seen[expected] += 1
        assert accepted(BENCH, draft) == expected

    check()
    assert seen[True]
    assert seen[False]
