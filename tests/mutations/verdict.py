"""What the ledger says of a case, and on which ground."""

from __future__ import annotations

import re
from dataclasses import dataclass

from milestone_devnet.ledger import Refused, decode_transaction, validate

from .case import Case, Target
from .repair import repair

_BROKEN = re.compile(r"(\w+) \? False")
_SCRIPT = re.compile(r"(\w+)\[(\d+)\] failed: ", re.DOTALL)
_SCRIPTS_SAID_NO = "SpendsMismatch"


class BadTest(AssertionError):
    """The ledger did not get as far as the scripts: the case is broken, not the contract."""


@dataclass(frozen=True)
class Verdict:
    """``refused_by`` is the purpose of the script that said no, None if the transaction is valid.

    ``broken`` are the rules that a traced build names, innermost first; ``reason`` is all it said.
    """

    refused_by: str | None = None
    broken: tuple[str, ...] = ()
    reason: str = ""

    @property
    def accepted(self) -> bool:
        return self.refused_by is None


def judge(case: Case) -> Verdict:
    """Ask the ledger.

    :raises BadTest: a rule of the ledger itself is broken.
    """
    whole = repair(case)
    try:
        validate(decode_transaction(whole.transaction), whole.state, whole.environment)
    except Refused as refusal:
        if refusal.rule != _SCRIPTS_SAID_NO:
            raise BadTest(f"{refusal.rule}: {refusal.message} {refusal.data}") from refusal
        reason = str(refusal.data["mismatchReason"])
        failed = _SCRIPT.search(reason)
        assert failed, reason
        return Verdict(failed[1], tuple(_BROKEN.findall(reason)), reason[failed.end() :])
    return Verdict()


__all__ = ["BadTest", "Target", "Verdict", "judge"]
