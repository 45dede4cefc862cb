"""Certificates, withdrawals, and what this ledger does not support."""

from __future__ import annotations

from typing import Any

import pytest

from milestone_devnet.ledger import Account, Credential, LedgerState

from .world import (
    ADA,
    ALICE,
    BOB,
    IMPOSSIBLE,
    NEVER_TRUE,
    TRUE,
    UNIT,
    UNITS,
    Draft,
    accepted,
    refused,
    state,
)

DEPOSIT = 2 * ADA
KEY = Credential(True, ALICE.key_hash)
SCRIPT = Credential(False, TRUE)
KEY_CBOR, SCRIPT_CBOR = [0, ALICE.key_hash], [1, TRUE]
ACCOUNT_OF_SCRIPT = b"\xf0" + TRUE


def registered(*credentials: Credential, rewards: int = 0) -> LedgerState:
    ledger = state()
    ledger.accounts |= {credential: Account(DEPOSIT, rewards) for credential in credentials}
    return ledger


def certifying(*certificates: list[Any], change: int = 0) -> Draft:
    return Draft(body={4: list(certificates)}, change=change)


@pytest.mark.parametrize("certificate", [[0, KEY_CBOR], [7, KEY_CBOR, DEPOSIT]])
def test_a_registration_pays_a_deposit(certificate: list[Any]) -> None:
    ledger = state()
    ledger.apply(accepted(certifying(certificate, change=-DEPOSIT), ledger))
    assert ledger.accounts == {KEY: Account(DEPOSIT)}


def test_a_registration_without_its_deposit_is_refused() -> None:
    assert refused(certifying([0, KEY_CBOR])).code == 3123


def test_a_registration_that_states_another_deposit_is_refused() -> None:
    refusal = refused(certifying([7, KEY_CBOR, ADA], change=-ADA))
    assert (refusal.code, refusal.data) == (3151, {"providedDeposit": {"ada": {"lovelace": ADA}}})


def test_a_credential_is_registered_once() -> None:
    refusal = refused(certifying([0, KEY_CBOR], change=-DEPOSIT), registered(KEY))
    assert refusal.code == 3145
    assert refusal.data == {"knownCredential": ALICE.key_hash.hex(), "from": "verificationKey"}


@pytest.mark.parametrize("certificate", [[1, KEY_CBOR], [8, KEY_CBOR, DEPOSIT]])
def test_a_deregistration_gives_the_deposit_back(certificate: list[Any]) -> None:
    ledger, before = registered(KEY), registered(KEY)
    effect = accepted(certifying(certificate, change=DEPOSIT), ledger)
    ledger.apply(effect)
    assert ledger.accounts == {}
    ledger.undo(effect)
    assert ledger == before


def test_a_deregistration_must_be_signed_by_its_key() -> None:
    ledger = registered(Credential(True, BOB.key_hash))
    draft = certifying([1, [0, BOB.key_hash]], change=DEPOSIT)
    assert refused(draft, ledger).data == {"missingSignatories": [BOB.key_hash.hex()]}


def test_an_unknown_credential_is_not_deregistered() -> None:
    assert refused(certifying([1, KEY_CBOR])).code == 3146


def test_an_account_with_rewards_is_not_deregistered() -> None:
    ledger = registered(KEY, rewards=5)
    assert refused(certifying([1, KEY_CBOR], change=DEPOSIT), ledger).code == 3147


def test_registration_and_deregistration_in_one_transaction_come_to_nothing() -> None:
    ledger = state()
    ledger.apply(accepted(certifying([0, KEY_CBOR], [1, KEY_CBOR]), ledger))
    assert ledger.accounts == {}


def withdrawing(amount: int = 0) -> Draft:
    draft = Draft(body={5: {ACCOUNT_OF_SCRIPT: amount}}, change=amount).spending_script()
    draft.redeemers[3, 0] = (UNIT, UNITS)
    return draft


