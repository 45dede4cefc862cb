"""The conformance tests of release policies pass good policies and catch each kind of bad one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from types import ModuleType
from typing import Any

import pytest

from milestone_core.api import (
    NoSettings,
    Provider,
    Releasable,
    ReleaseContext,
    ReleasePolicy,
    hookimpl,
)
from milestone_core.conformance import ReleasePolicyConformance

Amount = Callable[[ReleaseContext], Any]


@dataclass(frozen=True)
class Written:
    """A policy written as a function of the context."""

    amount: Amount
    reason: str = "because"

    def releasable(self, context: ReleaseContext) -> Releasable:
        return Releasable(self.amount(context), self.reason)


Suite = Callable[..., ReleasePolicyConformance]


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Makes the conformance tests of a plugin that offers one policy."""

    def make(create: Callable[[], ReleasePolicy]) -> ReleasePolicyConformance:
        module = ModuleType("milestone_policy_under_test")

        @hookimpl
        def milestone_release_policy() -> list[Provider[ReleasePolicy]]:
            return [Provider("tested", "a policy", lambda *_: create(), NoSettings)]

        module.milestone_release_policy = milestone_release_policy  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)

        class Suite(ReleasePolicyConformance):
            plugin = module.__name__

        return Suite()

    return make


def checks(suite: ReleasePolicyConformance) -> Iterator[tuple[str, Callable[[], None]]]:
    """The tests of what a policy answers, with their names."""
    for name in dir(suite):
        if name.startswith("test_it_"):
            yield name, getattr(suite, name)


def all_proven(context: ReleaseContext) -> bool:
    return all(context.milestones.values())


GOOD: dict[str, Amount] = {
    "all that is vested": lambda context: context.vested,
    "nothing": lambda _: 0,
    "a tenth stays until all is proven": lambda context: (
        context.vested if all_proven(context) else context.vested * 9 // 10
    ),
    "whole or nothing": lambda context: context.amount if context.vested == context.amount else 0,
}


@pytest.mark.parametrize("what", GOOD)
def test_a_good_policy_passes(suite: Suite, what: str) -> None:
    checked = [test() for _, test in checks(suite(lambda: Written(GOOD[what])))]
    assert len(checked) == 7


def forgetful() -> ReleasePolicy:
    """Answers less each time it is asked."""
    asked = count()
    return Written(lambda context: max(0, context.vested - next(asked)))


def meddling(context: ReleaseContext) -> int:
    context.milestones.clear()  # type: ignore[attr-defined]
    return context.vested


BAD: dict[str, tuple[str, Callable[[], ReleasePolicy]]] = {
    "everything at once": ("more_than_is_vested", lambda: Written(lambda c: c.amount)),
    "one too many": ("more_than_is_vested", lambda: Written(lambda c: c.vested + 1)),
    "what remains": ("takes_back", lambda: Written(lambda c: c.vested - c.paid)),
    "a fee off": ("negative", lambda: Written(lambda c: c.vested - 1)),
    "nothing after expiry": (
        "takes_back",
        lambda: Written(lambda c: c.vested if c.now <= c.expiry else 0),
    ),
    "only on some days": (
        "takes_back",
        lambda: Written(lambda c: c.vested if c.now % 2 else 0),
    ),
    "less after expiry": (
        "only_time_has_passed",
        lambda: Written(lambda c: c.vested if c.now <= c.expiry else c.vested // 2),
    ),
    "half, in floats": ("whole_number", lambda: Written(lambda c: c.vested / 2)),
    "no reason": ("whole_number", lambda: Written(lambda c: c.vested, reason=" ")),
    "a memory": ("same_answer", forgetful),
    "a meddler": ("context_as_it_is", lambda: Written(meddling)),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_policy_is_caught_by_the_test_for_it(suite: Suite, what: str) -> None:
    part, create = BAD[what]
    ((_, test),) = [(name, test) for name, test in checks(suite(create)) if part in name]
    with pytest.raises(AssertionError):
        test()
