"""What the client believes to fit a page, against real transactions."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bare import bare
from milestone_core.domain import capacity
from milestone_core.domain.address import TESTNET, Address
from milestone_core.domain.chain import ADA, AssetId
from milestone_core.domain.distribution import Page, lay_out, split
from milestone_core.domain.schedule import (
    CONTRACTS_OWN_POLICY,
    PROGRAMME_OUTLIVES_EXPIRY,
    Allocation,
    Milestone,
    PolicyChoice,
    Schedule,
)
from milestone_core.domain.vesting import Vesting
from milestone_core.services.distributions import expected_programme
from workbench import DAY, EXPIRY, NOW, TOKEN, Workbench, base_address, hash28

BENCH = Workbench()
SLOW = [pytest.mark.slow, pytest.mark.timeout(600)]
UNBALANCED = 400
"""Bytes that a transaction without fee, change, collateral and signature lacks, and some more."""


def schedule(
    allocations: list[Allocation], asset: AssetId, milestones: int, id_size: int, oracles: int
) -> Schedule:
    return Schedule(
        name="full",
        network="devnet",
        asset=asset,
        decimals=0,
        ticker="FULL",
        owner=BENCH.address,
        oracles=tuple(hash28(f"oracle {number}") for number in range(oracles)),
        quorum=oracles,
        milestones=tuple(Milestone(f"{number:0{id_size}}") for number in range(milestones)),
        allocations=tuple(allocations),
        expiry=EXPIRY,
        until=EXPIRY + PROGRAMME_OUTLIVES_EXPIRY,
        policy=PolicyChoice(CONTRACTS_OWN_POLICY),
    )


class Kind(NamedTuple):
    """A schedule of a thousand rows of one kind."""

    milestones: int
    id_size: int
    oracles: int
    rows_each: int
    instalments: int
    with_stake: bool
    amount_bits: int
    asset: AssetId

    def schedule(self) -> Schedule:
        least = 200 * (1_100_000 if self.asset.is_ada else 1)
        allocations = [
            Allocation(
                _address(number // self.rows_each, with_stake=self.with_stake),
                f"{number % self.milestones:0{self.id_size}}",
                Vesting(NOW - (number % self.instalments + 1) * DAY, DAY, 200),
                max(2**self.amount_bits, least) + number,
            )
            for number in range(1_000)
        ]
        return schedule(allocations, self.asset, self.milestones, self.id_size, self.oracles)


KINDS = st.builds(
    Kind,
    milestones=st.integers(1, 32),
    id_size=st.integers(2, 32),
    oracles=st.integers(1, 16),
    rows_each=st.integers(1, 200),
    instalments=st.integers(1, 16),
    with_stake=st.booleans(),
    amount_bits=st.integers(1, 53),
    asset=st.sampled_from([ADA, TOKEN, AssetId(b"\x88" * 28, b"N" * 32)]),
)


def _address(number: int, *, with_stake: bool) -> Address:
    address = base_address(number)
    return address if with_stake else Address(TESTNET, address.payment)


def pages(plan: Schedule) -> list[Page]:
    registry = BENCH.contract.registry.hash
    token = AssetId(BENCH.contract.programme.hash, bytes(range(32)))
    parts = split(plan)
    return [lay_out(plan, part, registry=registry, programme=token) for part in parts]


def load(plan: Schedule, page: Page, *, first: bool) -> capacity.Load:
    """What deploying a page takes, measured."""
    programme = expected_programme(plan)
    if first:
        transaction = bare(BENCH.start(programme, page))
    else:
        transaction = bare(BENCH.register(BENCH.lay(programme, page)))
    units = BENCH.ledger.evaluate(transaction)
    memory = sum(answer.units.memory for answer in units)
    return capacity.Load(len(transaction) + UNBALANCED, memory)


@pytest.mark.parametrize("examples", [1, pytest.param(12, marks=SLOW)], ids=["one", "many"])
def test_every_page_can_be_deployed_and_little_room_is_wasted(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, phases=[Phase.generate])
    @given(KINDS)
    def check(kind: Kind) -> None:
        plan = kind.schedule()
        laid = pages(plan)
        # The last page has what is left; all between the first and the last are alike.
        for number in {0, 1} & set(range(len(laid) - 1)):
            taken = load(plan, laid[number], first=number == 0)
            assert taken.fits
            used = max(taken.size / capacity.LIMIT.size, taken.memory / capacity.LIMIT.memory)
            assert used > 0.9

    check()


def test_a_page_holds_as_many_wallets_as_the_contract_was_measured_for() -> None:
    allocations = [Allocation(base_address(n), "0", Vesting(NOW, 1, 1), 10**9) for n in range(400)]
    first, second, *_ = pages(schedule(allocations, TOKEN, 1, 1, 1))
    assert len(first.rows) >= 128
    assert len(second.rows) >= 134
