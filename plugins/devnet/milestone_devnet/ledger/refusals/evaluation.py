"""Failures of an evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..model import Pointer, TxIn
from ..ogmios_json import (
    pointer_json,
    reference_json,
)
from .errors import EvaluationFailed, LedgerError


def evaluation_impossible(reason: str) -> EvaluationFailed:
    """No script could be run at all (3004)."""
    message = "The transaction cannot be turned into what scripts are shown."
    return EvaluationFailed(3004, message, {"reason": reason})


def evaluation_failed(errors: Mapping[Pointer, LedgerError]) -> EvaluationFailed:
    """Some scripts failed (3010); ``errors`` has one error for each."""
    return EvaluationFailed(
        3010,
        "Some scripts of the transaction failed.",
        [
            {"validator": pointer_json(pointer), "error": error.as_json()}
            for pointer, error in errors.items()
        ],
    )


def script_missing(pointers: Iterable[Pointer]) -> LedgerError:
    return LedgerError(
        3011,
        "A script is neither among the witnesses nor referenced.",
        {"missingScripts": [pointer_json(pointer) for pointer in pointers]},
    )


def script_failed(error: str, traces: Iterable[str]) -> LedgerError:
    return LedgerError(
        3012,
        "The script said no. 'data.traces' has what it traced.",
        {"validationError": error, "traces": list(traces)},
    )


def unsuitable_output_reference(reference: TxIn) -> LedgerError:
    return LedgerError(
        3013,
        "A redeemer points to an input that no Plutus script locks. Inputs are counted in the "
        "ledger's order: by transaction id, then by index.",
        {"unsuitableOutputReference": reference_json(reference)},
    )
