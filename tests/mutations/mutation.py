"""One change to a healthy transaction, and the rule that must refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from random import Random
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from milestone_core.onchain.contract import Contract

from .case import Case
from .verdict import Verdict

Change = Callable[[Case, Random], Case | None]
"""Alters one thing; None where this transaction has nothing of the kind."""


@dataclass(frozen=True)
class Action:
    """What is done with the contract: ``facts`` are random, ``make`` a transaction of them.

    ``salt`` is a number in the facts: what a mutation chooses is the same for every contract.
    """

    name: str
    facts: st.SearchStrategy[Any]
    make: Callable[[Any, Contract], Case]
    salt: Callable[[Any], int]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Group:
    """Actions that have something in common."""

    name: str
    actions: tuple[Action, ...]

    def __str__(self) -> str:
        return self.name


class Sample(NamedTuple):
    """An action with facts: a healthy transaction, under any contract."""

    action: Action
    facts: Any

    def build(self, contract: Contract) -> Case:
        return self.action.make(self.facts, contract)


@dataclass
class Pool:
    """Random samples, which all mutations share: more of them are drawn as they are asked for.

    ``size`` are drawn at a time; the same ``number`` gives the same samples.
    """

    size: int
    number: int
    _drawn: dict[str, list[Sample]] = field(default_factory=dict)

    def samples(self, group: Action | Group) -> Iterator[Sample]:
        """Samples of each action in turn, without end."""
        actions = group.actions if isinstance(group, Group) else (group,)
        return chain.from_iterable(zip(*map(self._of, actions), strict=True))

    def _of(self, action: Action) -> Iterator[Sample]:
        known = self._drawn.setdefault(action.name, [])
        for index in count():
            while index >= len(known):
                known += [Sample(action, facts) for facts in self._draw(action, len(known))]
            yield known[index]

    def _draw(self, action: Action, more: int) -> list[Any]:
        found: list[Any] = []

        @seed(self.number + more)
        @settings(
            max_examples=self.size,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(action.facts)
        def collect(facts: Any) -> None:
            found.append(facts)

        collect()
        # The first are the simplest, and say the least.
        return found[::-1]


@dataclass(frozen=True)
class Crash:
    """No rule's name, but a builtin that fails; ``error`` is in what the machine says."""

    error: str


NO_ELEMENT = Crash("EmptyList")
"""An index that no list has, a bound that is infinite, a token that is not there."""
NOT_SUCH_DATA = Crash("DeserialisationError")

Reason = str | Crash


@dataclass(frozen=True)
class Mutation:
    """``because`` is the rule, or the rules of which one is first, depending on the sample."""

    group: Action | Group
    name: str
    because: tuple[Reason, ...]
    change: Change

    def __str__(self) -> str:
        return f"{self.group}: {self.name}"

    def apply(self, sample: Sample, contract: Contract) -> Case | None:
        """The healthy transaction of the sample, changed."""
        choices = Random(sample.action.salt(sample.facts))
        return self.change(sample.build(contract), choices)

    def explains(self, verdict: Verdict) -> bool:
        """Whether the reason of a traced build is the intended one.

        Rules are asked one after the other, so all that are broken are one rule and those of
        which it is a part.
        """
        return any(
            not verdict.broken and reason.error in verdict.reason
            if isinstance(reason, Crash)
            else reason in verdict.broken
            for reason in self.because
        )


MUTATIONS: list[Mutation] = []


def mutation(
    groups: Action | Group | Sequence[Action], name: str, because: Reason | Sequence[Reason]
) -> Callable[[Change], Change]:
    """Register a change as a mutation of an action or a group, or as one of each action."""
    reasons = (because,) if isinstance(because, str | Crash) else tuple(because)

    def register(change: Change) -> Change:
        for group in [groups] if isinstance(groups, Action | Group) else groups:
            MUTATIONS.append(Mutation(group, name, reasons, change))
        return change

    return register
