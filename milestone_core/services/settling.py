"""Settle the transactions whose outcome nobody saw: they landed, are sent again, or never can."""

from __future__ import annotations

from contextlib import suppress

from milestone_core.domain import lifecycle
from milestone_core.domain.lifecycle import ENDED, OPEN, TransactionState
from milestone_core.errors import Busy
from milestone_core.files.records import JournalEntry
from milestone_core.services import checks, endings, finding, following, journal
from milestone_core.services.context import Context
from milestone_core.services.following import Patience


def settle(
    context: Context,
    schedule: str,
    patience: Patience,
    *,
    unsent: bool = False,
    only: str | None = None,
) -> tuple[JournalEntry, ...]:
    """Find out what became of the transactions whose outcome is unknown.

    The same bytes are sent again while they are valid; a second transaction for the same purpose
    is never built before the first can no longer land. What was confirmed is looked at again for
    as long as a rollback may reach it.

    :param unsent: also send what was signed and never sent.
    :param only: the key of the one transaction that is meant.
    :return: the entries as they are settled.
    :raises OutcomeUnknown: one is still neither in a block nor impossible.
    """
    _look_again(context, schedule)
    states = OPEN | {TransactionState.SIGNED} if unsent else OPEN
    entries = journal.of_schedule(context, schedule, states)
    if entries:
        checks.require_network(context)
    return tuple(
        _settle(context, entry, patience) for entry in entries if only in (None, entry.key)
    )


def observe(context: Context, schedule: str) -> None:
    """Note what has landed and what was rolled back by now; send nothing."""
    with suppress(Busy):  # looking needs no write
        _look_again(context, schedule)
        for entry in journal.of_schedule(context, schedule, OPEN):
            slot = finding.slot_of(context, entry)
            if slot is not None:
                following.note_confirmed(context, entry, slot)


def _settle(context: Context, entry: JournalEntry, patience: Patience) -> JournalEntry:
    context.tell(f"settling {entry.key} ({entry.purpose})")
    try:
        return following.follow(context, entry, patience)[0]
    except KeyboardInterrupt as interrupt:
        raise endings.interrupted(context, entry) from interrupt


def _look_again(context: Context, schedule: str) -> None:
    """Find what seemed to be over and is not: a block was rolled back, or a server was wrong."""
    over = journal.of_schedule(context, schedule, ENDED | {TransactionState.CONFIRMED})
    if not over:
        return
    tip = context.chain.tip().slot
    checkpoint = context.utxo.health().checkpoint
    recent = [e for e in over if not lifecycle.is_final(e.invalid_after, checkpoint)]
    for entry in recent:
        if entry.state in ENDED and finding.slot_of(context, entry) is not None:
            journal.move(context, entry, TransactionState.SEEN)
    if checkpoint < tip:
        return  # what the index does not show may be in what it has not read
    confirmed = [e for e in recent if e.state is TransactionState.CONFIRMED]
    for entry in sorted(confirmed, key=_slot_of_block, reverse=True):
        slot = finding.slot_of(context, entry)
        if slot is not None and slot == _slot_of_block(entry):
            break  # that block is where it was, and so are all before it
        if slot is None and finding.is_rolled_back(context, entry):
            following.note_rolled_back(context, entry)


def _slot_of_block(entry: JournalEntry) -> int:
    """Where it was confirmed; -1 where an older version did not note that."""
    return int(entry.details.get(journal.SLOT, "-1"))
