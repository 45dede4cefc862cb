"""Rules about certificates, withdrawals and governance (LEDGER, CERTS)."""

from __future__ import annotations

from collections.abc import Iterator

from ..addresses import reward_credential
from ..context import Context
from ..refusals import Refused
from ..refusals import accounts as refuse

_TREASURY = 0


def certificates_and_withdrawals_are_possible(context: Context) -> Iterator[Refused]:
    """What is registered, deregistered and withdrawn agrees with the accounts.

    Not asked of a transaction whose scripts fail: it does none of it.
    """
    if context.transaction.is_valid:
        yield from context.book.failures


def keys_that_withdraw_delegate_their_vote(context: Context) -> Iterator[Refused]:
    """``ConwayWdrlNotDelegatedToDRep``. Nobody can delegate a vote here yet."""
    credentials = map(reward_credential, context.transaction.body.withdrawals)
    keys = [credential.hash for credential in credentials if credential.is_key]
    if keys and context.transaction.is_valid:
        yield refuse.forbidden_withdrawal(keys)


def treasury_is_as_stated(context: Context) -> Iterator[Refused]:
    """``ConwayTreasuryValueMismatch``. The treasury of this ledger stays empty."""
    stated = context.transaction.body.treasury
    if stated not in (None, _TREASURY) and context.transaction.is_valid:
        yield refuse.treasury_mismatch(stated, _TREASURY)


def governance_is_not_used(context: Context) -> Iterator[Refused]:
    """Votes and proposals are part of Conway, and not of this ledger."""
    if context.transaction.body.has_votes:
        yield refuse.unsupported("votes")
    if context.transaction.body.has_proposals:
        yield refuse.unsupported("governance proposals")
