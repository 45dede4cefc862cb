"""Rules about certificates, withdrawals and governance (LEDGER, CERTS)."""

from __future__ import annotations

from collections.abc import Iterator

from ..addresses import reward_credential
from ..context import Context
from ..refusals import Refused
from ..refusals import accounts as refuse
from ..state import Account

_UNSUPPORTED = {
    3: "register a stake pool",
    4: "retire a stake pool",
    14: "authorise a member of the committee",
    15: "resign from the committee",
}


def certificates_and_withdrawals_are_possible(context: Context) -> Iterator[Refused]:
    """What is registered, deregistered and withdrawn agrees with the accounts.

    Not asked of a transaction whose scripts fail: it does none of it.
    """
    if context.transaction.is_valid:
        yield from context.book.failures


def keys_that_withdraw_delegate_their_vote(context: Context) -> Iterator[Refused]:
    """``ConwayWdrlNotDelegatedToDRep``, of the accounts as they were before the certificates."""
    if context.environment.parameters.is_bootstrap_phase or not context.transaction.is_valid:
        return
    credentials = map(reward_credential, context.transaction.body.withdrawals)
    keys = [c.hash for c in credentials if c.is_key and not _votes(context.state.accounts.get(c))]
    if keys:
        yield refuse.forbidden_withdrawal(keys)


def _votes(account: Account | None) -> bool:
    return account is not None and account.representative is not None


def treasury_is_as_stated(context: Context) -> Iterator[Refused]:
    """``ConwayTreasuryValueMismatch``."""
    stated, treasury = context.transaction.body.treasury, context.environment.treasury
    if stated not in (None, treasury) and context.transaction.is_valid:
        yield refuse.treasury_mismatch(stated, treasury)


def governance_is_not_used(context: Context) -> Iterator[Refused]:
    """Votes, proposals, pools and the committee are part of Conway, and not of this ledger.

    Asked even where scripts fail, for nobody looked at the witnesses that these would need.
    """
    body = context.transaction.body
    if body.has_votes:
        yield refuse.unsupported("votes")
    if body.has_proposals:
        yield refuse.unsupported("governance proposals")
    for kind in {c.kind for c in body.certificates if isinstance(c.kind, int)}:
        yield refuse.unsupported(f"certificates that {_UNSUPPORTED[kind]}")
