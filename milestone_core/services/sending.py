"""Send a transaction, wait for it, and settle those whose outcome nobody saw."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from milestone_core.domain import lifecycle
from milestone_core.domain.lifecycle import ENDED, OPEN, TransactionState, Verdict
from milestone_core.errors import (
    Busy,
    Interrupted,
    Misconfigured,
    OutcomeUnknown,
    Overtaken,
    Refused,
    ServiceUnavailable,
    TransactionRefused,
)
from milestone_core.files.records import JournalEntry, ScheduleRecord
from milestone_core.services import checks, finding, journal, outcomes
from milestone_core.services.context import Context

if TYPE_CHECKING:
    from milestone_core.transactions.keys import SigningKey
    from milestone_core.transactions.unsigned import Unsigned

ResultT = TypeVar("ResultT")

_POLL_SECONDS = 0.25
_LOOK_SECONDS = 1.0
"""How often not only the index is asked, but node and mempool too."""
_ABSENCE_SECONDS = 5.0
_ATTEMPTS = 4
"""How often a transaction is built for what others are spending as well."""
_INPUTS_GONE = frozenset({3004, 3117, 3997})
"""Ogmios's numbers for inputs that are not there: to evaluate, to submit, and none of them."""


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
    built_on: ScheduleRecord | None = None,
) -> Sent | None:
    """Ask, sign, send, and wait until it is in a block, each written down before it is done.

    :param details: what :mod:`~milestone_core.services.outcomes` needs once it is confirmed, and
        what a person may want to read in the journal.
    :param must_wait: wait even if the operator would not, for another transaction builds on it.
    :param built_on: the schedule's record that it was built on; if the store has another by now,
        nothing is signed.
    :return: None if it was not approved.
    :raises TransactionRefused: the ledger refused it; nothing happened.
    :raises Overtaken: somebody else spent what it spends; nothing happened.
    :raises ServiceUnavailable: it was not sent.
    :raises OutcomeUnknown: it was sent, and nobody has seen it in a block yet.
    :raises Busy: another process of this project was faster; nothing was sent.
    """
    if not operator.approve(unsigned):
        return None
    entry = journal.begin(
        context, unsigned, schedule=schedule, details=details or {}, built_on=built_on
    )
    try:
        entry = journal.move(context, entry, TransactionState.SIGNED, cbor=unsigned.sign())
        entry = journal.move(context, entry, TransactionState.SENT)
        slot = _send_signed(context, entry, operator.patience, must_wait=must_wait)
    except KeyboardInterrupt as interrupt:
        raise _interrupted(context, entry) from interrupt
    return Sent(entry.transaction_id, entry.purpose, unsigned.fee, slot)


def on_what_is_there(
    context: Context, patience: Patience, attempt: Callable[[], ResultT]
) -> ResultT:
    """Do ``attempt``; where somebody else was faster, do it again on what they left, a few times.

    :param attempt: reads the chain, builds, and sends; nothing has happened when it raises.
    :raises Overtaken, TransactionRefused: it is overtaken again and again.
    """
    for left in reversed(range(_ATTEMPTS)):
        try:
            return attempt()
        except Overtaken as overtaken:
            if not left:
                raise
            context.tell(f"{overtaken.message}: building it anew on what is there now")
        except TransactionRefused as refusal:
            # The index showed what the node knows to be spent.
            if not left or refusal.ledger_code not in _INPUTS_GONE:
                raise
            context.tell("what the index shows has been spent since: building it anew")
            _await_index(context, patience)
    raise AssertionError("the last attempt returns or raises")


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
                _confirmed(context, entry, slot)


def _send_signed(
    context: Context, entry: JournalEntry, patience: Patience, *, must_wait: bool
) -> int | None:
    """Send what is written down as sent; the slot of its block if somebody waits for it."""
    try:
        context.chain.submit(entry.cbor)
    except TransactionRefused as refusal:
        entry = journal.move(context, entry, TransactionState.REFUSED)
        entry = _why_refused(context, entry, refusal, patience)
    except ServiceUnavailable:
        journal.move(context, entry, TransactionState.SIGNED)
        raise
    except OutcomeUnknown as unknown:
        raise _unknown(entry, unknown.message) from unknown
    else:
        context.tell(f"sent {entry.key} ({entry.purpose})")
    try:
        entry = journal.move(context, entry, TransactionState.SEEN)
        if not (patience.wait or must_wait):
            return None
        entry, slot = _follow(context, entry, patience)
    except (
        Busy,
        Misconfigured,
    ) as trouble:  # it was sent all the same
        raise _unknown(entry, trouble.message) from trouble
    if slot is None:
        raise _ended(entry)
    return slot


