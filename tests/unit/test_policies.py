"""The built-in policy pays what is proven and vested, and says why if that is not all."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.conformance import ReleasePolicyConformance
from milestone_core.domain.address import TESTNET, Address, Credential
from milestone_core.domain.release import ReleaseContext
from milestone_core.domain.vesting import Vesting
from milestone_core.files.head import DEFAULT_POLICY
from milestone_core.plugin_manager import PluginManager
from milestone_core.policies import QuorumVesting


def context(*, vested: int, proven: bool, amount: int = 100) -> ReleaseContext:
    return ReleaseContext(
        beneficiary=Address(TESTNET, Credential.key(bytes(28))),
        milestone="m1",
        amount=amount,
        vesting=Vesting(0, 1, 4),
        paid=0,
        vested=vested,
        now=0,
        expiry=10,
        milestones={"m1": proven, "m2": False},
    )


@given(amount=st.integers(1, 2**63 - 1), share=st.fractions(0, 1))
def test_it_releases_exactly_what_the_contract_would_pay(amount: int, share: Fraction) -> None:
    vested = int(amount * share)
    answer = QuorumVesting().releasable(context(vested=vested, proven=True, amount=amount))
    assert answer.amount == vested


@pytest.mark.parametrize(
    ("vested", "proven", "reason"),
    [
        (0, False, "milestone m1 is not proven"),
        (0, True, "proven, and nothing has vested"),
        (25, True, "proven, and vested in part"),
        (100, True, "proven and fully vested"),
    ],
)
def test_the_reason_tells_what_is_missing(vested: int, proven: bool, reason: str) -> None:
    assert QuorumVesting().releasable(context(vested=vested, proven=proven)).reason == reason


class TestConformance(ReleasePolicyConformance):
    plugin = "milestone_core.policies"


def test_the_policy_that_a_schedule_has_by_default_is_there() -> None:
    assert DEFAULT_POLICY in PluginManager.installed().names("policy")
