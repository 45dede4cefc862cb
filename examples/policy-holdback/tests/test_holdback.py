"""The policy keeps the rules of every policy, and its own."""

from __future__ import annotations

import pytest

from milestone_core.api import TESTNET, Address, Credential, ReleaseContext, Vesting
from milestone_core.conformance import ReleasePolicyConformance
from milestone_policy_holdback import Holdback


class TestHoldback(ReleasePolicyConformance):
    plugin = "milestone_policy_holdback"


def context(**milestones: bool) -> ReleaseContext:
    return ReleaseContext(
        beneficiary=Address(TESTNET, Credential.key(bytes(28))),
        milestone="design",
        amount=1001,
        vesting=Vesting(0, 1, 1),
        paid=0,
        vested=1001,
        now=0,
        expiry=10,
        milestones=milestones,
    )


def test_the_share_stays_back_while_a_milestone_is_open():
    answer = Holdback(10).releasable(context(design=True, audit=False))
    assert answer.amount == 900
    assert answer.reason == "10 % stays back until audit is proven"


def test_all_is_paid_once_every_milestone_is_proven():
    assert Holdback(10).releasable(context(design=True, audit=True)).amount == 1001


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_share_outside_0_to_100_is_refused(percent):
    with pytest.raises(ValueError, match="0 to 100"):
        Holdback(percent)
