from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain import release
from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import ADA, AssetId
from milestone_core.domain.distribution import (
    Page,
    Programme,
    ProgrammeMilestone,
    Row,
    Vault,
)
from milestone_core.domain.release import AllocationState, Claim, Releasable, ReleaseContext
from milestone_core.domain.vesting import Vesting, cliff

OWNER = Credential.key(bytes(28))
EXPIRY = 1_000_000


def everybody(count: int) -> tuple[Address, ...]:
    return tuple(Address(0, Credential.key(bytes([i + 1]) * 28)) for i in range(count))


def page(rows: list[Row], vestings: list[Vesting], people: int = 3) -> Page:
    return Page(
        registry=bytes(28),
        rows=tuple(rows),
        addresses=everybody(people),
        vestings=tuple(vestings),
        programme=AssetId(bytes(28), bytes(32)),
        asset=ADA,
        observer=None,
        owner=OWNER,
        expiry=EXPIRY,
        document=bytes(32),
    )


def programme(*proven: bool) -> Programme:
    milestones = tuple(
        ProgrammeMilestone(f"m{i}".encode(), bytes([1]) * 32 if done else None)
        for i, done in enumerate(proven)
    )
    return Programme(milestones, (bytes(28),), 1, 0, OWNER, 2 * EXPIRY, cancelled=False)


def vault(*claimed: int) -> Vault:
    return Vault(bytes(28), claimed)


def everything(context: ReleaseContext) -> Releasable:
    return Releasable(context.vested, "proven and vested")


def test_a_verified_allocation_of_1000_is_claimable_whole() -> None:
    (row,) = release.assess(
        page([Row(0, 0, 0, 1000)], [cliff(0)]), vault(0), programme(True), 5, everything
    )
    assert (row.claimable, row.state) == (1000, AllocationState.CLAIMABLE)


def test_before_the_vesting_nothing_is_claimable() -> None:
    (row,) = release.assess(
        page([Row(0, 0, 0, 1000)], [cliff(9)]), vault(0), programme(True), 8, everything
    )
    assert (row.claimable, row.state, row.next_step_at) == (0, AllocationState.VESTING, 9)


def test_an_unproven_milestone_locks_what_has_vested() -> None:
    (row,) = release.assess(
        page([Row(0, 0, 0, 1000)], [cliff(0)]), vault(0), programme(False), 5, everything
    )
    assert (row.claimable, row.state, row.vested_steps) == (0, AllocationState.LOCKED, 1)


def test_what_has_been_claimed_is_not_claimable_again() -> None:
    rows = page([Row(0, 0, 0, 1000)], [Vesting(0, 10, 4)])
    (row,) = release.assess(rows, vault(2), programme(True), 20, everything)
    assert (row.paid, row.claimable) == (500, 250)
    (row,) = release.assess(rows, vault(4), programme(True), 99, everything)
    assert (row.paid, row.claimable, row.state) == (1000, 0, AllocationState.CLAIMED)


def test_unproven_after_the_expiry_is_expired() -> None:
    (row,) = release.assess(
        page([Row(0, 0, 0, 1000)], [cliff(0)]), vault(0), programme(False), EXPIRY + 1, everything
    )
    assert row.state is AllocationState.EXPIRED


def test_a_policy_is_rounded_down_to_whole_steps() -> None:
    rows = page([Row(0, 0, 0, 1000)], [Vesting(0, 10, 4)])
    (row,) = release.assess(rows, vault(0), programme(True), 99, lambda _: Releasable(749, "a bit"))
    assert (row.allowed_steps, row.claimable, row.reason) == (2, 500, "a bit")


def test_a_policy_cannot_pay_more_than_has_vested() -> None:
    rows = page([Row(0, 0, 0, 1000)], [Vesting(0, 10, 4)])
    (row,) = release.assess(rows, vault(0), programme(True), 0, lambda _: Releasable(10**9, "all"))
    assert row.claimable == 250


def test_a_policy_that_takes_back_leaves_what_is_paid() -> None:
    rows = page([Row(0, 0, 0, 1000)], [Vesting(0, 10, 4)])
    (row,) = release.assess(rows, vault(3), programme(True), 99, lambda _: Releasable(-5, "none"))
    assert (row.paid, row.claimable) == (750, 0)


