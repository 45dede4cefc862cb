"""A distribution as it lies on chain: a programme, and pages that each have a vault.

A programme says who attests and what is proven. A page is the immutable schedule of one
distribution, its vault the funds and how many steps of each row have been paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from milestone_core.domain.address import Address, Credential
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


def split(schedule: Schedule, *, max_bytes: int) -> tuple[tuple[Allocation, ...], ...]:
    """The schedule's allocations by page, beneficiary by beneficiary.

    :param max_bytes: how large the datum of a page may become; sizes are estimated from above.
    """
    return tuple(_fill(schedule, max_bytes))


# Upper bounds of the CBOR of a page's parts: two credentials with their constructors, a start
# and a step of up to nine bytes, an amount and three indices.
_BASE_ADDRESS_BYTES, _ENTERPRISE_ADDRESS_BYTES = 80, 42
_VESTING_BYTES = 26
_ROW_BYTES = 19
_FIXED_BYTES = 260


def _fill(schedule: Schedule, max_bytes: int) -> Iterator[tuple[Allocation, ...]]:
    page: list[Allocation] = []
    vestings: set[Vesting] = set()
    size = _FIXED_BYTES
    for beneficiary in schedule.beneficiaries:
        theirs = [a for a in schedule.allocations if a.beneficiary == beneficiary]
        address = _BASE_ADDRESS_BYTES if beneficiary.stake else _ENTERPRISE_ADDRESS_BYTES
        for position, allocation in enumerate(theirs):
            fresh = allocation.vesting not in vestings
            grown = size + _ROW_BYTES + fresh * _VESTING_BYTES + (position == 0) * address
            if page and (grown > max_bytes or len(vestings) + fresh > MAX_PAGE_VESTINGS):
                yield tuple(page)
                page, vestings = [], set()
                grown = _FIXED_BYTES + _ROW_BYTES + _VESTING_BYTES + address
            page.append(allocation)
            vestings.add(allocation.vesting)
            size = grown
    if page:
        yield tuple(page)
