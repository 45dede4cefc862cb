"""The journal: every transaction that this project signed, and what became of it.

An entry is on disk before the transaction is sent, with its bytes and its id, so that whatever
happens afterwards can be settled by asking the chain, and never by building a second one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from milestone_core.files.records import (
    JOURNAL,
    JournalEntry,
    TransactionState,
    decode_journal_entry,
    encode_journal_entry,
)
from milestone_core.services.context import Context

if TYPE_CHECKING:
    from milestone_core.transactions.unsigned import Unsigned

UNSETTLED = frozenset({TransactionState.SENT, TransactionState.SEEN})


def record(
    context: Context,
    unsigned: Unsigned,
    signed: bytes,
    *,
    schedule: str,
    details: Mapping[str, str],
) -> JournalEntry:
    """Write a signed transaction down, as about to be sent."""
    entry = JournalEntry(
        transaction_id=unsigned.id,
        purpose=unsigned.draft.purpose,
        schedule=schedule,
        cbor=signed,
        state=TransactionState.SENT,
        invalid_after=unsigned.valid_until,
        recorded_at=context.now(),
        details=dict(details),
    )
    _write(context, entry)
    return entry


def move(context: Context, entry: JournalEntry, state: TransactionState) -> JournalEntry:
    """Write what became of a transaction."""
    moved = replace(entry, state=state)
    _write(context, moved)
    return moved


def unsettled(context: Context, schedule: str) -> tuple[JournalEntry, ...]:
    """The transactions of a schedule whose outcome is not known yet, oldest first."""
    return tuple(entry for entry in _open(context) if entry.schedule == schedule)


def unsettled_schedules(context: Context) -> tuple[str, ...]:
    """The schedules that have such transactions."""
    return tuple(dict.fromkeys(entry.schedule for entry in _open(context)))


def _open(context: Context) -> list[JournalEntry]:
    documents = context.storage.scan(JOURNAL)
    entries = (decode_journal_entry(document, key) for key, document in documents)
    return sorted((e for e in entries if e.state in UNSETTLED), key=lambda e: e.recorded_at)


def _write(context: Context, entry: JournalEntry) -> None:
    with context.storage.transaction() as transaction:
        transaction.put(JOURNAL, entry.key, encode_journal_entry(entry))
