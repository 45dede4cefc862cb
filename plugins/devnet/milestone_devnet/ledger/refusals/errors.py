"""Every way in which the ledger says no, as the JSON-RPC error that Ogmios would send.

Codes, ``data`` and the order of relevance are those of Ogmios (its ``ogmios.json`` schema);
the messages say the same in our own words. A transaction may break many rules at once, and
often one breach causes the others: like Ogmios, we report the most telling one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..model import TxIn
from ..ogmios_json import Json, reference_json


class LedgerError(Exception):
    """An answer of Ogmios's shape: ``code``, ``message`` and JSON-able ``data`` (or ``None``)."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def as_json(self) -> Json:
        """The ``error`` member of a JSON-RPC answer."""
        error: Json = {"code": self.code, "message": self.message}
        return error if self.data is None else error | {"data": self.data}


class DeserialisationFailure(LedgerError):
    """The bytes are no transaction (-32602)."""

    @classmethod
    def of_transaction(cls, reason: str) -> DeserialisationFailure:
        """A failure whose reason is about Conway, the only era that is tried here."""
        message = f"The transaction cannot be decoded: {reason}. 'data' has the reason per era."
        return cls(-32602, message, {"conway": reason})


class Refused(LedgerError):
    """A transaction breaks a rule; ``rule`` is the name of the error in Ogmios's schema.

    ``priority`` is Ogmios's: of several failures the one with the lowest is reported.
    """

    def __init__(
        self, rule: str, code: int, message: str, data: Any = None, *, priority: int = 1
    ) -> None:
        super().__init__(code, message, data)
        self.rule = rule
        self.priority = priority

    @staticmethod
    def most_telling(failures: Iterable[Refused]) -> Refused | None:
        """The failure to report: the first of those with the lowest priority."""
        return min(failures, key=lambda failure: failure.priority, default=None)


class EvaluationFailed(LedgerError):
    """Scripts did not succeed (``evaluateTransaction``'s errors, 3004 or 3010)."""


def hexes(hashes: Iterable[bytes]) -> list[str]:
    """Hashes or keys in hex, sorted."""
    return sorted(value.hex() for value in hashes)


def references_json(references: Iterable[TxIn]) -> list[Json]:
    """Output references in the ledger's order."""
    return [reference_json(reference) for reference in sorted(references)]
