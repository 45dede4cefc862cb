"""The states of a transaction, from what was built to what became of it, and what to do next.

    built ──► signed ──► sent ──► seen ──► confirmed
                          │        │           │
                          └────────┴───────────┴──► rolled back ──► sent again
                                   │
                                   └──► refused, superseded, expired

Each state is written before the step that it announces: ``signed`` before anything is sent,
``sent`` before the bytes leave. So whatever is on disk when the program dies, nothing worse has
happened than the state says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class TransactionState(Enum):
    """What is known of a transaction.

    - ``built``: approved, not signed. ``signed``: signed, and certainly never sent.
    - ``sent``: it may have left this machine. ``seen``: the node has it, or a block has.
    - ``confirmed``: in a block, with as many on top as were asked for.
    - ``rolled-back``: it was in a block, and that block is no longer part of the chain.
    - ``superseded``: another transaction took its place. ``expired``: its time has passed.
    - ``refused``: the ledger's rules do not allow it.
    """

    BUILT = "built"
    SIGNED = "signed"
    SENT = "sent"
    SEEN = "seen"
    CONFIRMED = "confirmed"
    ROLLED_BACK = "rolled-back"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    REFUSED = "refused"


_S = TransactionState

UNSENT = frozenset({_S.BUILT, _S.SIGNED})
"""It has never left this machine: it lands only if somebody sends it from here."""
OPEN = frozenset({_S.SENT, _S.SEEN, _S.ROLLED_BACK})
"""Its outcome is unknown. It can still land, so nothing else is built for its purpose."""
ENDED = frozenset({_S.SUPERSEDED, _S.EXPIRED, _S.REFUSED})
"""It did not land, as far as could be seen."""

_ENDS = frozenset({*ENDED, _S.CONFIRMED})
_NEXT: dict[TransactionState, frozenset[TransactionState]] = {
    _S.BUILT: frozenset({_S.SIGNED, _S.SUPERSEDED}),
    _S.SIGNED: frozenset({_S.SENT, _S.SUPERSEDED, _S.EXPIRED}),
    # Back to signed where the server promises that it was not sent.
    _S.SENT: _ENDS | {_S.SIGNED, _S.SEEN, _S.SENT},
    _S.SEEN: _ENDS | {_S.SENT, _S.ROLLED_BACK},
    _S.ROLLED_BACK: _ENDS | {_S.SENT, _S.SEEN},
    _S.CONFIRMED: frozenset({_S.ROLLED_BACK}),
    # What ended can be found in a block after all, for servers err and chains are rolled back.
    _S.REFUSED: frozenset({_S.SEEN, _S.SUPERSEDED}),
    _S.SUPERSEDED: frozenset({_S.SEEN}),
    _S.EXPIRED: frozenset({_S.SEEN}),
}


class WrongTurn(ValueError):
    """A state does not follow from another: somebody else has moved the transaction meanwhile."""


def advance(state: TransactionState, to: TransactionState) -> TransactionState:
    """``to``, if it may follow ``state``.

    :raises WrongTurn: it may not.
    """
    if to not in _NEXT[state]:
        raise WrongTurn(f"a transaction that is {state.value} cannot become {to.value}")
    return to


AFTER_THE_END = 300
"""Slots after a transaction's validity before it is given up: a block of the last moment may come
late, or with another fork."""
FINAL_AFTER = 129_600
"""Slots after a transaction's validity from which on nobody looks at it again: three times the
security parameter over the share of slots with a block, for mainnet, is the farthest rollback."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is found out about a transaction, in this order, so that nothing slips through.

    ``tip`` is the node's newest slot, ``checkpoint`` how far the index had read after that;
    ``in_mempool`` is asked next, and last the index: ``slot`` of the block that holds it, and
    ``rival``, another transaction in a block that has spent what it spends or looks at.
    """

    tip: int
    checkpoint: int
    in_mempool: bool
    slot: int | None
    rival: bytes | None


class Verdict(Enum):
    """What follows from the facts."""

    LANDED = "landed"
    WAIT = "wait"
    SEND = "send"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


def judge(facts: Facts, valid_from: int | None, invalid_after: int | None) -> Verdict:
    """Whether a transaction has landed, may yet, should be sent (again), or never can.

    :param valid_from: the first slot in which it is valid, None for any.
    :param invalid_after: the first slot in which it is no longer valid, None for never.
    """
    if facts.slot is not None:
        return Verdict.LANDED
    if facts.rival is not None:
        return Verdict.SUPERSEDED
    if invalid_after is not None and facts.checkpoint >= invalid_after + AFTER_THE_END:
        return Verdict.EXPIRED
    if facts.in_mempool or facts.checkpoint < facts.tip:
        return Verdict.WAIT  # for a block, or for the index to read it
    if valid_from is not None and facts.tip < valid_from:
        return Verdict.WAIT  # after a rollback the chain may be younger than the transaction
    if invalid_after is not None and facts.tip >= invalid_after:
        return Verdict.WAIT  # no node would take it, and a block may still hold it
    return Verdict.SEND


def is_final(invalid_after: int | None, checkpoint: int) -> bool:
    """Whether what became of a transaction is for good, once the index has read ``checkpoint``."""
    return invalid_after is not None and checkpoint >= invalid_after + FINAL_AFTER
