"""A second ledger with a Plutus machine of its own: npm ``scalus``, through node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cbor2

from milestone_core.domain.chain import Units
from milestone_devnet.ledger import Environment, Language, TxIn, TxOut, decode_transaction

FOLDER = Path(__file__).parents[1] / "plugins/devnet/tests/ledger/scalus"
INSTALLED = shutil.which("node") is not None and (FOLDER / "node_modules" / "scalus").is_dir()
_PURPOSES = {"Spend": "spend", "Mint": "mint", "Cert": "publish", "Reward": "withdraw"}

Pointer = tuple[str, int]


@dataclass(frozen=True)
class Opinion:
    """What Scalus says. ``units`` are those of every script, where it accepts."""

    accepted: bool
    error: str
    units: Mapping[Pointer, Units]

    @property
    def refused_by_a_script(self) -> bool:
        """Whether one of the scripts said no, and not Scalus itself for a reason of its own."""
        return self.error.startswith("Plutus script validation failed")


class Scalus:
    """A running process that is asked again and again. Slots last a millisecond."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def judge(
        self,
        transaction: bytes,
        utxo: Mapping[TxIn, TxOut],
        environment: Environment,
        accounts: Collection[bytes] = (),
    ) -> Opinion:
        """Submit a transaction; ``accounts`` are the staking scripts that are registered."""
        return self._ask(
            transaction, utxo, environment, accounts=[account.hex() for account in accounts]
        )

    def evaluate(
        self, transaction: bytes, utxo: Mapping[TxIn, TxOut], environment: Environment
    ) -> Opinion:
        """Run the scripts of a transaction, and ask for nothing else of it."""
        return self._ask(transaction, utxo, environment, onlyScripts=True)

    def _ask(
        self,
        transaction: bytes,
        utxo: Mapping[TxIn, TxOut],
        environment: Environment,
        **more: Any,
    ) -> Opinion:
        models = environment.parameters.cost_models
        question = {
            "transaction": transaction.hex(),
            "utxo": _encoded(transaction, utxo).hex(),
            "slot": environment.slot,
            "slotLength": 1,
            "costModels": [list(models[language]) for language in Language if language in models],
            **more,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        found = {
            (_PURPOSES[tag], index): Units(memory, steps)
            for tag, index, memory, steps in answer["units"] or ()
        }
        return Opinion(answer["accepted"], answer["error"] or "", found)


@contextmanager
def running() -> Iterator[Scalus]:
    """Scalus, as long as the block lasts."""
    with subprocess.Popen(
        ["node", "judge.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Scalus(process)
        finally:
            process.terminate()


def _encoded(transaction: bytes, utxo: Mapping[TxIn, TxOut]) -> bytes:
    """The outputs that a transaction names, as the CBOR of a map."""
    body = decode_transaction(transaction).body
    named = {*body.inputs, *body.reference_inputs, *body.collateral}
    entries = (
        cbor2.dumps([reference.transaction_id, reference.index]) + utxo[reference].raw
        for reference in named & utxo.keys()
    )
    return b"\xbf" + b"".join(entries) + b"\xff"
