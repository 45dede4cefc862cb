"""A distribution as it lies on chain: a programme, and pages that each have a vault.

A programme says who attests and what is proven. A page is the immutable schedule of one
distribution, its vault the funds and how many steps of each row have been paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from milestone_core.domain import capacity
from milestone_core.domain.address import Address, Credential
from milestone_core.domain.capacity import Load
from milestone_core.domain.chain import AssetId
from milestone_core.domain.schedule import Allocation, Schedule
from milestone_core.domain.vesting import Vesting

MAX_PAGE_VESTINGS = 16


@dataclass(frozen=True, slots=True)
class ProgrammeMilestone:
    """A milestone on chain. ``evidence`` is the 32-byte hash of its evidence once it is proven."""

    id: bytes
    evidence: bytes | None = None

    @property
    def proven(self) -> bool:
        return self.evidence is not None


@dataclass(frozen=True, slots=True)
class Programme:
    """Who may attest and what is proven. ``until`` is POSIX ms, ``round`` counts rotations."""

    milestones: tuple[ProgrammeMilestone, ...]
    oracles: tuple[bytes, ...]
    quorum: int
    round: int
    owner: Credential
    until: int
    cancelled: bool

    def milestone_index(self, milestone_id: bytes) -> int | None:
        """The position of a milestone, None where there is none of that id."""
        ids = [milestone.id for milestone in self.milestones]
        return ids.index(milestone_id) if milestone_id in ids else None


@dataclass(frozen=True, slots=True)
class Row:
    """One allocation by indices into the page's tables."""

    address: int
    milestone: int
    vesting: int
    amount: int


@dataclass(frozen=True, slots=True)
class Page:
    """The immutable schedule of one distribution."""

    registry: bytes
    rows: tuple[Row, ...]
    addresses: tuple[Address, ...]
    vestings: tuple[Vesting, ...]
    programme: AssetId
    asset: AssetId
    observer: bytes | None
    owner: Credential
    expiry: int
    document: bytes

    @property
    def total(self) -> int:
        """What the page promises in all, base units."""
        return sum(row.amount for row in self.rows)

    def beneficiary(self, row: int) -> Address:
        return self.addresses[self.rows[row].address]

    def vesting(self, row: int) -> Vesting:
        return self.vestings[self.rows[row].vesting]


@dataclass(frozen=True, slots=True)
class Vault:
    """The steps paid so far, one number a row."""

    registry: bytes
    claimed: tuple[int, ...]


def lay_out(
    schedule: Schedule,
    allocations: tuple[Allocation, ...],
    *,
    registry: bytes,
    programme: AssetId,
) -> Page:
    """The page that holds ``allocations`` of ``schedule``.

    Rows are grouped by beneficiary, so that ascending rows have ascending address indices: the
    contract pays claims in one walk over both.
    """
    addresses = tuple(dict.fromkeys(a.beneficiary for a in allocations))
    vestings = tuple(dict.fromkeys(a.vesting for a in allocations))
    milestones = {milestone.id: index for index, milestone in enumerate(schedule.milestones)}
    rows = [
        Row(
            addresses.index(a.beneficiary),
            milestones[a.milestone],
            vestings.index(a.vesting),
            a.amount,
        )
        for a in allocations
    ]
    return Page(
        registry=registry,
        rows=tuple(sorted(rows, key=lambda row: row.address)),
        addresses=addresses,
        vestings=vestings,
        programme=programme,
        asset=schedule.asset,
        observer=schedule.policy.observer,
        owner=schedule.owner.payment,
        expiry=schedule.expiry,
        document=schedule.document_hash(),
    )


def split(schedule: Schedule) -> tuple[tuple[Allocation, ...], ...]:
    """The schedule's allocations by page, beneficiary by beneficiary, as many as fit each.

    The first page is registered by the transaction that starts the programme, and has less room.
    """
    return tuple(_fill(schedule))


def _fill(schedule: Schedule) -> Iterator[tuple[Allocation, ...]]:
    milestones = {milestone.id: index for index, milestone in enumerate(schedule.milestones)}
    empty = capacity.empty_page_load(schedule)
    load = empty + capacity.programme_load(schedule)
    page: list[Allocation] = []
    addresses: dict[Address, int] = {}
    vestings: dict[Vesting, int] = {}

    def added(allocation: Allocation) -> Load:
        beneficiary, vesting = allocation.beneficiary, allocation.vesting
        row = capacity.row_load(
            allocation,
            addresses.get(beneficiary, len(addresses)),
            milestones[allocation.milestone],
            vestings.get(vesting, len(vestings)),
        )
        if beneficiary not in addresses:
            row += capacity.address_load(beneficiary)
        if vesting not in vestings:
            row += capacity.vesting_load(vesting)
        return row

    for allocation in _by_beneficiary(schedule):
        full = len(vestings) == MAX_PAGE_VESTINGS and allocation.vesting not in vestings
        if page and (full or not (load + added(allocation)).fits):
            yield tuple(page)
            page, load = [], empty
            addresses.clear()
            vestings.clear()
        load += added(allocation)
        page.append(allocation)
        addresses.setdefault(allocation.beneficiary, len(addresses))
        vestings.setdefault(allocation.vesting, len(vestings))
    if page:
        yield tuple(page)


def _by_beneficiary(schedule: Schedule) -> Iterator[Allocation]:
    theirs: dict[Address, list[Allocation]] = {}
    for allocation in schedule.allocations:
        theirs.setdefault(allocation.beneficiary, []).append(allocation)
    return chain.from_iterable(theirs.values())
