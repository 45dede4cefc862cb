"""The errors that Milestone raises on purpose, one exit code each.

    MilestoneError                exit
    ├── BadInput                  2   arguments, a file, an address, an amount, a signature's format
    │   └── BadDocument           2   a file with problems, each with its row and column
    ├── ServiceUnavailable        3   a service is missing, behind, or on another network
    │   └── BadAnswer             3   a service answered what its protocol does not allow
    ├── NotFound                  4   no such schedule, not deployed, nothing at that address
    ├── NotYet                    5   quorum, vesting, nothing claimable
    ├── InsufficientFunds         6   fee, min-ADA, collateral, with the shortfall
    ├── Refused                   7   by the ledger or by the contract
    │   ├── TransactionRefused    7   submission answered with a ledger rule
    │   ├── Overtaken             7   somebody else's transaction spent the same before
    │   └── ScriptRefused         7   a validator said no in evaluation
    ├── OutcomeUnknown            8   sent, and nobody knows yet
    ├── Misconfigured             9   configuration or plugin
    │   ├── CorruptStore          9   a data file that cannot be read
    │   └── BrokenRecord          9   a document in the store that is not what it should be
    ├── Busy                      10  another process holds the write lock, or was faster
    └── Interrupted               130 the user broke it off

Every error says what is wrong (``message``), what to do (``hint``), and carries figures for
programs (``details``, JSON-able). The command line prints the first two and exits with ``exit``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


class MilestoneError(Exception):
    """Base of everything raised on purpose.

    :param message: what is wrong, with the figures, in one sentence.
    :param hint: what to do about it, ideally the next command to type.
    :param details: the same facts for a program: a JSON-able mapping.
    """

    code: ClassVar[str] = "error"
    exit: ClassVar[int] = 1

    def __init__(
        self, message: str, *, hint: str = "", details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, object] = dict(details or {})


class BadInput(MilestoneError):
    """Something that the user gave cannot be used."""

    code = "bad_input"
    exit = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a document.

    ``where`` names the place as the author of the file sees it (``row 3, column amount`` or
    ``milestones[1].id``), ``what`` the reason, ``remedy`` what to write instead.
    """

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.remedy})" if self.remedy else "")


class BadDocument(BadInput):
    """A file with one or more problems, all of them reported at once."""

    code = "bad_document"

    def __init__(self, source: str, problems: Sequence[Problem], *, hint: str = "") -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            f"{source}: {count}\n{lines}",
            hint=hint,
            details={
                "source": source,
                "problems": [
                    {"where": p.where, "what": p.what, "remedy": p.remedy} for p in problems
                ],
            },
        )
        self.problems = tuple(problems)


class ServiceUnavailable(MilestoneError):
    """A service cannot be reached, is behind, or serves another network. Nothing was sent."""

    code = "service_unavailable"
    exit = 3


class BadAnswer(ServiceUnavailable):
    """A service answered, and the answer is not what its protocol allows."""

    code = "bad_answer"


class NotFound(MilestoneError):
    """What was asked for does not exist here or on chain."""

    code = "not_found"
    exit = 4


class NotYet(MilestoneError):
    """The rules do not allow it yet: quorum, vesting, expiry."""

    code = "not_yet"
    exit = 5


class InsufficientFunds(MilestoneError):
    """The wallet cannot pay; ``details`` names the shortfall in base units."""

    code = "insufficient_funds"
    exit = 6


class Refused(MilestoneError):
    """The ledger or the contract said no."""

    code = "refused"
    exit = 7


class TransactionRefused(Refused):
    """Submission was answered with a ledger rule; nothing happened on chain.

    ``ledger_code`` is the server's number for the rule (Ogmios: 3000 to 3999).
    """

    code = "transaction_refused"

    def __init__(
        self, message: str, *, ledger_code: int, hint: str = "", data: object = None
    ) -> None:
        super().__init__(message, hint=hint, details={"ledger_code": ledger_code, "data": data})
        self.ledger_code = ledger_code
        self.data = data


class Overtaken(Refused):
    """Somebody else's transaction, in a block by now, spent what ours was to spend."""

    code = "overtaken"


class ScriptRefused(Refused):
    """One or more validators refused in evaluation. ``redeemers`` are (purpose, index) pairs."""

    code = "script_refused"

    def __init__(
        self,
        message: str,
        *,
        redeemers: Sequence[tuple[str, int]],
        hint: str = "",
        data: object = None,
    ) -> None:
        pointers = [{"purpose": purpose, "index": index} for purpose, index in redeemers]
        super().__init__(message, hint=hint, details={"redeemers": pointers, "data": data})
        self.redeemers = tuple(redeemers)


class OutcomeUnknown(MilestoneError):
    """A transaction may or may not have reached the chain."""

    code = "outcome_unknown"
    exit = 8


class Misconfigured(MilestoneError):
    """Configuration or plugins do not fit together."""

    code = "misconfigured"
    exit = 9


class CorruptStore(Misconfigured):
    """A data file exists and cannot be read as what it should be.

    ``path`` is the file; whoever opened it has changed nothing.
    """

    code = "corrupt_store"

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"{path} cannot be read: {cause}", details={"path": str(path)})
        self.path = path
        self.cause = cause


class BrokenRecord(Misconfigured):
    """A document in the store is not what its collection holds."""

    code = "broken_record"

    def __init__(self, collection: str, key: str, problems: Sequence[Problem]) -> None:
        place = f"{collection}/{key}" if key else collection
        reasons = "; ".join(str(problem) for problem in problems)
        super().__init__(
            f"the record {place} cannot be read: {reasons}",
            details={"collection": collection, "key": key},
        )
        self.collection = collection
        self.key = key


class Busy(MilestoneError):
    """Another process holds the write lock, or did meanwhile what this one was about to do."""

    code = "busy"
    exit = 10


class Interrupted(MilestoneError):
    """The user broke it off."""

    code = "interrupted"
    exit = 130
