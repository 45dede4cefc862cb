"""A Cardano ledger for one process: decode, validate, evaluate (Conway, protocol version 10).

It holds no clock and does no I/O. The state is a ``LedgerState``; ``validate`` reads it and
returns the ``Effect`` of a transaction, which the caller applies (and can undo).

What Conway has and this ledger refuses in plain words: votes and proposals; certificates of
pools and the committee.
"""

from __future__ import annotations

from .model import (
    Anchor,
    AssetId,
    Body,
    Certificate,
    Credential,
    DefaultVote,
    Evaluation,
    ExUnits,
    Language,
    Pointer,
    Purpose,
    Redeemer,
    Representative,
    Script,
    Transaction,
    TxIn,
    TxOut,
    WitnessSet,
)
from .parameters import Parameters, SlotConfig, default_parameters
from .refusals import DeserialisationFailure, EvaluationFailed, Refused
from .state import (
    Account,
    AccountView,
    Effect,
    Environment,
    LedgerState,
    LedgerView,
    Mandate,
    RepresentativeView,
    UtxoView,
)
from .transaction import decode_output, decode_transaction
from .validate import evaluate, validate

__all__ = [
    "Account",
    "AccountView",
    "Anchor",
    "AssetId",
    "Body",
    "Certificate",
    "Credential",
    "DefaultVote",
    "DeserialisationFailure",
    "Effect",
    "Environment",
    "Evaluation",
    "EvaluationFailed",
    "ExUnits",
    "Language",
    "LedgerState",
    "LedgerView",
    "Mandate",
    "Parameters",
    "Pointer",
    "Purpose",
    "Redeemer",
    "Refused",
    "Representative",
    "RepresentativeView",
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
