"""``submitTransaction`` and ``evaluateTransaction``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from milestone_devnet.chain.chain import Chain
from milestone_devnet.ledger import EvaluationFailed, TxIn, TxOut, decode_transaction
from milestone_devnet.ledger.model import ExUnits, Pointer
from milestone_devnet.ledger.ogmios_json import (
    output_json,
    pointer_json,
    reference_json,
    units_json,
)
from milestone_devnet.ogmios import params as read

Json = dict[str, Any]
Params = Mapping[str, Any]


def _submit(chain: Chain, params: Params) -> Json:
    transaction_id = chain.submit(read.transaction_bytes(params))
    return {"transaction": {"id": transaction_id.hex()}}


def _evaluate(chain: Chain, params: Params) -> list[Json]:
    transaction = decode_transaction(read.transaction_bytes(params))
    additional = read.utxo(read.optional(params, "additionalUtxo", list) or [])
    _refuse_overlaps(chain, additional)
    return [
        {
            "validator": pointer_json(Pointer(evaluation.purpose, evaluation.index)),
            "budget": units_json(ExUnits(evaluation.memory, evaluation.cpu)),
        }
        for evaluation in chain.evaluate(transaction, additional)
    ]


def _refuse_overlaps(chain: Chain, additional: Mapping[TxIn, TxOut]) -> None:
    """Given outputs may repeat the ledger's, but not contradict them."""
    differing = [
        reference
        for reference, output in sorted(additional.items())
        if (known := chain.state.utxo.get(reference)) is not None
        and output_json(known) != output_json(output)
    ]
    if differing:
        raise EvaluationFailed(
            3002,
            "Some user-provided additional UTxO entries overlap with those that exist in the"
            " ledger, and differ from them.",
            {"overlappingOutputReferences": [reference_json(ref) for ref in differing]},
        )


SUBMISSION: Mapping[str, Callable[[Chain, Params], Any]] = {
    "submitTransaction": _submit,
    "evaluateTransaction": _evaluate,
}
