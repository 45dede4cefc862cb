"""Refusals of a transaction's body against the state and the parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..addresses import address_text
from ..model import AssetId, TxIn, TxOut
from ..ogmios_json import (
    Json,
    lovelace_json,
    output_json,
    value_json,
)
from .errors import Refused, references_json


def _network_name(network_id: int) -> str:
    return "mainnet" if network_id == 1 else "testnet"


def unknown_output_references(references: Iterable[TxIn]) -> Refused:
    return Refused(
        "UnknownOutputReferences",
        3117,
        "Some inputs do not exist, or are spent already.",
        {"unknownOutputReferences": references_json(references)},
        priority=4,
    )


def outside_of_validity_interval(before: int | None, after: int | None, slot: int) -> Refused:
    interval = {"invalidBefore": before, "invalidAfter": after}
    return Refused(
        "OutsideOfValidityInterval",
        3118,
        "The transaction is not valid yet, or no longer.",
        {
            "validityInterval": {k: v for k, v in interval.items() if v is not None},
            "currentSlot": slot,
        },
        priority=2,
    )


def transaction_too_large(measured: int, maximum: int) -> Refused:
    return Refused(
        "TransactionTooLarge",
        3119,
        "The transaction has more bytes than the protocol allows.",
        {
            "measuredTransactionSize": {"bytes": measured},
            "maximumTransactionSize": {"bytes": maximum},
        },
        priority=18,
    )


def value_too_large(outputs: Iterable[TxOut]) -> Refused:
    return Refused(
        "ValueTooLarge",
        3120,
        "Some outputs hold more assets than the protocol allows in one value.",
        {"excessivelyLargeOutputs": [output_json(output) for output in outputs]},
        priority=2,
    )


def empty_input_set() -> Refused:
    return Refused(
        "EmptyInputSet",
        3121,
        "The transaction has no inputs.",
        priority=2,
    )


def transaction_fee_too_small(minimum: int, provided: int) -> Refused:
    return Refused(
        "TransactionFeeTooSmall",
        3122,
        "The fee is below the minimum for the transaction's size, execution units and "
        "reference scripts.",
        {"minimumRequiredFee": lovelace_json(minimum), "providedFee": lovelace_json(provided)},
        priority=19,
    )


def value_not_conserved(
    consumed: tuple[int, Mapping[AssetId, int]], produced: tuple[int, Mapping[AssetId, int]]
) -> Refused:
    return Refused(
        "ValueNotConserved",
        3123,
        "What the transaction consumes (inputs, withdrawals, refunds, minted assets) and what "
        "it produces (outputs, fee, deposits, burned assets) differ.",
        {"valueConsumed": value_json(*consumed), "valueProduced": value_json(*produced)},
        priority=20,
    )


def network_mismatch_of_addresses(network_id: int, addresses: Iterable[bytes]) -> Refused:
    return _network_mismatch(network_id, "address", addresses)


def network_mismatch_of_accounts(network_id: int, accounts: Iterable[bytes]) -> Refused:
    return _network_mismatch(network_id, "rewardAccount", accounts)


def network_mismatch_of_transaction(network_id: int) -> Refused:
    return _network_mismatch(network_id, "transaction", None)


def _network_mismatch(network_id: int, kind: str, culprits: Iterable[bytes] | None) -> Refused:
    data: Json = {"expectedNetwork": _network_name(network_id), "discriminatedType": kind}
    if culprits is not None:
        data["invalidEntities"] = [address_text(culprit) for culprit in culprits]
    return Refused(
        "NetworkMismatch",
        3124,
        "Something in the transaction is for another network.",
        data,
        priority=2,
    )


def insufficiently_funded_outputs(outputs: Iterable[tuple[TxOut, int]]) -> Refused:
    """``outputs``: each with its minimum in lovelace."""
    culprits = [
        {"output": output_json(output), "minimumRequiredValue": lovelace_json(minimum)}
        for output, minimum in outputs
    ]
    return Refused(
        "InsufficientlyFundedOutputs",
        3125,
        "Some outputs hold less lovelace than their size demands.",
        {"insufficientlyFundedOutputs": culprits},
        priority=17,
    )


def bootstrap_attributes_too_large(outputs: Iterable[TxOut]) -> Refused:
    return Refused(
        "BootstrapAttributesTooLarge",
        3126,
        "Some Byron addresses have attributes of more than 64 bytes.",
        {"bootstrapOutputs": [output_json(output) for output in outputs]},
        priority=2,
    )


def conflicting_inputs_and_references(references: Iterable[TxIn]) -> Refused:
    return Refused(
        "ConflictingInputsAndReferences",
        3164,
        "Some inputs are reference inputs as well.",
        {"conflictingReferences": references_json(references)},
        priority=0,
    )


def reference_scripts_too_large(measured: int, maximum: int) -> Refused:
    return Refused(
        "ReferenceScriptsTooLarge",
        3166,
        "The scripts that the inputs and reference inputs carry are larger than allowed.",
        {
            "measuredReferenceScriptsSize": {"bytes": measured},
            "maximumReferenceScriptsSize": {"bytes": maximum},
        },
        priority=3,
    )
