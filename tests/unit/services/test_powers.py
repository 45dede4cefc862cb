"""What each could still do to a distribution, at every stage of its life."""

from __future__ import annotations

from dataclasses import replace

import pytest

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import AssetId, Output, OutputReference, Utxo, Value
from milestone_core.domain.distribution import Page, Programme, ProgrammeMilestone, Row, Vault
from milestone_core.domain.schedule import (
    PROGRAMME_OUTLIVES_EXPIRY,
    Allocation,
    Milestone,
    PolicyChoice,
    Schedule,
)
from milestone_core.domain.vesting import cliff
from milestone_core.services.lookup import PageOnChain, ProgrammeOnChain
from milestone_core.services.powers import powers

OWNER = Address(0, Credential.key(b"\x01" * 28))
TOKEN = AssetId(b"\x02" * 28, b"T")
ID = AssetId(b"\x03" * 28, b"\x04" * 32)
EXPIRY = 10**12
LAST = EXPIRY + PROGRAMME_OUTLIVES_EXPIRY
UTXO = Utxo(OutputReference(bytes(32), 0), Output(OWNER, Value(0)))
SCHEDULE = Schedule(
    name="grants",
    network="preview",
    asset=TOKEN,
    decimals=0,
    ticker="T",
    owner=OWNER,
    oracles=(b"\x05" * 28,),
    quorum=1,
    milestones=(Milestone("alpha"), Milestone("beta")),
    allocations=(Allocation(OWNER, "alpha", cliff(0), 30), Allocation(OWNER, "beta", cliff(0), 12)),
    expiry=EXPIRY,
    until=LAST,
    policy=PolicyChoice("quorum-vesting"),
)


def page(*claimed: int, observer: bytes | None = None) -> PageOnChain:
    laid = Page(
        registry=ID.policy,
        rows=(Row(0, 0, 0, 30), Row(0, 1, 0, 12)),
        addresses=(OWNER,),
        vestings=(cliff(0),),
        programme=ID,
        asset=TOKEN,
        observer=observer,
        owner=OWNER.payment,
        expiry=EXPIRY,
        document=bytes(32),
    )
    return PageOnChain(ID, UTXO, laid, UTXO, Vault(ID.policy, claimed or (0, 0)), 0)


def programme(*, cancelled: bool = False) -> ProgrammeOnChain:
    """``alpha`` is proven, ``beta`` is not."""
    milestones = (ProgrammeMilestone(b"alpha", b"\x06" * 32), ProgrammeMilestone(b"beta"))
    datum = Programme(milestones, SCHEDULE.oracles, 1, 0, OWNER.payment, LAST, cancelled)
    return ProgrammeOnChain(ID, UTXO, datum, 0)


def told(
    now: int = 0,
    pages: PageOnChain | None = None,
    found: ProgrammeOnChain | None = None,
    schedule: Schedule = SCHEDULE,
) -> list[str]:
    found = found or programme()
    return [f"{p.who} {p.what}" for p in powers(schedule, [pages or page()], found, now)]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (told(), "the owner can take back nothing before 2001-09-09T01:46:40Z unless a quorum"),
        (told(), "at most 12 T as it stands"),
        (told(), "a quorum can prove beta, whether it is true or not"),
        (told(EXPIRY), "can take back nothing before"),
        (told(EXPIRY + 1), "12 T that were never proven, once the 30 T that are proven"),
        (told(EXPIRY + 1, page(1, 0)), "the 12 T that were never proven, now"),
        (told(found=programme(cancelled=True)), "once the 30 T that are proven have been paid"),
        (told(found=programme(cancelled=True)), "the oracles can do nothing any more"),
        (told(LAST), "once the 30 T that are proven"),
        (told(LAST + 1), "the owner can take back all 42 T that are left, now"),
        (told(LAST + 1), "the oracles can do nothing any more"),
        (told(pages=page(1, 1)), "the owner can close it: all is paid"),
        (told(pages=page(observer=b"\xab" * 28)), f"the script {'ab' * 28} can refuse every"),
        (told(), "whoever runs this program can choose when"),
    ],
)
def test_what_matters_is_told(lines: list[str], said: str) -> None:
    assert any(said in line for line in lines)


@pytest.mark.parametrize("now", [LAST + 1, LAST + 10**9])
def test_what_has_passed_is_not_threatened_any_more(now: int) -> None:
    assert not any("after" in line and "take back" in line for line in told(now))


def test_a_policy_that_only_this_program_keeps_is_told() -> None:
    advisory = replace(SCHEDULE, policy=PolicyChoice("holdback"))
    assert any("more at a time than 'holdback' says" in line for line in told(schedule=advisory))
    assert not any("more at a time" in line for line in told())


def test_after_the_programme_there_is_nothing_to_release() -> None:
    (only,) = powers(SCHEDULE, [page()], None, 0)
    assert only.who == "nobody"
