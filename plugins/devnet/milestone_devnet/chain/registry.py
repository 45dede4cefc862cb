"""Accounts and representatives in the store: every change, so that a rollback forgets some."""

from __future__ import annotations

import sqlite3

import cbor2

from milestone_devnet.chain.block import Block
from milestone_devnet.ledger import (
    Account,
    Anchor,
    Credential,
    DefaultVote,
    Effect,
    LedgerState,
    Mandate,
    Representative,
)
from milestone_devnet.ledger.certificates import representative_of
from milestone_devnet.ledger.state import set_or_remove

_TYPES = {DefaultVote.ABSTAIN: 2, DefaultVote.NO_CONFIDENCE: 3}


def write_changes(
    connection: sqlite3.Connection, block: Block, position: int, effect: Effect
) -> None:
    """Write what a transaction registers, delegates and withdraws."""
    where = (block.height, position)
    connection.executemany(
        "INSERT INTO account_changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (*where, *credential, *_account_row(change.after))
            for credential, change in effect.accounts.items()
        ],
    )
    connection.executemany(
        "INSERT INTO representative_changes VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (*where, *credential, *_mandate_row(change.after))
            for credential, change in effect.representatives.items()
        ],
    )


def read_registered(
    connection: sqlite3.Connection, state: LedgerState, height: int | None = None
) -> None:
    """Put the accounts and representatives into a state: as they are, or were after a block."""
    for is_key, digest, deposit, rewards, pool, representative in connection.execute(
        "SELECT is_key, hash, deposit, rewards, pool, representative FROM account_changes"
        " WHERE ?1 IS NULL OR height <= ?1 ORDER BY rowid",
        (height,),
    ):
        voter = None if representative is None else representative_of(representative)
        account = None if deposit is None else Account(deposit, rewards, pool, voter)
        set_or_remove(state.accounts, Credential(bool(is_key), digest), account)
    for is_key, digest, deposit, url, url_hash in connection.execute(
        "SELECT is_key, hash, deposit, url, url_hash FROM representative_changes"
        " WHERE ?1 IS NULL OR height <= ?1 ORDER BY rowid",
        (height,),
    ):
        anchor = None if url is None else Anchor(url, url_hash)
        mandate = None if deposit is None else Mandate(deposit, anchor)
        set_or_remove(state.representatives, Credential(bool(is_key), digest), mandate)


def _account_row(account: Account | None) -> tuple[object, ...]:
    if account is None:
        return None, None, None, None
    voter = account.representative
    written = None if voter is None else _representative_cbor(voter)
    return account.deposit, account.rewards, account.pool, written


def _mandate_row(mandate: Mandate | None) -> tuple[object, ...]:
    if mandate is None:
        return None, None, None
    return mandate.deposit, *(mandate.anchor or (None, None))


def _representative_cbor(representative: Representative) -> bytes:
    if isinstance(representative, Credential):
        return cbor2.dumps([0 if representative.is_key else 1, representative.hash])
    return cbor2.dumps([_TYPES[representative]])
