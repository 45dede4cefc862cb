"""One change to a healthy transaction, and the rule that must refuse it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from milestone_core.onchain.contract import Contract

from .case import Case
from .verdict import Verdict

Change = Callable[[Case, Random], Case | None]
"""Alters one thing; None where this transaction has nothing of the kind."""


@dataclass(frozen=True)
class Action:
    """What is done with the contract: ``facts`` are random, ``build`` makes a transaction of them.

    ``salt`` tells a number from the facts: what a mutation chooses is the same for every contract.
    """

    name: str
    facts: st.SearchStrategy[Any]
    build: Callable[[Any, Contract], Case]
    salt: Callable[[Any], int]

    def __str__(self) -> str:
        return self.name


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

    action: Action
    name: str
    because: tuple[Reason, ...]
    change: Change

    def __str__(self) -> str:
        return f"{self.action}: {self.name}"

    def apply(self, facts: Any, contract: Contract) -> Case | None:
        """The healthy transaction of these facts, changed."""
        case = self.action.build(facts, contract)
        return self.change(case, Random(self.action.salt(facts)))

    def explains(self, verdict: Verdict) -> bool:
        """Whether the reason of a traced build is the intended one."""
        first = verdict.broken[0] if verdict.broken else None
        return any(
            first is None and reason.error in verdict.reason
            if isinstance(reason, Crash)
            else first == reason
            for reason in self.because
        )


MUTATIONS: list[Mutation] = []


def mutation(
    actions: Action | Sequence[Action], name: str, because: Reason | Sequence[Reason]
) -> Callable[[Change], Change]:
    """Register a change as a mutation of each action."""
    reasons = (because,) if isinstance(because, str | Crash) else tuple(because)

    def register(change: Change) -> Change:
        for action in [actions] if isinstance(actions, Action) else actions:
            MUTATIONS.append(Mutation(action, name, reasons, change))
        return change

    return register
