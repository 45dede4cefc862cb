"""This ledger against an independent one: the emulator of npm ``scalus`` 0.17.0.

``npm ci`` in the folder ``scalus`` beside this file installs it. Its parameters are fixed, and
are those of the devnet. Transactions near the maximum size are not made: there it differs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from milestone_devnet.judging.conformance import utxo_differences
from milestone_devnet.judging.vectors import utxo_of
from milestone_devnet.judging.verdict import UNDECODABLE, Verdict, judge
from milestone_devnet.ledger import (
    Environment,
    LedgerState,
    SlotConfig,
    TxIn,
    TxOut,
    default_parameters,
)

from .spoilers import SPOILERS, Case, cases, utxo_bytes
from .world import SLOT, STATE

FOLDER = Path(__file__).parent / "scalus"
NODE = shutil.which("node")
TRANSACTIONS = 2_000
UTXO = utxo_bytes(STATE)
ENVIRONMENT = Environment(default_parameters(), SLOT, SlotConfig(0))

Answer = dict[str, Any]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(NODE is None, reason="there is no node"),
    pytest.mark.skipif(
        not (FOLDER / "node_modules" / "scalus").is_dir(),
        reason=f"scalus is not installed: npm ci in {FOLDER.name}/ beside this test",
    ),
]

# Where the two may differ: what was done to the transaction or what they say, and why.
EXPLAINED: Mapping[str, tuple[Callable[[Case, Verdict, Answer], bool], str]] = {
    "an input is named twice": (
        lambda case, ours, _: "_input_twice" in case.spoiled_by and ours.rule == UNDECODABLE,
        "From protocol version 9 on cardano-ledger decodes no set with an element that is there"
        " twice; Scalus makes one of the two.",
    ),
    "metadata hold an integer of more than 63 bits": (
        lambda _case, ours, theirs: ours.accepted and "Expected Long but got" in theirs["error"],
        "cardano-ledger's metadata take all integers of CBOR's 64 bits; Scalus reads a Long.",
    ),
}


@pytest.fixture(scope="module")
def scalus() -> Iterator[Callable[[bytes], Answer]]:
    """Asks Scalus for its verdict on a transaction."""
    assert NODE is not None
    with subprocess.Popen(
        [NODE, "judge.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def ask(transaction: bytes) -> Answer:
            assert process.stdin is not None
            assert process.stdout is not None
            question = {"utxo": UTXO.hex(), "slot": SLOT, "transaction": transaction.hex()}
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            answer: Answer = json.loads(process.stdout.readline())
            return answer

        yield ask


def test_both_ledgers_say_the_same_and_keep_the_same_outputs(
    scalus: Callable[[bytes], Answer],
) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=TRANSACTIONS,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases())
    def compare(case: Case) -> None:
        state = LedgerState(utxo_of(UTXO))
        ours, theirs = judge(case.transaction, state, ENVIRONMENT), scalus(case.transaction)
        seen["accepted" if ours.accepted else "refused"] += 1
        seen[case.spoiled_by] += 1
        if ours.accepted != theirs["accepted"]:
            assert explanation(case, ours, theirs), described(case, ours, theirs)
            seen["explained"] += 1
        elif ours.effect is not None:
            state.apply(ours.effect)
            remaining = utxo_of(bytes.fromhex(theirs["remaining"]))
            differences = utxo_differences(comparable(state.utxo), comparable(remaining))
            assert not differences, differences
        if case.spoiled_by == "_nothing":
            assert ours.accepted, described(case, ours, theirs)

    compare()
    assert seen["accepted"] + seen["refused"] >= TRANSACTIONS
    assert min(seen["accepted"], seen["refused"]) > TRANSACTIONS // 4
    assert {spoiler.__name__ for spoiler in SPOILERS} <= seen.keys()
    assert seen["explained"] < TRANSACTIONS // 50


def explanation(case: Case, ours: Verdict, theirs: Answer) -> str | None:
    """Why the verdicts differ, None where there is no good reason."""
    return next((why for holds, why in EXPLAINED.values() if holds(case, ours, theirs)), None)


def described(case: Case, ours: Verdict, theirs: Answer) -> str:
    """A disagreement, for whoever has to find out who is right."""
    return (
        f"{case.spoiled_by}: we say {ours.rule} {ours.message}, Scalus says {theirs['error']},"
        f" of {case.transaction.hex()}"
    )


def comparable(utxo: Mapping[TxIn, TxOut]) -> dict[TxIn, TxOut]:
    """Outputs whose inline data are values instead of bytes, because Scalus encodes them anew."""
    return {
        reference: replace(output, datum=repr(cbor2.loads(output.datum)).encode())
        if output.datum is not None
        else output
        for reference, output in utxo.items()
    }