def test_a_script_withdraws_nothing_to_be_run_as_an_observer() -> None:
    assert accepted(withdrawing(), registered(SCRIPT)).valid


def test_a_script_withdraws_all_of_its_rewards() -> None:
    ledger = registered(SCRIPT, rewards=7)
    ledger.apply(accepted(withdrawing(7), ledger))
    assert ledger.accounts == {SCRIPT: Account(DEPOSIT, 0)}


@pytest.mark.parametrize("amount", [0, 6, 8])
def test_a_part_of_the_rewards_is_not_withdrawn(amount: int) -> None:
    refusal = refused(withdrawing(amount), registered(SCRIPT, rewards=7))
    assert refusal.code == 3141
    [(account, value)] = refusal.data["incompleteWithdrawals"].items()
    assert account.startswith("stake_test17")
    assert value == {"ada": {"lovelace": amount}}


def test_an_unregistered_account_withdraws_nothing() -> None:
    assert refused(withdrawing()).code == 3141


def test_a_withdrawal_needs_its_redeemer() -> None:
    draft = withdrawing()
    del draft.redeemers[3, 0]
    purpose = refused(draft, registered(SCRIPT)).data["missingRedeemers"][0]
    assert purpose["purpose"] == "withdraw"


def test_a_key_withdraws_only_if_it_delegates_its_vote() -> None:
    refusal = refused(Draft(body={5: {b"\xe0" + ALICE.key_hash: 0}}), registered(KEY))
    assert refusal.code == 3150
    assert refusal.data == {"marginalizedCredentials": [ALICE.key_hash.hex()]}


def test_a_script_is_registered_without_running_it() -> None:
    ledger = state()
    ledger.apply(accepted(certifying([0, SCRIPT_CBOR], change=-DEPOSIT), ledger))
    assert ledger.accounts == {SCRIPT: Account(DEPOSIT)}


def test_a_script_is_run_to_deregister_it() -> None:
    draft = certifying([1, SCRIPT_CBOR], change=DEPOSIT).spending_script()
    draft.redeemers[2, 0] = (UNIT, UNITS)
    assert accepted(draft, registered(SCRIPT)).valid


def unsupported(draft: Draft) -> str:
    refusal = refused(draft)
    assert refusal.code == 3997
    return str(refusal.data["error"])


@pytest.mark.parametrize(
    "certificate",
    [[3, b"anything"], [4, bytes(28), 9], [14, KEY_CBOR, KEY_CBOR], [15, KEY_CBOR, None]],
)
def test_certificates_of_pools_and_the_committee_are_refused_clearly(
    certificate: list[Any],
) -> None:
    assert "does not support certificates" in unsupported(certifying(certificate))


def test_they_are_refused_even_if_the_scripts_fail() -> None:
    draft = Draft(body={4: [[3, b"anything"]]}, is_valid=False)
    draft.spending_script(IMPOSSIBLE, NEVER_TRUE)
    assert "does not support certificates" in unsupported(draft)


def test_a_script_is_run_to_register_it_if_the_deposit_is_stated() -> None:
    draft = certifying([7, SCRIPT_CBOR, DEPOSIT], change=-DEPOSIT).spending_script()
    assert refused(draft).code == 3109
    draft.redeemers[2, 0] = (UNIT, UNITS)
    ledger = state()
    ledger.apply(accepted(draft, ledger))
    assert ledger.accounts == {SCRIPT: Account(DEPOSIT)}


@pytest.mark.parametrize(("field", "what"), [(19, "votes"), (20, "proposals")])
def test_votes_and_proposals_are_refused_clearly(field: int, what: str) -> None:
    assert what in unsupported(Draft(body={field: {}}))


def test_the_treasury_is_empty() -> None:
    assert accepted(Draft(body={21: 0})).valid
    assert refused(Draft(body={21: 1})).code == 3158


def test_a_donation_is_paid() -> None:
    assert accepted(Draft(body={22: ADA}, change=-ADA)).valid
    assert refused(Draft(body={22: ADA})).code == 3123
