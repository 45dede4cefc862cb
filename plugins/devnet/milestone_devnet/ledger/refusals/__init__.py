"""Every way in which the ledger says no, one constructor for each of Ogmios's errors."""

from __future__ import annotations

from .errors import DeserialisationFailure, EvaluationFailed, LedgerError, Refused

__all__ = ["DeserialisationFailure", "EvaluationFailed", "LedgerError", "Refused"]
