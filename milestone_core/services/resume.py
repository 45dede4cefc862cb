"""Settle everything whose outcome is unknown, and send what was signed and never sent."""

from __future__ import annotations

from milestone_core.errors import OutcomeUnknown
from milestone_core.files.records import JournalEntry
from milestone_core.services import journal, settling
from milestone_core.services.context import Context
from milestone_core.services.following import Patience


def resume(
    context: Context, patience: Patience, transaction: str | None = None
) -> tuple[JournalEntry, ...]:
    """Find out, of every schedule or of one transaction.

    :param transaction: its id in hex, or the beginning of it.
    :return: the entries as they are settled now.
    :raises NotFound: the journal does not have that transaction.
    :raises OutcomeUnknown: of one it is still not known; the others are settled.
    """
    if transaction is not None:
        one = journal.find(context, transaction)
        settled = settling.settle(context, one.schedule, patience, unsent=True, only=one.key)
        return settled or (journal.find(context, one.key),)
    settled = ()
    unknown: OutcomeUnknown | None = None
    for schedule in dict.fromkeys(entry.schedule for entry in journal.entries(context)):
        try:
            settled += settling.settle(context, schedule, patience, unsent=True)
        except OutcomeUnknown as still:
            unknown = unknown or still
    if unknown is not None:
        raise unknown
    return settled
