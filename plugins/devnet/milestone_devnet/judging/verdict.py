"""What the ledger says about a transaction, as a value instead of an exception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from milestone_devnet.ledger import (
    DeserialisationFailure,
    Effect,
    Environment,
    LedgerView,
    Refused,
    decode_transaction,
    validate,
)

UNDECODABLE = "DeserialisationFailure"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a transaction is accepted, with its effect; if not, by which rule and why.

    A transaction that declares its scripts to fail, and whose scripts do, is accepted without
    being ``valid``: it loses its collateral.
    """

    effect: Effect | None
    rule: str | None = None
    message: str | None = None
    data: Any = None

    @property
    def accepted(self) -> bool:
        return self.effect is not None

    @property
    def valid(self) -> bool:
        return self.effect is not None and self.effect.valid


def judge(transaction: bytes, state: LedgerView, environment: Environment) -> Verdict:
    """Judge the bytes of a transaction against a state, which is only read."""
    try:
        return Verdict(validate(decode_transaction(transaction), state, environment))
    except DeserialisationFailure as failure:
        return Verdict(None, UNDECODABLE, failure.message, failure.data)
    except Refused as refusal:
        return Verdict(None, refusal.rule, refusal.message, refusal.data)
