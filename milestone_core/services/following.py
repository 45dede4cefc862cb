"""Follow a transaction until it is in a block, deep enough, or can never be in one."""

from __future__ import annotations

import time
from dataclasses import dataclass

from milestone_core.domain.lifecycle import TransactionState, Verdict
from milestone_core.errors import OutcomeUnknown, ServiceUnavailable, TransactionRefused
from milestone_core.files.records import JournalEntry
from milestone_core.services import endings, finding, journal, outcomes
from milestone_core.services.context import Context

POLL_SECONDS = 0.25
_LOOK_SECONDS = 1.0
"""How often not only the index is asked, but node and mempool too."""
_ABSENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a block, and how high the chain must be from that block on, with it."""

    wait: bool = True
    timeout_seconds: int = 120
    confirmations: int = 1


def follow(
    context: Context, entry: JournalEntry, patience: Patience
) -> tuple[JournalEntry, int | None]:
    """Wait until a transaction is in a block that is deep enough, or can never be.

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
                    raise endings.unknown(watch.entry, trouble.message) from trouble
            if time.monotonic() >= deadline:
                after = f" after {patience.timeout_seconds} s"
                raise endings.unknown(watch.entry, watch.so_far(patience) + after)
            time.sleep(POLL_SECONDS)


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
            self.entry = note_rolled_back(self._context, self.entry)
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
        self.entry = note_confirmed(self._context, self.entry, self.slot)
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


def note_rolled_back(context: Context, entry: JournalEntry) -> JournalEntry:
    """Write down, and tell, that the block which held a transaction is no more."""
    context.warn(
        f"the block with {entry.key} ({entry.purpose}) was rolled back: the same transaction is "
        "sent again while it is valid"
    )
    if entry.state is TransactionState.SENT:  # it went into a block before anybody looked
        entry = journal.move(context, entry, TransactionState.SEEN)
    return journal.move(context, entry, TransactionState.ROLLED_BACK)


def note_confirmed(context: Context, entry: JournalEntry, slot: int) -> JournalEntry:
    """Write down that a transaction is in the block at ``slot``, and what follows from it."""
    outcomes.remember(context, entry)
    return journal.move(context, entry, TransactionState.CONFIRMED, slot=slot)
