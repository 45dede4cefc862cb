"""Each mutation of each healthy transaction is refused, by the contract, for its own reason.

``SAMPLES`` says to how many random transactions each mutation is applied; ``SEED`` repeats a run.
"""

from __future__ import annotations

import os
import random
from itertools import islice

import pytest

from .actions import ACTIONS
from .conftest import Builds
from .every import MUTATIONS
from .mutation import Action, Mutation, Pool, Sample
from .verdict import explain, judge

pytestmark = pytest.mark.slow  # it compiles the contract, which takes Aiken

SAMPLES = int(os.environ.get("SAMPLES", "1"))
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**32))
POOL = Pool(max(40, SAMPLES // 2), SEED)
_MOST = 200 * (SAMPLES + 2)
"""So many samples are tried for one mutation: not every transaction has what it changes."""
_healthy: set[tuple[object, int]] = set()


def is_healthy(sample: Sample, builds: Builds) -> None:
    """Both builds accept the sample; asked once."""
    known = (sample.action.make, id(sample.facts))
    if known not in _healthy:
        for contract in (builds.silent, builds.traced):
            verdict = judge(sample.build(contract))
            assert verdict.accepted, f"{SEED=}: {verdict}: {sample}"
        _healthy.add(known)


def is_refused(mutation: Mutation, sample: Sample, builds: Builds) -> bool:
    """Whether the mutation says anything of this sample; if so, both builds refuse it."""
    altered = mutation.apply(sample, builds.silent)
    if altered is None:
        return False
    is_healthy(sample, builds)
    assert not judge(altered).accepted, f"{SEED=}: accepted: {sample}"
    traced = mutation.apply(sample, builds.traced)
    assert traced is not None
    verdict = explain(traced)
    assert mutation.explains(verdict), f"{SEED=}: {verdict}, not {mutation.because}: {sample}"
    return True


@pytest.mark.timeout(0)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_the_contract_refuses(mutation: Mutation, builds: Builds) -> None:
    refused = 0
    for sample in islice(POOL.samples(mutation.group), _MOST):
        refused += is_refused(mutation, sample, builds)
        if refused == SAMPLES:
            return
    pytest.fail(f"only {refused} samples have what is to be changed")


@pytest.mark.timeout(0)
@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_the_contract_accepts_what_is_healthy(action: Action, builds: Builds) -> None:
    for sample in islice(POOL.samples(action), SAMPLES):
        is_healthy(sample, builds)
