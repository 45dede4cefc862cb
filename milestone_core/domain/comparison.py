"""What lies on chain beside what was promised, row by row, whatever the order of either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from milestone_core.domain.address import Address
from milestone_core.domain.distribution import Page, Vault
from milestone_core.domain.vesting import Vesting


class Aspect(Enum):
    """What two rows differ in; MISSING and EXTRA where one of them has no counterpart."""

    AMOUNT = "amount"
    ADDRESS = "address"
    VESTING = "vesting"
    MILESTONE = "milestone"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row in full, without the page's tables. ``milestone`` is an index."""

    beneficiary: Address
    milestone: int
    vesting: Vesting
    amount: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A promised row and the row on chain that is nearest to it."""

    aspect: Aspect
    promised: Entry | None
    on_chain: Entry | None


_SAME_BUT: tuple[tuple[Aspect, Callable[[Entry], object]], ...] = (
    (Aspect.AMOUNT, lambda e: (e.beneficiary, e.milestone, e.vesting)),
    (Aspect.ADDRESS, lambda e: (e.milestone, e.vesting, e.amount)),
    (Aspect.VESTING, lambda e: (e.beneficiary, e.milestone, e.amount)),
    (Aspect.MILESTONE, lambda e: (e.beneficiary, e.vesting, e.amount)),
)


def entries(page: Page) -> list[Entry]:
    """Every row of a page."""
    return [
        Entry(page.addresses[r.address], r.milestone, page.vestings[r.vesting], r.amount)
        for r in page.rows
    ]


def compare_rows(promised: Page, on_chain: Page) -> tuple[Difference, ...]:
    """Every row that is not on both pages alike, as often as it is."""
    wanted, found = Counter(entries(promised)), Counter(entries(on_chain))
    missing, extra = list((wanted - found).elements()), list((found - wanted).elements())
    return tuple(_differences(missing, extra))


def _differences(missing: list[Entry], extra: list[Entry]) -> Iterator[Difference]:
    for aspect, rest in _SAME_BUT:
        for entry in list(missing):
            twin = next((e for e in extra if rest(e) == rest(entry)), None)
            if twin is not None:
                missing.remove(entry)
                extra.remove(twin)
                yield Difference(aspect, entry, twin)
    yield from (Difference(Aspect.MISSING, entry, None) for entry in missing)
    yield from (Difference(Aspect.EXTRA, None, entry) for entry in extra)


def unpaid(page: Page, vault: Vault, rows: Iterable[int] | None = None) -> int:
    """What is still to be paid of all rows, or of some, base units."""
    chosen = range(len(page.rows)) if rows is None else rows
    return sum(
        page.rows[row].amount
        - page.vesting(row).paid_after(page.rows[row].amount, vault.claimed[row])
        for row in chosen
    )
