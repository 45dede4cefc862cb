"""Send a transaction, wait for it, and settle those whose outcome nobody saw."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from milestone_core.errors import (
    Busy,
    OutcomeUnknown,
    ServiceUnavailable,
    TransactionRefused,
)
from milestone_core.files.records import JournalEntry, TransactionState
from milestone_core.services import checks, journal, outcomes
from milestone_core.services.context import Context

if TYPE_CHECKING:
    from milestone_core.transactions.keys import SigningKey
    from milestone_core.transactions.unsigned import Unsigned

_POLL_SECONDS = 0.25
_ABSENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a block, and how many blocks to see on top of it."""

    wait: bool = True
    timeout_seconds: int = 120
    confirmations: int = 1


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs a command: their keys, their consent, their patience.

    ``approve`` is shown each transaction before it is signed; where it says False nothing is
    signed or sent.
    """

    keys: tuple[SigningKey, ...]
    approve: Callable[[Unsigned], bool]
    patience: Patience


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction that was sent. ``slot`` is that of its block, None if nobody waited."""

    transaction_id: bytes
    purpose: str
    fee: int
    slot: int | None


def send(
    context: Context,
    unsigned: Unsigned,
    operator: Operator,
    *,
    schedule: str,
    details: Mapping[str, str] | None = None,
    must_wait: bool = False,
) -> Sent | None:
    """Ask, sign, write down, send, and wait until it is in a block; None if not approved.

    :param details: what :mod:`~milestone_core.services.outcomes` needs once it is confirmed, and
        what a person may want to read in the journal.
    :param must_wait: wait even if the operator would not, for another transaction builds on it.
    :raises TransactionRefused: the ledger refused it; nothing happened.
    :raises ServiceUnavailable: it was not sent.
    :raises OutcomeUnknown: it was sent, and nobody has seen it in a block yet.
    """
    if not operator.approve(unsigned):
        return None
    signed = unsigned.sign()
    entry = journal.record(context, unsigned, signed, schedule=schedule, details=details or {})
    _submit(context, entry)
    context.tell(f"sent {entry.transaction_id.hex()} ({entry.purpose})")
    slot = None
    try:
        entry = journal.move(context, entry, TransactionState.SEEN)
        if operator.patience.wait or must_wait:
            slot = _await(context, entry, operator.patience)
            _settled(context, entry)
    except Busy as busy:
        raise _unknown(entry, busy.message) from busy
    return Sent(entry.transaction_id, entry.purpose, unsigned.fee, slot)


def settle(context: Context, schedule: str, patience: Patience) -> tuple[JournalEntry, ...]:
    """Find out what became of the transactions whose outcome is unknown.

    The same bytes are sent again while they are valid; a second transaction for the same purpose
    is never built before the first can no longer land.

    :return: the entries as they are settled.
    :raises OutcomeUnknown: one is still neither in a block nor impossible.
    """
    entries = journal.unsettled(context, schedule)
    if entries:
        checks.require_network(context)
    return tuple(_settle(context, entry, patience) for entry in entries)


def _settle(context: Context, entry: JournalEntry, patience: Patience) -> JournalEntry:
    context.tell(f"settling {entry.key} ({entry.purpose})")
    if _slot_of(context, entry) is None:
        end = _resend(context, entry)
        if end is not None:
            return journal.move(context, entry, end)
    _await(context, entry, patience)
    return _settled(context, entry)


def observe(context: Context, schedule: str) -> None:
    """Note the transactions of unknown outcome that are in a block by now; send nothing."""
    for entry in journal.unsettled(context, schedule):
        if _slot_of(context, entry) is not None:
            _settled(context, entry)


def _submit(context: Context, entry: JournalEntry) -> None:
    try:
        context.chain.submit(entry.cbor)
    except TransactionRefused:
        journal.move(context, entry, TransactionState.REFUSED)
        raise
    except ServiceUnavailable:
        journal.move(context, entry, TransactionState.SIGNED)
        raise
    except OutcomeUnknown as unknown:
        raise _unknown(entry, unknown.message) from unknown


def _resend(context: Context, entry: JournalEntry) -> TransactionState | None:
    """Send the same bytes again; what became of it if it can never land any more, else None."""
    if context.chain.in_mempool(entry.transaction_id):
        return None
    if _expired(context, entry):
        context.tell(f"{entry.key} never landed and is no longer valid")
        return TransactionState.EXPIRED
    try:
        context.chain.submit(entry.cbor)
    except TransactionRefused as refusal:
        if _slot_of(context, entry) is not None or context.chain.in_mempool(entry.transaction_id):
            return None
        # Whatever the reason, it may be that it has landed in a block that the index has not read.
        if not _index_is_at_tip(context):
            raise _unknown(entry, "the index is behind the node") from refusal
        context.tell(f"{entry.key} can no longer land: {refusal.message}")
        return TransactionState.SUPERSEDED
    return None


def _expired(context: Context, entry: JournalEntry) -> bool:
    # The index decides, for a block that holds it must have been read to be seen.
    last = entry.invalid_after
    return last is not None and context.utxo.health().checkpoint >= last


def _index_is_at_tip(context: Context) -> bool:
    return context.utxo.health().checkpoint >= context.chain.tip().slot


def _await(context: Context, entry: JournalEntry, patience: Patience) -> int:
    """Wait until the transaction is in a block with enough blocks on top; the slot of its block.

    :raises OutcomeUnknown: that takes too long, or the servers stay away.
    """
    context.tell("waiting for a block")
    deadline = time.monotonic() + patience.timeout_seconds
    tips: set[bytes] = set()
    slot = None
    last_answer = time.monotonic()
    while time.monotonic() < deadline:
        try:
            slot = _slot_of(context, entry)
            # Every new tip while the transaction stays in its block is one block on top of it.
            tips = set() if slot is None else tips | {context.chain.tip().header}
        except ServiceUnavailable as trouble:
            if time.monotonic() - last_answer > _ABSENCE_SECONDS:
                raise _unknown(entry, trouble.message) from trouble
        else:
            last_answer = time.monotonic()
            if slot is not None and len(tips) >= patience.confirmations:
                return slot
        time.sleep(_POLL_SECONDS)
    if slot is None:
        raise _unknown(entry, f"it is in no block after {patience.timeout_seconds} s")
    raise _unknown(
        entry,
        f"it is in the block at slot {slot}, with {len(tips)} of {patience.confirmations} "
        f"confirmations after {patience.timeout_seconds} s",
    )


def _slot_of(context: Context, entry: JournalEntry) -> int | None:
    """The slot of the block that holds the transaction, None if no block does."""
    made = context.utxo.history(f"*@{entry.transaction_id.hex()}")
    return made[0].utxo.created_at if made else None


def _settled(context: Context, entry: JournalEntry) -> JournalEntry:
    outcomes.remember(context, entry)
    return journal.move(context, entry, TransactionState.CONFIRMED)


def _unknown(entry: JournalEntry, why: str) -> OutcomeUnknown:
    transaction = entry.transaction_id.hex()
    return OutcomeUnknown(
        f"the {entry.purpose} was sent as {transaction}, its outcome is unknown: {why}",
        hint="Run `milestone resume`, or the same command again: both find out first.",
        details={"transaction": transaction, "purpose": entry.purpose},
    )