def test_adjacent_claims_of_one_address_share_a_payout() -> None:
    rows = page([Row(0, 0, 0, 100), Row(0, 1, 0, 50), Row(1, 0, 0, 30)], [cliff(0)])
    paid = release.payouts(rows, vault(0, 0, 0), [Claim(0, 1), Claim(1, 1), Claim(2, 1)])
    first, second, _ = everybody(3)
    assert [(p.address, p.amount) for p in paid] == [(first, 150), (second, 30)]


@st.composite
def states(draw: st.DrawFn) -> tuple[Page, Vault, Programme, int]:
    tables = draw(
        st.lists(
            st.builds(Vesting, st.integers(0, 99), st.integers(1, 9), st.integers(1, 255)),
            min_size=1,
            max_size=4,
        )
    )
    count = draw(st.integers(1, 8))
    rows = [
        Row(
            address,
            draw(st.integers(0, 1)),
            draw(st.integers(0, len(tables) - 1)),
            draw(st.integers(255, 2**40)),
        )
        for address in sorted(draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)))
    ]
    laid = page(rows, tables)
    claimed = [draw(st.integers(0, laid.vesting(i).count)) for i in range(count)]
    return (
        laid,
        vault(*claimed),
        programme(draw(st.booleans()), draw(st.booleans())),
        draw(st.integers(0, 3000)),
    )


@given(states())
def test_claims_pay_exactly_what_was_promised_and_never_twice(
    state: tuple[Page, Vault, Programme, int],
) -> None:
    laid, before, proofs, now = state
    rows = release.assess(laid, before, proofs, now, everything)
    claims = release.claims(rows)
    paid = release.payouts(laid, before, claims)
    assert sum(p.amount for p in paid) == sum(row.claimable for row in rows)
    after = release.pay(before, claims)
    again = release.assess(laid, after, proofs, now, everything)
    assert sum(row.claimable for row in again) == 0
    assert sum(row.paid for row in again) == sum(row.paid + row.claimable for row in rows)
    assert sum(row.paid for row in again) <= laid.total


@given(states())
def test_owed_rows_are_those_that_a_release_could_still_pay(
    state: tuple[Page, Vault, Programme, int],
) -> None:
    laid, before, proofs, _ = state
    rows = release.assess(laid, before, proofs, 10**6, everything)
    assert release.owed_rows(laid, before, proofs) == tuple(r.row for r in rows if r.claimable)
    assert not release.fully_claimed(laid, before) or not release.owed_rows(laid, before, proofs)


@given(st.data())
def test_claims_within_an_amount_are_the_most_whole_steps_that_it_covers(
    data: st.DataObject,
) -> None:
    vesting = st.builds(Vesting, st.just(0), st.just(1), st.integers(1, 12))
    amounts = st.integers(1, 1_000)
    rows = data.draw(st.lists(st.tuples(amounts, vesting), min_size=1, max_size=5))
    limit = data.draw(st.integers(0, 3_000))
    states = []
    for index, (amount, plan) in enumerate(rows):
        paid = data.draw(st.integers(0, plan.count))
        allowed = data.draw(st.integers(paid, plan.count))
        states.append(
            release.RowState(
                row=index,
                beneficiary=everybody(1)[0],
                milestone="m",
                amount=amount,
                vesting=plan,
                proven=True,
                paid_steps=paid,
                vested_steps=allowed,
                allowed_steps=allowed,
                state=AllocationState.CLAIMABLE,
                reason="",
            )
        )
    rest = limit
    claims = {claim.row: claim.steps for claim in release.claims_within(states, limit)}
    assert list(claims) == sorted(claims)
    for state in states:
        steps = claims.get(state.row, state.paid_steps)
        assert state.paid_steps <= steps <= state.allowed_steps
        rest -= state.vesting.paid_after(state.amount, steps) - state.paid
        if steps < state.allowed_steps:
            more = state.vesting.paid_after(state.amount, steps + 1)
            less = state.vesting.paid_after(state.amount, steps)
            assert more == less or more - less > rest, "one more would not have fit"
    assert rest >= 0
    everything = release.claims_within(states, 10**9)
    assert everything == release.claims(states)
