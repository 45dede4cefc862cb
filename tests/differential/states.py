"""Random states of a distribution: what is promised, proven, paid, and what the time is."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from milestone_core.domain.chain import ADA as LOVELACE
from milestone_core.domain.chain import AssetId
from milestone_core.domain.distribution import Page, Programme, Row
from milestone_core.domain.vesting import Vesting
from workbench import ADA, DAY, NOW, Promise, Workbench, base_address, proven, signing_key

# One policy sorts before the registry's in a value, the other after it.
ASSETS = (LOVELACE, AssetId(b"\x00" * 28, b""), AssetId(b"\xff" * 28, b"TOKEN" * 6))
LEAST_ADA_STEP = 1_100_000


@dataclass(frozen=True)
class State:
    """A page with its programme and what each row has been paid, and the time, POSIX ms."""

    page: Page
    programme: Programme
    claimed: tuple[int, ...]
    now: int

    def lay(self, bench: Workbench) -> Promise:
        return bench.lay(self.programme, self.page, self.claimed)


def vestings() -> st.SearchStrategy[Vesting]:
    """Cliffs and instalments, a few of them past, a few to come."""
    return st.builds(
        Vesting,
        start=st.integers(NOW - 30 * DAY, NOW + DAY),
        step=st.sampled_from([1, 2, 999, DAY // 24, DAY, 30 * DAY]) | st.integers(1, 60 * DAY),
        count=st.sampled_from([1, 2, 3, 24, 255]) | st.integers(1, 255),
    )


@st.composite
def states(draw: st.DrawFn, bench: Workbench) -> State:
    """A page of up to eight rows, more often than not at a time near to one of its steps."""
    tables = tuple(draw(st.lists(vestings(), min_size=1, max_size=3)))
    milestones = draw(st.integers(1, 3))
    asset = draw(st.sampled_from(ASSETS))
    people = sorted(draw(st.lists(st.integers(0, 4), min_size=1, max_size=8)))
    rows = tuple(draw(_rows(person, milestones, tables, asset)) for person in people)
    page = bench.page(rows, map(base_address, range(5)), tables, asset)
    programme = bench.programme([b"m%d" % i for i in range(milestones)], [signing_key(1).hash])
    done = draw(st.sets(st.integers(0, milestones - 1)))
    claimed = tuple(draw(_paid(page.vesting(row))) for row in range(len(rows)))
    return State(
        page, proven(programme, *done) if done else programme, claimed, draw(_times(tables))
    )


def _rows(
    person: int, milestones: int, tables: tuple[Vesting, ...], asset: AssetId
) -> st.SearchStrategy[Row]:
    def amounts(vesting: int) -> st.SearchStrategy[Row]:
        least = tables[vesting].count * (LEAST_ADA_STEP if asset.is_ada else 1)
        most = least + 1_000_000 * ADA if asset.is_ada else 2**59
        return st.builds(
            Row,
            address=st.just(person),
            milestone=st.integers(0, milestones - 1),
            vesting=st.just(vesting),
            amount=st.integers(least, least + 1_000) | st.integers(least, most),
        )

    return st.integers(0, len(tables) - 1).flatmap(amounts)


def _paid(vesting: Vesting) -> st.SearchStrategy[int]:
    return st.just(0) | st.just(vesting.count) | st.integers(0, vesting.count)


def _times(tables: tuple[Vesting, ...]) -> st.SearchStrategy[int]:
    around = [
        vesting.step_at(number) + offset
        for vesting in tables
        for number in {1, 2, (vesting.count + 1) // 2, vesting.count}
        if number <= vesting.count
        for offset in (-1, 0, 1)
    ]
    return st.sampled_from(around) | st.integers(NOW - 60 * DAY, NOW + 600 * DAY)
