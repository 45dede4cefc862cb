"""The journal: every transaction that this project made, and what became of it.

An entry is on disk before the transaction is sent, with its bytes and its id, so that whatever
happens afterwards can be settled by asking the chain, and never by building a second one. Every
change is checked against :mod:`milestone_core.domain.lifecycle` under the store's lock: of two
processes only one moves a transaction on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from milestone_core.domain import lifecycle
from milestone_core.domain.lifecycle import OPEN, UNSENT, TransactionState, WrongTurn
from milestone_core.errors import BadInput, Busy, NotFound
from milestone_core.files.records import (
    JOURNAL,
    SCHEDULES,
    JournalEntry,
    ScheduleRecord,
    decode_journal_entry,
    decode_schedule,
    encode_journal_entry,
)
from milestone_core.services.context import Context

if TYPE_CHECKING:
    from milestone_core.ports import StorageTransaction
    from milestone_core.transactions.unsigned import Unsigned


SLOT = "slot"
"""Under this name the details of a confirmed transaction say in which slot's block it is."""


def begin(
    context: Context,
    unsigned: Unsigned,
    *,
    schedule: str,
    details: Mapping[str, str],
    built_on: ScheduleRecord | None = None,
) -> JournalEntry:
    """Write down a transaction that is about to be signed.

    What was made for the same schedule before and never sent is superseded by it.

    :param built_on: the schedule's record as it was when the transaction was built.
    :raises Busy: meanwhile another process has sent a transaction for this schedule, or settled
        one; nothing is written.
    """
    entry = JournalEntry(
        transaction_id=unsigned.id,
        purpose=unsigned.draft.purpose,
        schedule=schedule,
        cbor=unsigned.cbor(),
        state=TransactionState.BUILT,
        invalid_after=unsigned.valid_until,
        recorded_at=context.now(),
        details=dict(details),
    )
    with context.storage.transaction() as transaction:
        others = of_schedule(context, schedule, OPEN | UNSENT)
        if any(other.state in OPEN for other in others):
            raise _overtaken_by_a_neighbour(schedule)
        if built_on is not None and _stored(transaction, schedule) != built_on:
            raise _overtaken_by_a_neighbour(schedule)
        for other in others:
            if other.key != entry.key:
                ended = replace(
                    other, state=TransactionState.SUPERSEDED, replaced_by=entry.transaction_id
                )
                transaction.put(JOURNAL, ended.key, encode_journal_entry(ended))
        transaction.put(JOURNAL, entry.key, encode_journal_entry(entry))
    _log(context, entry)
    return entry


def move(
    context: Context,
    entry: JournalEntry,
    state: TransactionState,
    *,
    cbor: bytes | None = None,
    replaced_by: bytes | None = None,
    slot: int | None = None,
) -> JournalEntry:
    """Write that a transaction is about to be, or has become, what ``state`` says.

    :param cbor: its bytes, where they have changed: it was signed.
    :param replaced_by: the transaction that took its place.
    :param slot: of the block that holds it.
    :raises Busy: another process has moved it meanwhile, to where this does not follow.
    """
    with context.storage.transaction() as transaction:
        document = transaction.read(JOURNAL, entry.key)
        stored = entry if document is None else decode_journal_entry(document, entry.key)
        if stored.state is state and cbor is None:
            return stored
        try:
            lifecycle.advance(stored.state, state)
        except WrongTurn as turn:
            raise Busy(
                f"another process has taken over {entry.key}: {turn}",
                hint="See what became of it with: milestone history",
            ) from turn
        moved = replace(
            stored,
            state=state,
            cbor=cbor if cbor is not None else stored.cbor,
            replaced_by=replaced_by if replaced_by is not None else stored.replaced_by,
            details=stored.details if slot is None else {**stored.details, SLOT: str(slot)},
        )
        transaction.put(JOURNAL, moved.key, encode_journal_entry(moved))
    _log(context, moved)
    return moved


def entries(context: Context) -> tuple[JournalEntry, ...]:
    """Everything in the journal, oldest first."""
    documents = context.storage.scan(JOURNAL)
    found = (decode_journal_entry(document, key) for key, document in documents)
    return tuple(sorted(found, key=lambda e: (e.recorded_at, e.key)))


def of_schedule(
    context: Context, schedule: str, states: Collection[TransactionState]
) -> tuple[JournalEntry, ...]:
    """The transactions of a schedule in one of ``states``, oldest first."""
    words = {state.value for state in states}
    # The journal grows for years: only what is asked for is read in full.
    found = (
        decode_journal_entry(document, key)
        for key, document in context.storage.scan(JOURNAL)
        if document.get("schedule") == schedule and document.get("state") in words
    )
    return tuple(sorted(found, key=lambda e: (e.recorded_at, e.key)))


def unsettled(context: Context, schedule: str) -> tuple[JournalEntry, ...]:
    """The transactions of a schedule whose outcome is not known yet, oldest first."""
    return of_schedule(context, schedule, OPEN)


def find(context: Context, transaction: str) -> JournalEntry:
    """The entry of a transaction, by its id in hex or the beginning of it.

    :raises NotFound: there is none.
    :raises BadInput: the beginning is that of several.
    """
    found = [e for e in entries(context) if e.key.startswith(transaction.lower())]
    if not found or not transaction:
        raise NotFound(
            f"the journal of this project has no transaction {transaction!r}",
            hint="See those that it has with: milestone history",
        )
    if len(found) > 1:
        raise BadInput(
            f"{transaction!r} is the beginning of {len(found)} transactions",
            hint="Give more of the id.",
            details={"transactions": [entry.key for entry in found]},
        )
    return found[0]


def _stored(transaction: StorageTransaction, schedule: str) -> ScheduleRecord | None:
    document = transaction.read(SCHEDULES, schedule)
    return None if document is None else decode_schedule(document, schedule)


def _overtaken_by_a_neighbour(schedule: str) -> Busy:
    return Busy(
        f"another process of this project works on {schedule!r}: it has sent a transaction since "
        "this one was built",
        hint="Nothing was signed or sent. Run the command again: it goes on from there.",
    )


def _log(context: Context, entry: JournalEntry) -> None:
    context.log(
        "transaction",
        transaction=entry.key,
        purpose=entry.purpose,
        schedule=entry.schedule,
        state=entry.state.value,
    )
