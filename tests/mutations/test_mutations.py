"""Each mutation of each healthy transaction is refused, by the contract, for its own reason.

``SAMPLES`` says how many random transactions each mutation is applied to.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings

from .actions import ACTIONS
from .conftest import Builds
from .every import MUTATIONS
from .mutation import Action, Mutation
from .verdict import judge

SAMPLES = int(os.environ.get("SAMPLES", "2"))
SEARCH = settings(
    max_examples=SAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_the_contract_refuses(mutation: Mutation, builds: Builds) -> None:
    refused = 0

    @SEARCH
    @given(mutation.action.facts)
    def search(facts: Any) -> None:
        nonlocal refused
        altered = mutation.apply(facts, builds.silent)
        if altered is None:
            reject()
        healthy = judge(mutation.action.build(facts, builds.silent))
        assert healthy.accepted, healthy
        assert not judge(altered).accepted
        traced = mutation.apply(facts, builds.traced)
        assert traced is not None
        verdict = judge(traced)
        assert mutation.explains(verdict), verdict
        refused += 1

    search()
    assert refused >= SAMPLES


@pytest.mark.timeout(0)
@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_the_contract_accepts_every_healthy(action: Action, builds: Builds) -> None:
    @SEARCH
    @given(action.facts)
    def search(facts: Any) -> None:
        for contract in (builds.silent, builds.traced):
            verdict = judge(action.build(facts, contract))
            assert verdict.accepted, verdict

    search()
