"""Rows on chain beside rows that were promised."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import AssetId
from milestone_core.domain.comparison import Aspect, compare_rows, entries, unpaid
from milestone_core.domain.distribution import Page, Row, Vault
from milestone_core.domain.vesting import Vesting

PEOPLE = tuple(Address(0, Credential.key(bytes([n]) * 28)) for n in range(4))
VESTINGS = tuple(Vesting(1000 * n, 10, 1 + n) for n in range(3))
rows = st.lists(
    st.builds(Row, st.integers(0, 3), st.integers(0, 2), st.integers(0, 2), st.integers(10, 99)),
    min_size=1,
    max_size=8,
)


def page(of: list[Row]) -> Page:
    return Page(
        registry=bytes(28),
        rows=tuple(of),
        addresses=PEOPLE,
        vestings=VESTINGS,
        programme=AssetId(bytes(28), bytes(32)),
        asset=AssetId(bytes(28), b"x"),
        observer=None,
        owner=PEOPLE[0].payment,
        expiry=10**9,
        document=bytes(32),
    )


@given(rows, st.randoms())
def test_the_same_rows_in_any_order_do_not_differ(given_rows: list[Row], random: Random) -> None:
    shuffled = random.sample(given_rows, len(given_rows))
    assert compare_rows(page(given_rows), page(shuffled)) == ()


@given(rows, rows)
def test_every_difference_is_told_once(promised: list[Row], on_chain: list[Row]) -> None:
    found = compare_rows(page(promised), page(on_chain))
    missing = [d.promised for d in found if d.promised is not None]
    extra = [d.on_chain for d in found if d.on_chain is not None]
    rest = entries(page(promised))
    for entry in missing:
        rest.remove(entry)
    assert sorted(map(str, rest + extra)) == sorted(map(str, entries(page(on_chain))))
    assert all((d.promised is None) == (d.aspect is Aspect.EXTRA) for d in found)
    assert all((d.on_chain is None) == (d.aspect is Aspect.MISSING) for d in found)


def test_one_change_is_named_for_what_it_is() -> None:
    row = Row(0, 0, 0, 50)
    changes = {
        Aspect.AMOUNT: replace(row, amount=51),
        Aspect.ADDRESS: replace(row, address=1),
        Aspect.VESTING: replace(row, vesting=1),
        Aspect.MILESTONE: replace(row, milestone=1),
    }
    for aspect, changed in changes.items():
        (found,) = compare_rows(page([row, row]), page([changed, row]))
        assert found.aspect is aspect
    (found,) = compare_rows(page([row]), page([row, row]))
    assert found.aspect is Aspect.EXTRA


@given(rows)
def test_what_is_unpaid_and_what_is_paid_are_all(given_rows: list[Row]) -> None:
    whole = page(given_rows)
    counts = [whole.vesting(row).count for row in range(len(given_rows))]
    assert unpaid(whole, Vault(bytes(28), (0,) * len(counts))) == whole.total
    assert unpaid(whole, Vault(bytes(28), tuple(counts))) == 0
    halves = Vault(bytes(28), tuple(count // 2 for count in counts))
    each = [unpaid(whole, halves, [row]) for row in range(len(counts))]
    assert unpaid(whole, halves) == sum(each)
