"""Refusals of certificates and withdrawals, and of what is not supported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..addresses import address_text
from ..model import Credential
from ..ogmios_json import (
    Json,
    lovelace_json,
    origin_json,
    pool_json,
    representative_json,
)
from .errors import Refused, hexes


def unknown_stake_pool(pool: bytes) -> Refused:
    return Refused(
        "UnknownStakePool",
        3140,
        "A certificate delegates to a stake pool that is not registered.",
        {"unknownStakePool": pool_json(pool)},
        priority=4,
    )


def incomplete_withdrawals(withdrawals: Mapping[bytes, int]) -> Refused:
    culprits = {address_text(k): lovelace_json(v) for k, v in withdrawals.items()}
    return Refused(
        "IncompleteWithdrawals",
        3141,
        "Some withdrawals are not of an account's whole rewards, or the account does not exist.",
        {"incompleteWithdrawals": culprits},
        priority=15,
    )


def credential_already_registered(credential: Credential) -> Refused:
    return Refused(
        "CredentialAlreadyRegistered",
        3145,
        "A certificate registers a stake credential that is registered already.",
        {"knownCredential": credential.hash.hex(), "from": origin_json(credential)},
        priority=2,
    )


def unknown_credential(credential: Credential) -> Refused:
    return Refused(
        "UnknownCredential",
        3146,
        "A certificate is about a stake credential, or delegates to a representative, that is not "
        "registered.",
        {"unknownCredential": credential.hash.hex(), "from": origin_json(credential)},
        priority=2,
    )


def non_empty_reward_account(balance: int) -> Refused:
    return Refused(
        "NonEmptyRewardAccount",
        3147,
        "A certificate deregisters a stake credential that still has rewards.",
        {"nonEmptyRewardAccountBalance": lovelace_json(balance)},
        priority=15,
    )


def forbidden_withdrawal(key_hashes: Iterable[bytes]) -> Refused:
    return Refused(
        "ForbiddenWithdrawal",
        3150,
        "Some withdrawals are by keys that delegate their vote to nobody.",
        {"marginalizedCredentials": hexes(key_hashes)},
        priority=15,
    )


def credential_deposit_mismatch(provided: int) -> Refused:
    """The ledger does not say which deposit it expected (before protocol version 11)."""
    return _deposit_mismatch({"providedDeposit": lovelace_json(provided)})


def representative_deposit_mismatch(provided: int, expected: int) -> Refused:
    return _deposit_mismatch(
        {"providedDeposit": lovelace_json(provided), "expectedDeposit": lovelace_json(expected)}
    )


def _deposit_mismatch(data: Json) -> Refused:
    return Refused(
        "CredentialDepositMismatch",
        3151,
        "A certificate states another deposit than the protocol has (or than was paid).",
        data,
        priority=16,
    )


def representative_already_registered(credential: Credential) -> Refused:
    return Refused(
        "DRepAlreadyRegistered",
        3152,
        "A certificate registers a delegate representative that is registered already.",
        {"knownDelegateRepresentative": representative_json(credential)},
        priority=2,
    )


def unknown_representative(credential: Credential) -> Refused:
    return Refused(
        "DRepNotRegistered",
        3153,
        "A certificate is about a delegate representative that is not registered.",
        {"unknownDelegateRepresentative": representative_json(credential)},
        priority=2,
    )


def treasury_mismatch(provided: int, expected: int) -> Refused:
    return Refused(
        "TreasuryWithdrawalMismatch",
        3158,
        "The transaction states another treasury than there is.",
        {
            "providedWithdrawal": lovelace_json(provided),
            "computedWithdrawal": lovelace_json(expected),
        },
        priority=16,
    )


def unsupported(what: str) -> Refused:
    """Conway has it, this ledger does not: said clearly rather than accepted in silence."""
    reason = f"this devnet does not support {what}"
    return Refused(
        "UnexpectedMempoolError",
        3997,
        f"The transaction is not taken: {reason}.",
        {"error": reason},
        priority=1,
    )
