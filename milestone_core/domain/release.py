"""What may be released: the contract's limit, the policy's, and the claims that follow.

The contract pays whole steps. A policy answers an amount; the largest whole step not above it
counts, and never more than is proven and vested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from milestone_core.domain.address import Address
from milestone_core.domain.distribution import Page, Programme, Vault
from milestone_core.domain.vesting import Vesting


class AllocationState(Enum):
    """The words for an allocation's state, as the command line prints them."""

    LOCKED = "locked"
    VESTING = "vesting"
    CLAIMABLE = "claimable"
    CLAIMED = "claimed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ReleaseContext:
    """What a release policy may look at: one allocation at one time. Amounts are base units.

    ``vested`` is what the contract would pay in all by now, 0 while the milestone is unproven;
    ``milestones`` tells of each milestone of the programme whether it is proven.
    """

    beneficiary: Address
    milestone: str
    amount: int
    vesting: Vesting
    paid: int
    vested: int
    now: int
    expiry: int
    milestones: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Releasable:
    """A policy's answer: how much of the allocation may be paid **in all** by now, and why."""

    amount: int
    reason: str


Decide = Callable[[ReleaseContext], Releasable]


@dataclass(frozen=True, slots=True)
class RowState:
    """One row of a page at one time.

    ``paid_steps``, ``vested_steps`` and ``allowed_steps`` are cumulative: paid so far, vested in
    time, and payable now under contract and policy. ``claimable`` is in base units.
    """

    row: int
    beneficiary: Address
    milestone: str
    amount: int
    vesting: Vesting
    proven: bool
    paid_steps: int
    vested_steps: int
    allowed_steps: int
    state: AllocationState
    reason: str

    @property
    def paid(self) -> int:
        return self.vesting.paid_after(self.amount, self.paid_steps)

    @property
    def claimable(self) -> int:
        allowed = self.vesting.paid_after(self.amount, self.allowed_steps)
        return allowed - self.paid if self.allowed_steps > self.paid_steps else 0

    @property
    def next_step_at(self) -> int | None:
        """When the next step vests, POSIX ms; None where all have."""
        if self.vested_steps == self.vesting.count:
            return None
        return self.vesting.step_at(self.vested_steps + 1)


@dataclass(frozen=True, slots=True)
class Selection:
    """Whose allocations are meant: None is everybody, or every milestone."""

    beneficiary: Address | None = None
    milestone: str | None = None

    def includes(self, row: RowState) -> bool:
        return self.covers(row.beneficiary, row.milestone)

    def covers(self, beneficiary: Address, milestone: str) -> bool:
        """Whether an allocation of ``beneficiary`` for ``milestone`` is meant."""
        return self.beneficiary in (None, beneficiary) and self.milestone in (None, milestone)


@dataclass(frozen=True, slots=True)
class Claim:
    """Pay ``row`` up to ``steps`` steps in all."""

    row: int
    steps: int


@dataclass(frozen=True, slots=True)
class Payout:
    """What one output of a release pays."""

    address: Address
    amount: int


def contract_steps(page: Page, programme: Programme, row: int, now: int) -> int:
    """The most steps of ``row`` that the contract lets be paid in all at ``now`` (POSIX ms)."""
    if not programme.milestones[page.rows[row].milestone].proven:
        return 0
    return page.vesting(row).vested(now)


def assess(
    page: Page, vault: Vault, programme: Programme, now: int, decide: Decide
) -> tuple[RowState, ...]:
    """Every row of a page at ``now`` (POSIX ms), under the contract and a release policy."""
    milestones = {m.id.decode(errors="replace"): m.proven for m in programme.milestones}
    return tuple(
        _assess_row(page, vault, programme, row, now, decide, milestones)
        for row in range(len(page.rows))
    )


