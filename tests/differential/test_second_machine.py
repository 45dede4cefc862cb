"""Two other Plutus machines on what the calculator is compared with: PyPI ``uplc``, npm ``scalus``.

The transactions have no fee, change or signatures: only the scripts are asked. Whole transactions,
of every action, are before both in ``tests/mutations/test_second_opinions.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import scalus_ledger
import second_machine
from bare import bare
from local_ledger import Ledger
from milestone_core.domain.chain import Units
from milestone_core.domain.distribution import Row
from milestone_core.domain.vesting import Vesting
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.reclaim import Ground
from milestone_devnet.ledger import Environment, SlotConfig, default_parameters
from scalus_ledger import Scalus
from workbench import EXPIRY, NOW, Workbench, base_address, proven, signing_key

from .releases import Attempt, accepted
from .test_releases import BENCH, attempts, due

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ENVIRONMENT = Environment(default_parameters(), 0, SlotConfig(0, 0, 1))
_generated = settings(
    deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def first_opinion(ledger: Ledger, draft: Draft) -> dict[tuple[str, int], Units]:
    return {(a.purpose, a.index): a.units for a in ledger.evaluate(bare(draft))}


def second_opinion(ledger: Ledger, draft: Draft) -> dict[tuple[str, int], Units]:
    """The units of every script of the transaction, by uplc."""
    pytest.importorskip("uplc")
    return second_machine.units(bare(draft), ledger.state.utxo, ENVIRONMENT)


@pytest.fixture(scope="module")
def scalus() -> Iterator[Scalus]:
    with scalus_ledger.running() as process:
        yield process


@pytest.mark.skipif(not scalus_ledger.INSTALLED, reason="scalus is not installed: make test-peers")
def test_another_machine_allows_exactly_what_ours_does_at_the_same_units(scalus: Scalus) -> None:
    seen = Counter[bool]()

    @settings(_generated, max_examples=500)
    @given(attempts())
    def check(attempt: Attempt) -> None:
        draft = attempt.draft()
        theirs = scalus.evaluate(bare(draft), BENCH.ledger.state.utxo, ENVIRONMENT)
        assert theirs.accepted == accepted(BENCH, draft), theirs.error
        if theirs.accepted:
            assert theirs.units == first_opinion(BENCH.ledger, draft)
        seen[theirs.accepted] += 1

    check()
    assert seen[True]
    assert seen[False]


def test_releases_cost_what_a_second_machine_says() -> None:
    @settings(_generated, max_examples=25)
    @given(due())
    def check(attempt: Attempt) -> None:
        draft = attempt.draft()
        assert second_opinion(BENCH.ledger, draft) == first_opinion(BENCH.ledger, draft)

    check()


@pytest.mark.parametrize("signatures", [1, 3, 16])
def test_attestations_cost_what_a_second_machine_says(signatures: int) -> None:
    bench = Workbench()
    oracles = [signing_key(number) for number in range(1, signatures + 1)]
    programme = bench.programme([b"first", b"second"], [oracle.hash for oracle in oracles])
    page = bench.page([Row(0, 0, 0, 1)], [base_address(0)], [Vesting(NOW, 1, 1)])
    draft = bench.attest(bench.lay(programme, page), [0, 1], oracles)
    assert second_opinion(bench.ledger, draft) == first_opinion(bench.ledger, draft)


@pytest.mark.parametrize("ground", Ground)
def test_closings_cost_what_a_second_machine_says(ground: Ground) -> None:
    bench = Workbench()
    programme = proven(bench.programme([b"first", b"second"], [signing_key(1).hash]), 0)
    rows = [Row(number, number % 2, 0, 10) for number in range(30)]
    page = bench.page(rows, map(base_address, range(30)), [Vesting(NOW, 1, 5)])
    promise = bench.lay(programme, page, [5] * 30)
    draft = bench.close(promise, ground, EXPIRY * 2)
    assert second_opinion(bench.ledger, draft) == first_opinion(bench.ledger, draft)


def test_a_second_machine_refuses_too() -> None:
    bench = Workbench()
    programme = bench.programme([b"first"], [signing_key(1).hash])
    page = bench.page([Row(0, 0, 0, 10)], [base_address(0)], [Vesting(NOW, 1, 1)])
    promise = bench.lay(programme, page)
    early = bench.close(promise, Ground.LONG_EXPIRED, page.expiry)
    late = bench.close(promise, Ground.LONG_EXPIRED, page.expiry * 2)
    assert second_opinion(bench.ledger, late)
    with pytest.raises(second_machine.SecondMachineRefused):
        second_opinion(bench.ledger, early)