def _settle(context: Context, entry: JournalEntry, patience: Patience) -> JournalEntry:
    context.tell(f"settling {entry.key} ({entry.purpose})")
    try:
        return _follow(context, entry, patience)[0]
    except KeyboardInterrupt as interrupt:
        raise _interrupted(context, entry) from interrupt


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
            _rolled_back(context, entry)


def _slot_of_block(entry: JournalEntry) -> int:
    """Where it was confirmed; -1 where an older version did not note that."""
    return int(entry.details.get(journal.SLOT, "-1"))


def _follow(
    context: Context, entry: JournalEntry, patience: Patience
) -> tuple[JournalEntry, int | None]:
    """Wait until a transaction is in a block with enough blocks on top, or can never be.

    :return: the entry as it ended, and the slot of its block where it has one.
    :raises OutcomeUnknown: that takes too long, or the servers stay away.
    """
    context.tell("waiting for a block")
    watch = _Watch(context, entry)
    deadline = time.monotonic() + patience.timeout_seconds
    last_answer = time.monotonic()
    with context.waiting("waiting for a block") as waiting:
        while True:
            try:
                if watch.over(patience.confirmations):
                    return watch.entry, watch.slot
                last_answer = time.monotonic()
                waiting.update(watch.so_far(patience))
            except ServiceUnavailable as trouble:
                waiting.update(trouble.message)
                if time.monotonic() - last_answer > _ABSENCE_SECONDS:
                    raise _unknown(watch.entry, trouble.message) from trouble
            if time.monotonic() >= deadline:
                after = f" after {patience.timeout_seconds} s"
                raise _unknown(watch.entry, watch.so_far(patience) + after)
            time.sleep(_POLL_SECONDS)


class _Watch:
    """One transaction that is waited for: where it was seen, and what is done about it."""

    def __init__(self, context: Context, entry: JournalEntry) -> None:
        self.entry = entry
        self.slot: int | None = None
        self._context = context
        self._confirmations = 0
        self._height: int | None = None
        self._refusal: TransactionRefused | None = None
        self._looked = -_LOOK_SECONDS

    def over(self, confirmations: int) -> bool:
        """Look once; whether it is settled now."""
        slot = finding.slot_of(self._context, self.entry)
        if slot is None and self.slot is not None:
            slot = finding.find_out(self._context, self.entry)[0].slot  # by its inputs, perhaps
        if slot is None and self.slot is not None:
            self.entry = _rolled_back(self._context, self.entry)
            self._looked = -_LOOK_SECONDS
        if slot != self.slot:
            self.slot, self._height = slot, None
        if slot is not None:
            return self._deep_enough(confirmations)
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return False
        self._looked = time.monotonic()
        return self._judge(confirmations)

    def so_far(self, patience: Patience) -> str:
        """What is known of it."""
        if self.slot is None:
            return "it is in no block"
        seen = f"{self._confirmations} of {patience.confirmations} confirmations"
        return f"it is in the block at slot {self.slot}, with {seen}"

    def _deep_enough(self, confirmations: int) -> bool:
        # The index does not tell the height of its block: at most that of the chain when it was
        # first seen, and of the shortest since, for a fork may have been given up meanwhile.
        height = self._context.chain.height()
        self._height = height if self._height is None else min(height, self._height)
        self._confirmations = height - self._height + 1
        if self._confirmations < confirmations:
            return False
        assert self.slot is not None, "its block was seen"
        self.entry = _confirmed(self._context, self.entry, self.slot)
        return True

    def _judge(self, confirmations: int) -> bool:
        facts, verdict = finding.find_out(self._context, self.entry)
        if verdict is Verdict.LANDED:
            self.slot = facts.slot
            return self._deep_enough(confirmations)
        if verdict is Verdict.SUPERSEDED:
            return self._end(TransactionState.SUPERSEDED, facts.rival)
        if verdict is Verdict.EXPIRED:
            return self._end(TransactionState.EXPIRED)
        if verdict is Verdict.SEND:
            if self._refusal is not None:
                # Refused, and a look at everything since then shows no reason why it could land.
                self._context.tell(f"{self.entry.key} can not land: {self._refusal.message}")
                return self._end(TransactionState.REFUSED)
            self._send()
        return False

    def _send(self) -> None:
        """The same bytes (again)."""
        self.entry = journal.move(self._context, self.entry, TransactionState.SENT)
        self._context.tell(f"sending {self.entry.key} ({self.entry.purpose})")
        try:
            self._context.chain.submit(self.entry.cbor)
        except TransactionRefused as refusal:
            self._refusal = refusal
        except OutcomeUnknown:
            pass  # the next look tells
        else:
            self._refusal = None
            self.entry = journal.move(self._context, self.entry, TransactionState.SEEN)

    def _end(self, state: TransactionState, rival: bytes | None = None) -> bool:
        self._context.tell(f"{self.entry.key} never landed: it is {state.value}")
        outcomes.forget(self._context, self.entry)
        self.entry = journal.move(self._context, self.entry, state, replaced_by=rival)
        return True


