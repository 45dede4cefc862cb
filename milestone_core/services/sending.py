"""Sign and send a transaction, and build it anew where somebody else was faster."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from milestone_core.domain.lifecycle import TransactionState, Verdict
from milestone_core.errors import (
    Busy,
    MilestoneError,
    Misconfigured,
    OutcomeUnknown,
    Overtaken,
    ServiceUnavailable,
    TransactionRefused,
)
from milestone_core.files.records import JournalEntry, ScheduleRecord
from milestone_core.services import endings, finding, following, journal
from milestone_core.services.context import Context
from milestone_core.services.following import POLL_SECONDS, Patience

if TYPE_CHECKING:
    from milestone_core.transactions.keys import SigningKey
    from milestone_core.transactions.unsigned import Unsigned

ResultT = TypeVar("ResultT")

SENT_BEFORE = "sent_before"

_ATTEMPTS = 4
"""How often a transaction is built for what others are spending as well."""
_INPUTS_GONE = frozenset({3004, 3117, 3997})
"""Ogmios's numbers for inputs that are not there: to evaluate, to submit, and none of them."""


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
    :raises Overtaken: somebody else spent what it spends or looks at; nothing happened.
    :raises Refused: it was sent, and can not land any more; nothing happened.
    :raises ServiceUnavailable: it was not sent.
    :raises OutcomeUnknown: it was sent, and nobody has seen it in a block yet.
    :raises Busy: another process of this project was faster; nothing was sent.
    :raises Interrupted: Ctrl-C; says whether it was sent by then.
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
        raise endings.interrupted(context, entry) from interrupt
    return Sent(entry.transaction_id, entry.purpose, unsigned.fee, slot)


def on_what_is_there(
    context: Context, patience: Patience, attempt: Callable[[], ResultT]
) -> ResultT:
    """Do ``attempt``; where somebody else was faster, do it again on what they left, a few times.

    :param attempt: reads the chain, builds, and sends; nothing has happened when it raises.
    :raises Overtaken, TransactionRefused: it is overtaken again and again.
    :raises MilestoneError: whatever else ``attempt`` raises, at once.
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


@contextmanager
def after(sent: Sequence[Sent]) -> Iterator[None]:
    """Name what has been sent so far in the details of an error that ends what is done within.

    A program that runs a command of several transactions sees nothing else of it.
    """
    try:
        yield
    except MilestoneError as error:
        if sent:
            later = cast("list[str]", error.details.get(SENT_BEFORE, []))
            error.details[SENT_BEFORE] = [*(one.transaction_id.hex() for one in sent), *later]
        raise


def _send_signed(
    context: Context, entry: JournalEntry, patience: Patience, *, must_wait: bool
) -> int | None:
    """Send what is written down as sent; the slot of its block if somebody waits for it."""
    try:
        context.chain.submit(entry.cbor)
    except TransactionRefused as refusal:
        _why_refused(context, entry, refusal, patience)
    except ServiceUnavailable:
        journal.move(context, entry, TransactionState.SIGNED)
        raise
    except OutcomeUnknown as unknown:
        raise endings.unknown(entry, unknown.message) from unknown
    else:
        context.tell(f"sent {entry.key} ({entry.purpose})")
    try:
        entry = journal.move(context, entry, TransactionState.SEEN)
        if not (patience.wait or must_wait):
            return None
        entry, slot = following.follow(context, entry, patience)
    except (Busy, Misconfigured) as trouble:  # it was sent all the same
        raise endings.unknown(entry, trouble.message) from trouble
    if slot is None:
        raise endings.ended(entry)
    return slot


def _why_refused(
    context: Context, entry: JournalEntry, refusal: TransactionRefused, patience: Patience
) -> None:
    """Find out whether it was refused because somebody else was faster, and write down its end.

    It returns if the transaction is on its way all the same, or has landed: somebody, from
    another folder perhaps, has sent the very same one.

    :raises Overtaken: another transaction spent what this one was to spend.
    :raises TransactionRefused: the refusal, for it had another reason.
    :raises OutcomeUnknown: whether it is on its way, nobody could say in time.
    """
    if refusal.ledger_code in _INPUTS_GONE:
        context.tell("somebody else was faster: waiting for their transaction")
        deadline = time.monotonic() + patience.timeout_seconds
        while True:
            try:
                facts, verdict = finding.find_out(context, entry)
            except ServiceUnavailable as trouble:
                doubt = trouble.message
            else:
                if verdict is Verdict.LANDED or facts.in_mempool:
                    return
                if verdict is Verdict.SUPERSEDED:
                    ended = TransactionState.SUPERSEDED
                    entry = journal.move(context, entry, ended, replaced_by=facts.rival)
                    raise endings.ended(entry)
                unread = "it may be in a block that the index has not read"
                doubt = unread if verdict is Verdict.WAIT else ""
            if time.monotonic() >= deadline:
                break
            time.sleep(POLL_SECONDS)
        if doubt:
            raise endings.unknown(entry, doubt) from refusal
    journal.move(context, entry, TransactionState.REFUSED)
    raise refusal


def _await_index(context: Context, patience: Patience) -> None:
    tip = context.chain.tip().slot
    deadline = time.monotonic() + patience.timeout_seconds
    while context.utxo.health().checkpoint < tip and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
