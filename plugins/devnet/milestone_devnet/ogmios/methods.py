"""The methods that need nothing but the chain: queries, submission, evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from milestone_devnet.chain.chain import Chain
from milestone_devnet.clock import iso_time
from milestone_devnet.ledger import EvaluationFailed, TxIn, TxOut, decode_transaction
from milestone_devnet.ledger.model import ExUnits, Pointer
from milestone_devnet.ledger.ogmios_json import (
    output_json,
    pointer_json,
    reference_json,
    units_json,
)
from milestone_devnet.network import EPOCH_LENGTH, SAFE_ZONE, SYSTEM_START_MS, epoch_of
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios.parameters import parameters_json, shelley_genesis_json
from milestone_devnet.ogmios.rpc import InvalidRequest

Json = dict[str, Any]
Params = Mapping[str, Any]

_ERAS_BEFORE_CONWAY = ("byron", "shelley", "allegra", "mary", "alonzo", "babbage")
_ERAS_WITH_GENESIS = ("byron", "shelley", "alonzo", "conway", "dijkstra")
_BYRON_PARAMETERS: Json = {
    "epochLength": 4320,
    "slotLength": {"milliseconds": 20_000},
    "safeZone": 864,
}
_SHELLEY_PARAMETERS: Json = {
    "epochLength": EPOCH_LENGTH,
    "slotLength": {"milliseconds": 1000},
    "safeZone": SAFE_ZONE,
}


class MethodError(Exception):
    """A method's own error, which is neither the request's nor the ledger's."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


def _tip(chain: Chain, params: Params) -> Json:
    read.nothing(params)
    return {"slot": chain.tip.slot, "id": chain.tip.hash.hex()}


def _block_height(chain: Chain, params: Params) -> int:
    read.nothing(params)
    return chain.tip.height


def _start_time(_chain: Chain, params: Params) -> str:
    read.nothing(params)
    return iso_time(SYSTEM_START_MS)


def _genesis(chain: Chain, params: Params) -> Json:
    era = read.field(params, "era", str).lower()
    if era not in _ERAS_WITH_GENESIS:
        raise InvalidRequest(f"unknown era {era[:50]!r}")
    if era != "shelley":
        raise MethodError(
            2004,
            "Failed to retrieve genesis configuration.",
            f"the devnet has a Shelley genesis only, none of {era}",
        )
    return shelley_genesis_json(chain.parameters)


def _epoch(chain: Chain, params: Params) -> int:
    read.nothing(params)
    return epoch_of(chain.tip.slot)


def _era_summaries(chain: Chain, params: Params) -> list[Json]:
    """All eras from the system's start on, as on a network that was born in Conway.

    The end of the current era is how far the ledger vouches for it: the first epoch boundary
    beyond the safe zone.
    """
    read.nothing(params)
    past = [
        {
            "start": _bound(0),
            "end": _bound(0),
            "parameters": _BYRON_PARAMETERS if era == "byron" else _SHELLEY_PARAMETERS,
        }
        for era in _ERAS_BEFORE_CONWAY
    ]
    horizon = (epoch_of(chain.tip.slot + SAFE_ZONE) + 1) * EPOCH_LENGTH
    conway = {"start": _bound(0), "end": _bound(horizon), "parameters": _SHELLEY_PARAMETERS}
    return [*past, conway]


def _bound(slot: int) -> Json:
    return {"time": {"seconds": slot}, "slot": slot, "epoch": epoch_of(slot)}


def _protocol_parameters(chain: Chain, params: Params) -> Json:
    read.nothing(params)
    return parameters_json(chain.parameters)


def _utxo(chain: Chain, params: Params) -> list[Json]:
    """By references, by addresses, or everything; of the newest block, not of the mempool."""
    unspent = chain.state.utxo
    found: Mapping[TxIn, TxOut]
    if "outputReferences" in params:
        wanted = {read.reference(e) for e in read.field(params, "outputReferences", list)}
        found = {reference: unspent[reference] for reference in wanted if reference in unspent}
    elif "addresses" in params:
        addresses = {read.address(e) for e in read.field(params, "addresses", list)}
        found = {ref: output for ref, output in unspent.items() if output.address in addresses}
    else:
        read.nothing(params)
        found = unspent
    return [reference_json(ref) | output_json(output) for ref, output in sorted(found.items())]


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


METHODS: Mapping[str, Callable[[Chain, Params], Any]] = {
    "queryNetwork/tip": _tip,
    "queryNetwork/blockHeight": _block_height,
    "queryNetwork/startTime": _start_time,
    "queryNetwork/genesisConfiguration": _genesis,
    "queryLedgerState/tip": _tip,
    "queryLedgerState/epoch": _epoch,
    "queryLedgerState/eraSummaries": _era_summaries,
    "queryLedgerState/protocolParameters": _protocol_parameters,
    "queryLedgerState/utxo": _utxo,
    "submitTransaction": _submit,
    "evaluateTransaction": _evaluate,
}
