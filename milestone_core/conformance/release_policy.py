"""The conformance tests of a ``ReleasePolicy``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from milestone_core.api import (
    TESTNET,
    Address,
    Credential,
    CredentialKind,
    Releasable,
    ReleaseContext,
    ReleasePolicy,
    Vesting,
)
from milestone_core.conformance.plugin import PluginConformance, surroundings

MILESTONES = ("design", "build", "audit")
# The most that a token amount on the ledger can be.
MAX_AMOUNT = 2**63 - 1
# The most steps of a vesting.
MAX_STEPS = 255

# As many lives as the profile says, and without the phase that explains a failure, which takes
# longer than finding it.
_patiently = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)

Make = Callable[[], ReleasePolicy]


@dataclass(frozen=True)
class Moment:
    """One look at an allocation.

    ``steps`` of its vesting and ``more`` ms lie between the last look and this one. ``proven`` is
    the milestone proven meanwhile; ``pays`` tells whether what is allowed is then paid.
    """

    steps: int
    more: int
    proven: str | None
    pays: bool


@dataclass(frozen=True)
class Life:
    """An allocation from its first look to its last.

    It is watched from ``watched_from`` and expires after ``lasts`` steps, both counted from the
    start of its vesting. Each look may be repeated ``later`` steps on.
    """

    beneficiary: Address
    milestone: str
    amount: int
    vesting: Vesting
    watched_from: int
    lasts: int
    later: int
    moments: tuple[Moment, ...]

    def after(self, steps: int) -> int:
        """The time so many steps after the vesting's start, POSIX ms."""
        return max(0, self.vesting.start + steps * self.vesting.step)


