"""Accounts, representatives and pools of a file to judge, in the words of Ogmios's answers.

Whatever is wrong raises ``ValueError``, ``TypeError`` or ``KeyError``.
"""

from __future__ import annotations

from typing import Any

from milestone_devnet.ledger import (
    Account,
    Anchor,
    Credential,
    DefaultVote,
    Mandate,
    Representative,
)
from milestone_devnet.text import bech32_decode

_HASH_LENGTH = 28
_ORIGINS = {"verificationKey": True, "script": False}
_MAX_LOVELACE = 2**63 - 1


def accounts_of(content: Any) -> dict[Credential, Account]:
    """Reward accounts, as ``queryLedgerState/rewardAccountSummaries`` tells them."""
    return {
        _credential(entry, "credential"): Account(
            _lovelace(entry["deposit"]),
            _lovelace(entry["rewards"]),
            _pool(entry["stakePool"]["id"]) if entry.get("stakePool") else None,
            _representative(entry.get("delegateRepresentative")),
        )
        for entry in content
    }


def representatives_of(content: Any) -> dict[Credential, Mandate]:
    """Representatives, as ``queryLedgerState/delegateRepresentatives`` tells them.

    Among them are the two that nobody registers, which are no part of a state.
    """
    return {
        _credential(entry, "id"): Mandate(_lovelace(entry["deposit"]), _anchor(entry))
        for entry in content
        if entry["type"] == "registered"
    }


def pools_of(content: Any) -> dict[bytes, None]:
    """Stake pools by their ids, in bech32 or hex: an array, or an object with them as its keys."""
    return dict.fromkeys(_pool(text) for text in content)


def _pool(text: Any) -> bytes:
    pool = bech32_decode(text)[1] if text.startswith("pool1") else bytes.fromhex(text)
    if len(pool) != _HASH_LENGTH:
        raise ValueError(f"{text!r} is no stake pool's id")
    return pool


def _representative(entry: Any) -> Representative | None:
    if entry is None:
        return None
    if entry["type"] == "registered":
        return _credential(entry, "id")
    return DefaultVote(entry["type"])


def _credential(entry: Any, member: str) -> Credential:
    digest = bytes.fromhex(entry[member])
    if len(digest) != _HASH_LENGTH:
        raise ValueError(f"{entry[member]!r} is not the hash of a key or script")
    return Credential(_ORIGINS[entry["from"]], digest)


def _anchor(entry: Any) -> Anchor | None:
    told = entry.get("metadata")
    return Anchor(told["url"], bytes.fromhex(told["hash"])) if told else None


def _lovelace(value: Any) -> int:
    amount = value["ada"]["lovelace"]
    if type(amount) is not int or not 0 <= amount <= _MAX_LOVELACE:
        raise ValueError(f"{amount!r} is no amount of lovelace")
    return amount
