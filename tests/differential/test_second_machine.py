"""A second Plutus machine, PyPI ``uplc``, on contexts that the devnet's ledger makes by itself.

Neither shares code with the evaluator (Aiken's) that gives the units everywhere else: the machine
is written in Python, and the contexts are built by ``script_context``. Its ``serialiseData`` is
wrong for lists that are not empty, so that what mints an identity token cannot be asked.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bare import bare
from local_ledger import Ledger
from milestone_core.domain.chain import Units
from milestone_core.domain.distribution import Row
from milestone_core.domain.vesting import Vesting
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.reclaim import Ground
from milestone_devnet.ledger import Environment, SlotConfig, decode_transaction, default_parameters
from milestone_devnet.ledger.context import Surroundings
from milestone_devnet.ledger.script_context import script_context
from workbench import EXPIRY, NOW, Workbench, base_address, proven, signing_key

from .releases import Attempt
from .test_releases import BENCH, due

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

uplc: Any = pytest.importorskip("uplc.tools")
ast: Any = pytest.importorskip("uplc.ast")
ENVIRONMENT = Environment(default_parameters(), 0, SlotConfig(0, 0, 1))


def first_opinion(ledger: Ledger, draft: Draft) -> dict[tuple[str, int], Units]:
    return {(a.purpose, a.index): a.units for a in ledger.evaluate(bare(draft))}


def second_opinion(ledger: Ledger, draft: Draft) -> dict[tuple[str, int], Units]:
    """The units of every script of the transaction."""
    around = Surroundings(decode_transaction(bare(draft)), ledger.state.utxo, ENVIRONMENT)
    found = {}
    for need in around.plutus_needs:
        program = uplc.unflatten(around.scripts[need.script_hash].raw)
        context = ast.data_from_cbor(script_context(around, need.pointer))
        outcome = uplc.eval(program, context)
        assert not isinstance(outcome.result, Exception), outcome.result
        purpose, index = need.pointer
        found[purpose.value, index] = Units(outcome.cost.memory, outcome.cost.cpu)
    return found


def test_releases_cost_what_a_second_machine_says() -> None:
    @settings(
        max_examples=25,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
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
    with pytest.raises(AssertionError):
        second_opinion(bench.ledger, early)
