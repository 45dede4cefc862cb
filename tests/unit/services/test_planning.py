"""What a schedule will be on chain, and what vests when, without asking anybody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import ADA, AssetId
from milestone_core.domain.distribution import Page, Row, Vault
from milestone_core.domain.release import Claim
from milestone_core.domain.schedule import Allocation, Milestone, PolicyChoice, Schedule
from milestone_core.domain.vesting import Vesting
from milestone_core.services import distributions, planning, release
from milestone_core.services.lookup import PageOnChain

DAY = 86_400_000
vestings = st.builds(Vesting, st.integers(0, 10**12), st.integers(1, DAY), st.integers(1, 40))
people = st.integers(0, 5).map(lambda n: Address(0, Credential.key(bytes([n]) * 28)))
allocations = st.builds(Allocation, people, st.just("alpha"), vestings, st.integers(40, 2**40))


def schedule(rows: list[Allocation]) -> Schedule:
    return Schedule(
        name="grants",
        network="devnet",
        asset=ADA,
        decimals=6,
        ticker="ADA",
        owner=Address(0, Credential.key(bytes(28))),
        oracles=(bytes(28),),
        quorum=1,
        milestones=(Milestone("alpha"),),
        allocations=tuple(rows),
        expiry=2 * 10**12,
        until=3 * 10**12,
        policy=PolicyChoice("quorum-vesting"),
    )


@given(st.lists(allocations, min_size=1, max_size=6))
def test_the_timeline_only_grows_and_ends_with_the_total(rows: list[Allocation]) -> None:
    events = planning.timeline(schedule(rows))
    assert [e.at for e in events] == sorted({e.at for e in events})
    assert [e.vested for e in events] == sorted(e.vested for e in events)
    assert events[-1].vested == sum(row.amount for row in rows)
    assert events[0].vested > 0


@given(st.lists(allocations, min_size=1, max_size=30))
def test_pages_hold_every_allocation_once_and_are_always_the_same(rows: list[Allocation]) -> None:
    pages = distributions.pages_of(schedule(rows))
    flat = [allocation for page in pages for allocation in page]
    assert sorted(flat, key=str) == sorted(rows, key=str)
    assert pages == distributions.pages_of(schedule(rows))


@given(st.lists(st.integers(1, 100), min_size=1, max_size=8))
def test_batches_are_all_claims_in_order(sizes: list[int]) -> None:
    """``sizes``: how many rows each beneficiary has."""
    claims, batches = batched(sizes)
    assert [claim for batch in batches for claim in batch] == claims


@given(st.lists(st.integers(1, release.MAX_CLAIMS), min_size=1, max_size=8))
def test_a_beneficiary_whose_claims_fit_a_batch_is_paid_in_one(sizes: list[int]) -> None:
    _, batches = batched(sizes)
    owners = owners_of(sizes)
    for person in range(len(sizes)):
        assert sum(any(owners[c.row] == person for c in batch) for batch in batches) == 1


@given(st.lists(st.integers(1, 100), min_size=1, max_size=8))
def test_no_batch_is_larger_than_a_transaction_takes(sizes: list[int]) -> None:
    _, batches = batched(sizes)
    assert all(len(batch) <= release.MAX_CLAIMS for batch in batches)


def batched(sizes: list[int]) -> tuple[list[Claim], list[tuple[Claim, ...]]]:
    owners = owners_of(sizes)
    claims = [Claim(row, 1) for row in range(len(owners))]
    return claims, list(release._batches(page_of(owners), claims))


def owners_of(sizes: list[int]) -> list[int]:
    return [person for person, count in enumerate(sizes) for _ in range(count)]


def page_of(owners: list[int]) -> PageOnChain:
    identity = AssetId(bytes(28), bytes(32))
    page = Page(
        registry=bytes(28),
        rows=tuple(Row(owner, 0, 0, 10) for owner in owners),
        addresses=tuple(
            Address(0, Credential.key(n.to_bytes(28, "big"))) for n in range(len(owners))
        ),
        vestings=(Vesting(0, 1, 1),),
        programme=identity,
        asset=ADA,
        observer=None,
        owner=Credential.key(bytes(28)),
        expiry=0,
        document=bytes(32),
    )
    vault = Vault(bytes(28), (0,) * len(owners))
    nowhere: object = None
    return PageOnChain(identity, nowhere, page, nowhere, vault, 0)  # type: ignore[arg-type]