def _assess_row(
    page: Page,
    vault: Vault,
    programme: Programme,
    index: int,
    now: int,
    decide: Decide,
    milestones: Mapping[str, bool],
) -> RowState:
    row, vesting = page.rows[index], page.vesting(index)
    paid_steps = vault.claimed[index]
    limit = contract_steps(page, programme, index, now)
    milestone = programme.milestones[row.milestone]
    answer = decide(
        ReleaseContext(
            beneficiary=page.beneficiary(index),
            milestone=milestone.id.decode(errors="replace"),
            amount=row.amount,
            vesting=vesting,
            paid=vesting.paid_after(row.amount, paid_steps),
            vested=vesting.paid_after(row.amount, limit),
            now=now,
            expiry=page.expiry,
            milestones=milestones,
        )
    )
    allowed = min(limit, vesting.steps_within(row.amount, answer.amount))
    return RowState(
        row=index,
        beneficiary=page.beneficiary(index),
        milestone=milestone.id.decode(errors="replace"),
        amount=row.amount,
        vesting=vesting,
        proven=milestone.proven,
        paid_steps=paid_steps,
        vested_steps=vesting.vested(now),
        allowed_steps=max(allowed, paid_steps),
        state=_state(paid_steps, allowed, vesting, milestone.proven, now > page.expiry),
        reason=answer.reason,
    )


def _state(
    paid: int, allowed: int, vesting: Vesting, proven: bool, expired: bool
) -> AllocationState:
    if paid == vesting.count:
        return AllocationState.CLAIMED
    if allowed > paid:
        return AllocationState.CLAIMABLE
    if proven:
        return AllocationState.VESTING
    return AllocationState.EXPIRED if expired else AllocationState.LOCKED


def claims(states: Iterable[RowState]) -> tuple[Claim, ...]:
    """The claims that pay all that is claimable in ``states``, in the contract's order."""
    return tuple(
        Claim(state.row, state.allowed_steps)
        for state in sorted(states, key=lambda state: state.row)
        if state.claimable
    )


def claims_within(states: Iterable[RowState], limit: int) -> tuple[Claim, ...]:
    """The claims that pay at most ``limit`` base units in all, row after row.

    Of each row the largest whole number of steps is taken that the rest of the limit allows.
    """
    found: list[Claim] = []
    rest = limit
    for state in sorted(states, key=lambda state: state.row):
        within = state.vesting.steps_within(state.amount, state.paid + rest)
        steps = min(state.allowed_steps, within)
        due = state.vesting.paid_after(state.amount, steps) - state.paid
        if steps > state.paid_steps and due:
            found.append(Claim(state.row, steps))
            rest -= due
    return tuple(found)


def payouts(page: Page, vault: Vault, claimed: Iterable[Claim]) -> tuple[Payout, ...]:
    """The outputs that the contract demands: adjacent claims of one address share one.

    :raises ValueError: the claims are not in the contract's order, or pay nothing new.
    """
    paid = list(vault.claimed)
    due: list[tuple[int, int]] = []
    last_row = -1
    for claim in claimed:
        row, vesting = page.rows[claim.row], page.vesting(claim.row)
        if claim.row < last_row or not paid[claim.row] < claim.steps <= vesting.count:
            raise ValueError(f"claim of row {claim.row} up to {claim.steps} steps is out of order")
        amount = vesting.paid_after(row.amount, claim.steps) - vesting.paid_after(
            row.amount, paid[claim.row]
        )
        if due and due[-1][0] == row.address:
            due[-1] = (row.address, due[-1][1] + amount)
        else:
            due.append((row.address, amount))
        paid[claim.row], last_row = claim.steps, claim.row
    return tuple(Payout(page.addresses[address], amount) for address, amount in due)


def pay(vault: Vault, claimed: Iterable[Claim]) -> Vault:
    """The vault after ``claimed`` have been paid."""
    counts = list(vault.claimed)
    for claim in claimed:
        counts[claim.row] = claim.steps
    return Vault(vault.registry, tuple(counts))


def owed_rows(page: Page, vault: Vault, programme: Programme) -> tuple[int, ...]:
    """The rows that stand between the owner and the funds: proven, with steps left."""
    return tuple(
        index
        for index, row in enumerate(page.rows)
        if programme.milestones[row.milestone].proven
        and vault.claimed[index] < page.vestings[row.vesting].count
    )


def fully_claimed(page: Page, vault: Vault) -> bool:
    """Whether every row is paid to its last step."""
    return all(
        vault.claimed[index] == page.vestings[row.vesting].count
        for index, row in enumerate(page.rows)
    )