# Made once: strategies take longer to make than to draw from.
lives = st.builds(
    Life,
    beneficiary=st.builds(
        Address,
        st.just(TESTNET),
        st.builds(Credential, st.sampled_from(CredentialKind), st.binary(min_size=28, max_size=28)),
    ),
    milestone=st.sampled_from(MILESTONES),
    amount=st.integers(1, 1000) | st.integers(1, MAX_AMOUNT),
    vesting=st.builds(
        Vesting,
        st.integers(0, 2**41),
        st.integers(1, 2**36),
        st.integers(1, 12) | st.integers(1, MAX_STEPS),
    ),
    # Small ones and early ones, or hardly any life is looked at before its vesting or within it.
    watched_from=st.integers(-4, 4) | st.integers(-4, -1) | st.integers(0, MAX_STEPS),
    lasts=st.integers(0, 2 * MAX_STEPS),
    later=st.integers(0, 2 * MAX_STEPS),
    moments=st.lists(
        st.builds(
            Moment,
            st.integers(0, 1) | st.integers(0, 3) | st.integers(0, MAX_STEPS),
            st.integers(-1, 1),
            st.sampled_from((None, *MILESTONES)),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    ).map(tuple),
)
"""Allocations of every size and vesting, looked at before, during and after it."""


class ReleasePolicyConformance(PluginConformance):
    """What every release policy must do. Subclass, and set ``plugin`` to its module::

        class TestHoldback(ReleasePolicyConformance):
            plugin = "milestone_policy_holdback"

    The policy is led through the lives of allocations as they happen on chain: time passes,
    milestones are proven one by one and stay proven, and what it allows is paid or left for later.
    """

    hook: ClassVar[str] = "milestone_release_policy"

    choices: ClassVar[Sequence[object]] = ()
    """Settings to test the policy with; its defaults where there are none."""

    def makers(self) -> list[Make]:
        """For each of the settings, what makes a fresh policy with them."""
        provider = self.provider()
        around = surroundings(Path("data"))
        return [
            partial(provider.create, choice, around)
            for choice in self.choices or (provider.settings(),)
        ]

    def test_it_answers_a_whole_number_and_a_reason(self) -> None:
        def look(_context: ReleaseContext, answer: Releasable) -> None:
            assert type(answer) is Releasable
            assert type(answer.amount) is int
            assert answer.reason.strip()

        self._look_at_each_answer(look)

    def test_it_never_allows_a_negative_amount(self) -> None:
        def look(_context: ReleaseContext, answer: Releasable) -> None:
            assert answer.amount >= 0

        self._look_at_each_answer(look)

    def test_it_never_allows_more_than_is_vested(self) -> None:
        def look(context: ReleaseContext, answer: Releasable) -> None:
            assert answer.amount <= context.vested

        self._look_at_each_answer(look)

    def test_it_leaves_the_context_as_it_is(self) -> None:
        def look(context: ReleaseContext, _answer: Releasable) -> None:
            assert tuple(context.milestones) == MILESTONES

        self._look_at_each_answer(look)

    def test_it_gives_the_same_answer_to_the_same_context(self) -> None:
        def look(make: Make, life: Life) -> None:
            policy, fresh = make(), make()
            told = [(deepcopy(context), answer) for context, answer in live(policy, life)]
            # In the opposite order: nothing may hang on what was asked before.
            for context, answer in reversed(told):
                assert [policy.releasable(context), fresh.releasable(context)] == [answer] * 2

        self._look_at_lives(look)

    def test_it_never_takes_back_what_it_allowed(self) -> None:
        def look(make: Make, life: Life) -> None:
            amounts = [answer.amount for _, answer in live(make(), life)]
            assert amounts == sorted(amounts)

        self._look_at_lives(look)

    def test_it_allows_no_less_when_only_time_has_passed(self) -> None:
        def look(make: Make, life: Life) -> None:
            policy = make()
            for context, answer in live(policy, life):
                then = _at(context, life, context.now + life.later * life.vesting.step)
                assert policy.releasable(then).amount >= answer.amount

        self._look_at_lives(look)

    def _look_at_each_answer(self, look: Callable[[ReleaseContext, Releasable], None]) -> None:
        def look_at_life(make: Make, life: Life) -> None:
            for context, answer in live(make(), life):
                look(context, answer)

        self._look_at_lives(look_at_life)

    def _look_at_lives(self, look: Callable[[Make, Life], None]) -> None:
        """Let hypothesis make lives, and look at each under each of the settings."""
        makers = self.makers()

        @_patiently
        @given(lives)
        def check(life: Life) -> None:
            for make in makers:
                look(make, life)

        check()


def live(policy: ReleasePolicy, life: Life) -> list[tuple[ReleaseContext, Releasable]]:
    """Lead a policy through a life: what it was asked at each moment, and what it answered."""
    told = []
    now, paid, proven = life.after(life.watched_from), 0, set[str | None]()
    for moment in life.moments:
        now += max(0, moment.steps * life.vesting.step + moment.more)
        proven.add(moment.proven)
        context = _at(
            ReleaseContext(
                beneficiary=life.beneficiary,
                milestone=life.milestone,
                amount=life.amount,
                vesting=life.vesting,
                paid=paid,
                vested=0,
                now=now,
                expiry=life.after(life.lasts),
                milestones={name: name in proven for name in MILESTONES},
            ),
            life,
            now,
        )
        answer = policy.releasable(context)
        told.append((context, answer))
        if moment.pays:
            paid = max(paid, _whole_steps(life, min(answer.amount, context.vested)))
    return told


def _at(context: ReleaseContext, life: Life, now: int) -> ReleaseContext:
    """The context at ``now``, with what is then vested."""
    steps = life.vesting.vested(now) if context.milestones[life.milestone] else 0
    return replace(context, now=now, vested=life.vesting.paid_after(life.amount, steps))


def _whole_steps(life: Life, limit: int) -> int:
    """What the contract pays of ``limit``: the largest whole step not above it."""
    steps = life.vesting.steps_within(life.amount, limit)
    return life.vesting.paid_after(life.amount, steps)