def _rolled_back(context: Context, entry: JournalEntry) -> JournalEntry:
    context.warn(
        f"the block with {entry.key} ({entry.purpose}) was rolled back: the same transaction is "
        "sent again while it is valid"
    )
    if entry.state is TransactionState.SENT:  # it went into a block before anybody looked
        entry = journal.move(context, entry, TransactionState.SEEN)
    return journal.move(context, entry, TransactionState.ROLLED_BACK)


def _confirmed(context: Context, entry: JournalEntry, slot: int) -> JournalEntry:
    outcomes.remember(context, entry)
    return journal.move(context, entry, TransactionState.CONFIRMED, slot=slot)


def _why_refused(
    context: Context, entry: JournalEntry, refusal: TransactionRefused, patience: Patience
) -> JournalEntry:
    """Find out whether it was refused because somebody else was faster.

    :return: the entry, if it has landed all the same: somebody had sent the very same transaction.
    :raises Overtaken: another transaction spent what this one was to spend.
    :raises TransactionRefused: the refusal, for it had another reason.
    """
    if refusal.ledger_code not in _INPUTS_GONE:
        raise refusal
    context.tell("somebody else was faster: waiting for their transaction")
    deadline = time.monotonic() + patience.timeout_seconds
    while time.monotonic() < deadline:
        with suppress(ServiceUnavailable):
            facts, verdict = finding.find_out(context, entry)
            if verdict is Verdict.LANDED:
                return entry
            if verdict is Verdict.SUPERSEDED:
                ended = TransactionState.SUPERSEDED
                raise _ended(journal.move(context, entry, ended, replaced_by=facts.rival))
        time.sleep(_POLL_SECONDS)
    raise refusal


def _await_index(context: Context, patience: Patience) -> None:
    tip = context.chain.tip().slot
    deadline = time.monotonic() + patience.timeout_seconds
    while context.utxo.health().checkpoint < tip and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def _ended(entry: JournalEntry) -> Refused:
    """The error of a transaction that was followed to its end, and did not land."""
    details = {"transaction": entry.key, "purpose": entry.purpose}
    if entry.replaced_by is not None:
        rival = entry.replaced_by.hex()
        return Overtaken(
            f"the {entry.purpose} {entry.key} was overtaken by {rival}, which spent the same",
            hint="Nothing of it happened. Run the command again: it builds on what is there now.",
            details={**details, "overtaken_by": rival},
        )
    return Refused(
        f"the {entry.purpose} {entry.key} did not land: it is {entry.state.value}",
        hint="Nothing of it happened. Run the command again.",
        details=details,
    )


def _unknown(entry: JournalEntry, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"the {entry.purpose} was sent as {entry.key}, its outcome is unknown: {why}",
        hint="Run `milestone resume`, or the same command again: both find out first.",
        details={"transaction": entry.key, "purpose": entry.purpose},
    )


def _interrupted(context: Context, entry: JournalEntry) -> Interrupted:
    details = {"transaction": entry.key, "purpose": entry.purpose}
    document = next((e for e in journal.entries(context) if e.key == entry.key), entry)
    if document.state in lifecycle.UNSENT:
        return Interrupted(
            f"interrupted: the {entry.purpose} {entry.key} was not sent",
            hint="Run the same command again, or `milestone resume` to send what was signed.",
            details=details,
        )
    return Interrupted(
        f"interrupted: the {entry.purpose} was sent as {entry.key}, and may land",
        hint="Nothing is lost: `milestone resume` finds out what became of it.",
        details=details,
    )
