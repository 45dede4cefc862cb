"""A Cardano ledger for one process: decode, validate, evaluate (Conway, protocol version 10).

It holds no clock and does no I/O. The state is a ``LedgerState``; ``validate`` reads it and
returns the ``Effect`` of a transaction, which the caller applies (and can undo).

What Conway has and this ledger refuses in plain words: votes and proposals; certificates of
pools, delegate representatives and the committee; and beside Plutus V1 or V2 scripts: native
scripts, reference scripts that nobody needs (V2), and certificate 7 for such a script.
"""

from __future__ import annotations

from .model import (
    AssetId,
    Body,
    Certificate,
    Credential,
    Evaluation,
    ExUnits,
    Language,
    Pointer,
    Purpose,
    Redeemer,
    Script,
    Transaction,
    TxIn,
    TxOut,
    WitnessSet,
)
from .parameters import Parameters, SlotConfig, default_parameters
from .refusals import DeserialisationFailure, EvaluationFailed, Refused
from .state import Account, Effect, Environment, LedgerState, LedgerView, UtxoView
from .transaction import decode_output, decode_transaction
from .validate import evaluate, validate

__all__ = [
    "Account",
    "AssetId",
    "Body",
    "Certificate",
    "Credential",
    "DeserialisationFailure",
    "Effect",
    "Environment",
    "Evaluation",
    "EvaluationFailed",
    "ExUnits",
    "Language",
    "LedgerState",
    "LedgerView",
    "Parameters",
    "Pointer",
    "Purpose",
    "Redeemer",
    "Refused",
    "Script",
    "SlotConfig",
    "Transaction",
    "TxIn",
    "TxOut",
    "UtxoView",
    "WitnessSet",
    "decode_output",
    "decode_transaction",
    "default_parameters",
    "evaluate",
    "validate",
]
