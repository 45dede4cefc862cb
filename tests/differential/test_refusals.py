"""Only a script that says no is a refusal: what could not be run at all proves nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from milestone_core.domain.chain import OutputReference
from milestone_core.domain.distribution import Row
from milestone_core.domain.release import Claim
from milestone_core.domain.vesting import Vesting
from milestone_core.transactions.draft import Draft
from milestone_devnet.ledger import EvaluationFailed
from workbench import NOW, Promise, Workbench, base_address, proven, signing_key

from .releases import accepted

BENCH = Workbench()


def promise() -> Promise:
    programme = proven(BENCH.programme([b"first"], [signing_key(1).hash]))
    page = BENCH.page([Row(0, 0, 0, 10)], [base_address(0)], [Vesting(NOW, 1, 1)])
    return BENCH.lay(programme, page)


def test_an_output_that_is_not_there_is_no_refusal() -> None:
    draft = BENCH.release(promise(), [Claim(0, 1)])
    gone = replace(draft.reference_inputs[0], reference=OutputReference(bytes(32), 0))
    draft = replace(draft, wallet_inputs=(gone,))
    with pytest.raises(EvaluationFailed):
        accepted(BENCH, draft)


def test_a_script_that_is_not_there_is_no_refusal() -> None:
    draft = BENCH.release(promise(), [Claim(0, 1)])
    without = tuple(u for u in draft.reference_inputs if u.output.script is None)
    assert len(without) < len(draft.reference_inputs)
    with pytest.raises(EvaluationFailed):
        accepted(BENCH, replace(draft, reference_inputs=without))


def with_vesting(index: int) -> Draft:
    """A registration whose only row names that vesting."""
    found = promise()
    return BENCH.register(replace(found, page=replace(found.page, rows=(Row(0, 0, index, 10),))))


@pytest.mark.parametrize("index", [2**31, 2**63, 2**64, 2**70, -1, -(2**64)])
def test_an_index_outside_the_table_is_refused_by_the_script_itself(index: int) -> None:
    assert not accepted(BENCH, with_vesting(index))


def test_a_machine_that_breaks_is_no_refusal() -> None:
    """Ours does on an index of hundreds of digits. The chain's says that there is none."""
    with pytest.raises(EvaluationFailed):
        accepted(BENCH, with_vesting(2**600))
