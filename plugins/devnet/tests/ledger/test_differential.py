"""This ledger against an independent one: the emulator of npm ``scalus`` 0.17.0.

``npm install`` in the folder ``scalus`` beside this file installs it. Its parameters are fixed, and
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
from hypothesis import strategies as st

from milestone_devnet.judging.conformance import utxo_differences
from milestone_devnet.judging.vectors import utxo_of
from milestone_devnet.judging.verdict import UNDECODABLE, Verdict, judge
from milestone_devnet.ledger import (
    Account,
    Credential,
    Environment,
    LedgerState,
    SlotConfig,
    TxIn,
    TxOut,
    default_parameters,
)

from .drafts import ACCOUNT, REWARDS
from .spoilers import SPOILERS, Case, cases, unspoiled, utxo_bytes
from .world import ADA, SLOT, STATE

FOLDER = Path(__file__).parent / "scalus"
NODE = shutil.which("node")
TRANSACTIONS = 2_000
_POINTERS = (4, 5)
UTXO = utxo_bytes(STATE)
ACCOUNTS = {Credential(is_key=False, hash=ACCOUNT[1:]): Account(2 * ADA, REWARDS)}
ENVIRONMENT = Environment(default_parameters(), SLOT, SlotConfig(0))

Answer = dict[str, Any]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(NODE is None, reason="there is no node"),
    pytest.mark.skipif(
        not (FOLDER / "node_modules" / "scalus").is_dir(),
        reason=f"scalus is not installed: npm install in {FOLDER.name}/ beside this test",
    ),
]

# Rules that Scalus does not have, by the spoiler that breaks them: the rule, and where it is.
UNKNOWN_TO_SCALUS: Mapping[str, tuple[str, str]] = {
    "_script_of_another_language": (
        "MalformedScripts",
        "Plutus V2 has version 1.0.0 of the core only (plcVersionsAvailableIn of Plutus).",
    ),
    "_output_with_an_endless_pointer": (
        UNDECODABLE,
        "A pointer has 32, 16 and 16 bits (decodePtr of cardano-ledger, from version 9 on).",
    ),
    "_wrong_treasury": (
        "TreasuryWithdrawalMismatch",
        "ConwayTreasuryValueMismatch of rule LEDGER; Scalus has no treasury.",
    ),
    "_unknown_pool": (
        "UnknownStakePool",
        "DelegateeStakePoolNotRegisteredDELEG of rule DELEG.",
    ),
    "_unknown_representative": (
        "UnknownCredential",
        "DelegateeDRepNotRegisteredDELEG of rule DELEG, from version 10 on.",
    ),
    "_retires_nobody": ("DRepNotRegistered", "ConwayDRepNotRegistered of rule GOVCERT."),
}
# Where the two may differ: what was done to the transaction or what they say, and why.
EXPLAINED: Mapping[str, tuple[Callable[[Case, Verdict, Answer], bool], str]] = {
    "a rule that Scalus does not have": (
        lambda case, ours, _: (
            UNKNOWN_TO_SCALUS.get(case.spoiled_by.split(",")[0], ("", ""))[0] == ours.rule
        ),
        "See UNKNOWN_TO_SCALUS.",
    ),
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
            question = {
                "utxo": UTXO.hex(),
                "slot": SLOT,
                "transaction": transaction.hex(),
                "accounts": [ACCOUNT[1:].hex()],
                "rewards": REWARDS,
            }
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            answer: Answer = json.loads(process.stdout.readline())
            return answer

        yield ask


def test_both_ledgers_say_the_same_and_keep_the_same_outputs(
    scalus: Callable[[bytes], Answer],
) -> None:
    seen: Counter[str] = Counter()

    def compare(case: Case) -> None:
        state = LedgerState(utxo_of(UTXO), dict(ACCOUNTS))
        ours, theirs = judge(case.transaction, state, ENVIRONMENT), scalus(case.transaction)
        seen["accepted" if ours.accepted else "refused"] += 1
        if ours.accepted != theirs["accepted"]:
            why = explanation(case, ours, theirs)
            assert why, described(case, ours, theirs)
            seen["explained"] += 1
        elif ours.effect is not None:
            state.apply(ours.effect)
            remaining = utxo_of(bytes.fromhex(theirs["remaining"]))
            differences = utxo_differences(comparable(state.utxo), comparable(remaining))
            assert not differences, differences
        if case.spoiled_by == "_nothing":
            assert ours.accepted, described(case, ours, theirs)

    _compare(compare, unspoiled(), TRANSACTIONS // 3)
    for spoiler in SPOILERS:
        _compare(compare, cases(spoiler), TRANSACTIONS * 2 // 3 // len(SPOILERS) + 1)
    print(dict(seen))
    assert seen["accepted"] + seen["refused"] >= TRANSACTIONS
    assert min(seen["accepted"], seen["refused"]) > TRANSACTIONS // 4
    assert seen["explained"] < TRANSACTIONS // 10


def _compare(
    compare: Callable[[Case], None], strategy: st.SearchStrategy[Case], count: int
) -> None:
    """Hypothesis without shrinking: a difference is told as it is, and soon."""
    settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(given(case=strategy)(lambda case: compare(case)))()


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
    """Outputs as values where Scalus encodes them anew: inline data, and pointers in addresses."""
    return {
        reference: replace(
            output,
            datum=None if output.datum is None else repr(cbor2.loads(output.datum)).encode(),
            address=output.address[:29] if output.address[0] >> 4 in _POINTERS else output.address,
        )
        for reference, output in utxo.items()
    }
