"""The calculator is the contract: what the domain reckons is what the compiled validator pays.

Each example runs the compiled code several times. CI runs thousands of them (``slow``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from milestone_core.domain import release as rules
from milestone_core.domain.chain import Output, Value
from milestone_core.domain.release import Claim
from milestone_core.transactions.draft import Draft
from workbench import Workbench

from .releases import Attempt, accepted, predicted
from .states import State, states

BENCH = Workbench()
FEW = settings(deadline=None, suppress_health_check=list(HealthCheck))
SLOW = [pytest.mark.slow, pytest.mark.timeout(600)]


def amounts(few: int, many: int) -> pytest.MarkDecorator:
    """So many examples among the fast tests, so many among the slow ones."""
    choices = [settings(FEW, max_examples=number) for number in (few, many)]
    marked = [choices[0], pytest.param(choices[1], marks=SLOW)]
    return pytest.mark.parametrize("amount", marked, ids=["few", "many"])


def _most(state: State) -> dict[int, int]:
    """The rows of which something is due, each with the steps that may be paid in all."""
    page, programme = state.page, state.programme
    steps = [rules.contract_steps(page, programme, row, state.now) for row in range(len(page.rows))]
    return {row: most for row, most in enumerate(steps) if most > state.claimed[row]}


@st.composite
def attempts(draw: st.DrawFn) -> Attempt:
    """Claims that are right, that have one thing wrong, or that are anything."""
    state = draw(states(BENCH))
    most, claims = _most(state), list[Claim]()
    if most:
        rows = draw(st.sets(st.sampled_from(sorted(most)), min_size=1))
        claims = [
            Claim(row, draw(st.integers(state.claimed[row] + 1, most[row]))) for row in sorted(rows)
        ]
    match draw(st.integers(0, 3)):
        case 0:
            row = draw(st.integers(0, len(state.page.rows) - 1))
            rest = [claim for claim in claims if claim.row != row]
            claims = sorted([*rest, Claim(row, draw(_steps(state, row)))], key=lambda c: c.row)
        case 1:
            claims = draw(st.permutations(claims))
    return Attempt(BENCH, state, state.lay(BENCH), tuple(claims))


def _steps(state: State, row: int) -> st.SearchStrategy[int]:
    vesting = state.page.vesting(row)
    vested, paid = vesting.vested(state.now), state.claimed[row]
    near = {max(0, vested + offset) for offset in (-1, 0, 1)} | {paid, paid + 1}
    return st.sampled_from(sorted(near)) | st.integers(0, vesting.count + 1)


@st.composite
def due(draw: st.DrawFn) -> Attempt:
    """A release of some of what is due, every claim up to its last vested step."""
    state = draw(states(BENCH))
    most = _most(state)
    assume(most)
    rows = draw(st.sets(st.sampled_from(sorted(most)), min_size=1))
    claims = tuple(Claim(row, most[row]) for row in sorted(rows))
    return Attempt(BENCH, state, state.lay(BENCH), claims)


@amounts(50, 1_200)
def test_the_contract_pays_exactly_what_the_rules_allow(amount: settings) -> None:
    seen = Counter[bool]()

    @amount
    @given(attempts())
    def check(attempt: Attempt) -> None:
        expected = predicted(attempt.state, attempt.claims)
        seen[expected] += 1
        assert accepted(BENCH, attempt.draft()) == expected

    check()
    assert seen[True]
    assert seen[False]


@amounts(10, 300)
def test_one_unit_one_step_or_one_millisecond_more_is_refused(amount: settings) -> None:
    @amount
    @given(due())
    def check(attempt: Attempt) -> None:
        assert accepted(BENCH, attempt.draft())
        for what, excess in excesses(attempt):
            assert not accepted(BENCH, excess), what

    check()


def excesses(attempt: Attempt) -> Iterator[tuple[str, Draft]]:
    """The release with a little more than is due, or a little less of what must be there."""
    draft, asset = attempt.draft(), attempt.state.page.asset
    one = Value.of(asset, 1)
    for index, output in enumerate(draft.outputs):
        if output.value.quantity(asset):
            yield f"one unit less in output {index}", _with(draft, index, lambda out: out - one)
        if not asset.is_ada:
            # Of ADA an output may hold more: its min-ADA may rise.
            yield f"one unit more in output {index}", _with(draft, index, lambda out: out + one)
    for position, claim in enumerate(attempt.claims):
        claims = list(attempt.claims)
        claims[position] = Claim(claim.row, claim.steps + 1)
        yield f"one step more of row {claim.row}", replace(attempt, claims=tuple(claims)).draft()
    # The instant at which the last of the claimed steps vests is the first good one.
    page = attempt.state.page
    first = max(page.vesting(claim.row).step_at(claim.steps) for claim in attempt.claims)
    at_first = replace(attempt, state=replace(attempt.state, now=first))
    assert accepted(BENCH, at_first.draft())
    too_early = replace(attempt, state=replace(attempt.state, now=first - 1))
    yield "one millisecond earlier", too_early.draft()


def _with(draft: Draft, index: int, change: Callable[[Value], Value]) -> Draft:
    def altered(output: Output) -> Output:
        return replace(output, value=change(output.value))

    outputs = list(draft.outputs)
    outputs[index] = altered(outputs[index])
    return replace(draft, outputs=tuple(outputs))
