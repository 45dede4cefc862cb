"""Healthy and mutated transactions before another ledger and two other Plutus machines.

``make test-peers`` installs both: npm ``scalus``, a ledger with a machine, and PyPI ``uplc``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import cbor2
import pytest

import scalus_ledger
import second_machine
from milestone_core.domain.chain import Units
from milestone_core.onchain.blueprint import load_blueprint
from milestone_core.onchain.contract import Contract, load_contract
from milestone_devnet.ledger import decode_transaction, evaluate
from scalus_ledger import Opinion, Scalus

from .actions import ACTIONS
from .every import MUTATIONS
from .mutation import Action, Mutation, Pool
from .repair import Whole, repair
from .verdict import judge

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
needs_scalus = pytest.mark.skipif(
    not scalus_ledger.INSTALLED, reason="scalus is not installed: make test-peers"
)

SAMPLES = int(os.environ.get("SAMPLES", "3"))
HEALTHY = 10 * SAMPLES
POOL = Pool(max(40, HEALTHY), 0)
CONTRACT: Contract = load_contract(
    load_blueprint(Path(__file__).parents[2] / "contracts/plutus.json"), 0
)

Explains = Callable[[Mutation, Opinion], bool]
EXPLAINED: dict[str, Explains] = {
    "Scalus tells scripts nothing of a stake pointer, cardano-ledger does (TxInfo's StakingPtr)": (
        lambda mutation, theirs: theirs.accepted and mutation.name.endswith(" a pointer")
    ),
    "Scalus reads no quantity above 2^63 - 1": (
        lambda mutation, theirs: (
            mutation.name == "76 a sum of 2^63" and "Expected Long but got OverLong" in theirs.error
        )
    ),
}


@pytest.fixture(scope="module")
def scalus() -> Iterator[Scalus]:
    with scalus_ledger.running() as process:
        yield process


def first_opinion(whole: Whole) -> dict[tuple[str, int], Units]:
    """The units of Aiken's machine."""
    found = evaluate(decode_transaction(whole.transaction), whole.state.utxo, whole.environment)
    return {(one.purpose.value, one.index): Units(one.memory, one.cpu) for one in found}


def healthy(action: Action, number: int) -> Iterator[tuple[Whole, frozenset[bytes]]]:
    for sample in islice(POOL.samples(action), number):
        case = sample.build(CONTRACT)
        yield repair(case), case.accounts


@needs_scalus
@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_another_ledger_accepts_what_is_healthy_at_the_same_units(
    action: Action, scalus: Scalus
) -> None:
    for whole, accounts in healthy(action, HEALTHY):
        theirs = scalus.judge(whole.transaction, whole.state.utxo, whole.environment, accounts)
        assert theirs.accepted, theirs.error
        assert theirs.units == first_opinion(whole)


@needs_scalus
@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_another_ledger_refuses_what_the_contract_refuses(
    mutation: Mutation, scalus: Scalus
) -> None:
    asked = 0
    for sample in islice(POOL.samples(mutation.group), 200 * SAMPLES):
        case = mutation.apply(sample, CONTRACT)
        if case is None:
            continue
        assert not judge(case).accepted
        whole = repair(case)
        theirs = scalus.judge(whole.transaction, whole.state.utxo, whole.environment, case.accounts)
        explained = any(explains(mutation, theirs) for explains in EXPLAINED.values())
        assert explained or theirs.refused_by_a_script, (theirs.error, sample)
        asked += 1
        if asked == SAMPLES:
            return
    pytest.fail("no sample has what is to be changed")


@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_a_second_machine_finds_the_same_units(action: Action) -> None:
    pytest.importorskip("uplc")
    for whole, _ in healthy(action, SAMPLES):
        theirs = second_machine.units(whole.transaction, whole.state.utxo, whole.environment)
        assert theirs == first_opinion(whole)


VOTE, PROPOSAL = 4, 5


def asked_to(constructor: int) -> Callable[[bytes], bytes]:
    """The same context, but that the script runs for a vote or a proposal."""
    voter = cbor2.CBORTag(121, [cbor2.CBORTag(122, [b"\x01" * 28])])
    fields = [voter] if constructor == VOTE else [0, voter]

    def alter(context: bytes) -> bytes:
        known = cbor2.loads(context)
        content = [*known.value[:2], cbor2.CBORTag(121 + constructor, fields)]
        return cbor2.dumps(cbor2.CBORTag(known.tag, content))

    return alter


@pytest.mark.parametrize("purpose", [VOTE, PROPOSAL], ids=["vote", "proposal"])
@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_no_script_of_ours_votes_or_proposes(action: Action, purpose: int) -> None:
    """What is a good redeemer for something else, with all that goes with it."""
    pytest.importorskip("uplc")
    for whole, _ in healthy(action, 1):
        with pytest.raises(second_machine.SecondMachineRefused):
            second_machine.units(
                whole.transaction, whole.state.utxo, whole.environment, asked_to(purpose)
            )
