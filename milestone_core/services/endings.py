"""What is told of a transaction that did not end in a block before somebody's eyes."""

from __future__ import annotations

from milestone_core.domain import lifecycle
from milestone_core.errors import Interrupted, OutcomeUnknown, Overtaken, Refused
from milestone_core.files.records import JournalEntry
from milestone_core.services import journal
from milestone_core.services.context import Context


def ended(entry: JournalEntry) -> Refused:
    """The error of a transaction that was followed to its end, and did not land."""
    details = {"transaction": entry.key, "purpose": entry.purpose}
    if entry.replaced_by is not None:
        rival = entry.replaced_by.hex()
        return Overtaken(
            f"the {entry.purpose} {entry.key} was overtaken by {rival}, which spent the same, or "
            "what it looks at",
            hint="Nothing of it happened. Run the command again: it builds on what is there now.",
            details={**details, "overtaken_by": rival},
        )
    return Refused(
        f"the {entry.purpose} {entry.key} did not land: it is {entry.state.value}",
        hint="Nothing of it happened. Run the command again.",
        details=details,
    )


def unknown(entry: JournalEntry, why: str) -> OutcomeUnknown:
    """The error of a transaction that may have landed or may land yet."""
    return OutcomeUnknown(
        f"the {entry.purpose} was sent as {entry.key}, its outcome is unknown: {why}",
        hint="Run `milestone resume`, or the same command again: both find out first.",
        details={"transaction": entry.key, "purpose": entry.purpose},
    )


def interrupted(context: Context, entry: JournalEntry) -> Interrupted:
    """The error of a transaction that was interrupted: whether it was sent by then."""
    details = {"transaction": entry.key, "purpose": entry.purpose}
    document = next((e for e in journal.entries(context) if e.key == entry.key), entry)
    if document.state in lifecycle.UNSENT:
        return Interrupted(
            f"interrupted: the {entry.purpose} {entry.key} was not sent",
            hint="Run the same command again, or `milestone resume` to send what was signed.",
            details=details,
        )
    if document.state not in lifecycle.OPEN:
        return Interrupted(
            f"interrupted: the {entry.purpose} {entry.key} is {document.state.value}",
            hint="Nothing is open. Run the command again to go on.",
            details=details,
        )
    return Interrupted(
        f"interrupted: the {entry.purpose} was sent as {entry.key}, and may land",
        hint="Nothing is lost: `milestone resume` finds out what became of it.",
        details=details,
    )
