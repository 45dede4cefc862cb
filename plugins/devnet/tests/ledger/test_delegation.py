"""Delegation of stake and vote, and delegate representatives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from milestone_devnet.ledger import (
    Account,
    Anchor,
    Credential,
    DefaultVote,
    LedgerState,
    Mandate,
)

from .world import (
    ADA,
    ALICE,
    BOB,
    ENVIRONMENT,
    TRUE,
    UNIT,
    UNITS,
    Draft,
    accepted,
    refused,
    state,
)

DEPOSIT, MANDATE = 2 * ADA, 500 * ADA
KEY, SCRIPT = Credential(True, ALICE.key_hash), Credential(False, TRUE)
KEY_CBOR, SCRIPT_CBOR, BOB_CBOR = [0, ALICE.key_hash], [1, TRUE], [0, BOB.key_hash]
POOL = b"p" * 28
WITH_POOL = replace(ENVIRONMENT, pools=frozenset({POOL}))
BOOTSTRAP = replace(
    ENVIRONMENT, parameters=replace(ENVIRONMENT.parameters, protocol_version=(9, 0))
)
# Small, so that Alice can pay it.
CHEAP = replace(ENVIRONMENT, parameters=replace(ENVIRONMENT.parameters, drep_deposit=9 * ADA))
URL, DIGEST = "https://example.org/me", b"h" * 32
CARD = [URL, DIGEST]
REPRESENTATIVES = [
    (KEY_CBOR, KEY),
    (SCRIPT_CBOR, SCRIPT),
    ([2], DefaultVote.ABSTAIN),
    ([3], DefaultVote.NO_CONFIDENCE),
]


def ledger_with(**account: Any) -> LedgerState:
    """Alice has an account; she and the script are representatives."""
    ledger = state()
    ledger.accounts[KEY] = Account(DEPOSIT, **account)
    ledger.representatives = {KEY: Mandate(MANDATE), SCRIPT: Mandate(MANDATE)}
    return ledger


def certifying(*certificates: list[Any], change: int = 0) -> Draft:
    return Draft(body={4: list(certificates)}, change=change)


def after(draft: Draft, ledger: LedgerState, environment: Any = WITH_POOL) -> LedgerState:
    """The state after a transaction, which can be undone."""
    before = replace(
        ledger, accounts=dict(ledger.accounts), representatives=dict(ledger.representatives)
    )
    effect = accepted(draft, ledger, environment)
    ledger.apply(effect)
    ledger.undo(effect)
    assert (ledger.accounts, ledger.representatives) == (before.accounts, before.representatives)
    ledger.apply(effect)
    return ledger


def test_stake_is_delegated_to_a_pool() -> None:
    ledger = after(certifying([2, KEY_CBOR, POOL]), ledger_with())
    assert ledger.accounts == {KEY: Account(DEPOSIT, pool=POOL)}


@pytest.mark.parametrize("certificate", [[2, KEY_CBOR, POOL], [10, KEY_CBOR, POOL, [2]]])
def test_a_pool_that_does_not_exist_gets_no_delegation(certificate: list[Any]) -> None:
    refusal = refused(certifying(certificate), ledger_with())
    assert refusal.code == 3140
    assert refusal.data["unknownStakePool"].startswith("pool1")


@pytest.mark.parametrize(("written", "representative"), REPRESENTATIVES)
def test_a_vote_is_delegated(written: list[Any], representative: Any) -> None:
    ledger = after(certifying([9, KEY_CBOR, written]), ledger_with(pool=POOL))
    assert ledger.accounts == {KEY: Account(DEPOSIT, pool=POOL, representative=representative)}


def test_stake_and_vote_are_delegated_together() -> None:
    ledger = after(certifying([10, KEY_CBOR, POOL, [2]]), ledger_with())
    assert ledger.accounts == {KEY: Account(DEPOSIT, 0, POOL, DefaultVote.ABSTAIN)}


@pytest.mark.parametrize("certificate", [[9, KEY_CBOR, [2]], [10, KEY_CBOR, POOL, [2]]])
def test_only_an_account_delegates(certificate: list[Any]) -> None:
    refusal = refused(certifying(certificate), None, WITH_POOL)
    assert (refusal.code, refusal.data["unknownCredential"]) == (3146, ALICE.key_hash.hex())


def test_a_vote_is_not_delegated_to_somebody_who_is_not_registered() -> None:
    draft = certifying([9, KEY_CBOR, BOB_CBOR])
    refusal = refused(draft, ledger_with())
    assert (refusal.code, refusal.data["unknownCredential"]) == (3146, BOB.key_hash.hex())
    assert accepted(draft, ledger_with(), BOOTSTRAP).valid


def test_a_delegation_is_signed_by_the_account() -> None:
    ledger = ledger_with()
    ledger.accounts[Credential(True, BOB.key_hash)] = Account(DEPOSIT)
    refusal = refused(certifying([9, BOB_CBOR, [2]]), ledger)
    assert refusal.data == {"missingSignatories": [BOB.key_hash.hex()]}


@pytest.mark.parametrize(
    ("certificate", "account"),
    [
        ([11, KEY_CBOR, POOL, DEPOSIT], Account(DEPOSIT, 0, POOL)),
        ([12, KEY_CBOR, [3], DEPOSIT], Account(DEPOSIT, 0, None, DefaultVote.NO_CONFIDENCE)),
        ([13, KEY_CBOR, POOL, SCRIPT_CBOR, DEPOSIT], Account(DEPOSIT, 0, POOL, SCRIPT)),
    ],
)
def test_registration_and_delegation_in_one(certificate: list[Any], account: Account) -> None:
    draft = certifying(certificate, change=-DEPOSIT)
    assert refused(draft, ledger_with(), WITH_POOL).code == 3145
    ledger = replace(ledger_with(), accounts={})
    assert refused(certifying(certificate), ledger, WITH_POOL).code == 3123
    wrong = certifying([*certificate[:-1], DEPOSIT - 1], change=-DEPOSIT)
    assert refused(wrong, ledger, WITH_POOL).code == 3151
    assert after(draft, ledger).accounts == {KEY: account}


def withdrawing(amount: int) -> Draft:
    return Draft(body={5: {b"\xe0" + ALICE.key_hash: amount}}, change=amount)


def test_a_key_that_delegates_its_vote_withdraws_its_rewards() -> None:
    ledger = ledger_with(rewards=7, representative=DefaultVote.ABSTAIN)
    assert after(withdrawing(7), ledger).accounts[KEY].rewards == 0


def test_a_vote_delegated_in_the_same_transaction_comes_too_late_for_a_withdrawal() -> None:
    draft = withdrawing(7)
    draft.body[4] = [[9, KEY_CBOR, [2]]]
    assert refused(draft, ledger_with(rewards=7)).code == 3150


def test_before_protocol_version_10_keys_withdraw_without_a_vote() -> None:
    assert accepted(withdrawing(7), ledger_with(rewards=7), BOOTSTRAP).valid


def test_a_representative_is_registered_updated_and_retired() -> None:
    ledger = state()
    after(certifying([16, KEY_CBOR, 9 * ADA, None], change=-9 * ADA), ledger, CHEAP)
    assert ledger.representatives == {KEY: Mandate(9 * ADA)}
    ledger = replace(state(), representatives=ledger.representatives)
    after(certifying([18, KEY_CBOR, CARD]), ledger, CHEAP)
    assert ledger.representatives == {KEY: Mandate(9 * ADA, Anchor(URL, DIGEST))}
    ledger = replace(state(), representatives=ledger.representatives)
    after(certifying([17, KEY_CBOR, 9 * ADA], change=9 * ADA), ledger, CHEAP)
    assert ledger.representatives == {}


def test_who_delegated_to_a_retired_representative_delegates_to_nobody() -> None:
    ledger = ledger_with(representative=KEY, pool=POOL)
    other, script = Credential(True, BOB.key_hash), Credential(False, bytes(28))
    ledger.accounts[other] = Account(DEPOSIT, representative=SCRIPT)
    ledger.accounts[script] = Account(DEPOSIT, representative=KEY)
    after(certifying([17, KEY_CBOR, MANDATE], change=MANDATE), ledger)
    assert ledger.accounts == {
        KEY: Account(DEPOSIT, pool=POOL),
        other: Account(DEPOSIT, representative=SCRIPT),
        script: Account(DEPOSIT),
    }


@pytest.mark.parametrize(
    ("certificate", "change", "code"),
    [
        ([16, KEY_CBOR, MANDATE, None], 0, 3152),
        ([17, BOB_CBOR, MANDATE], 0, 3153),
        ([18, BOB_CBOR, None], 0, 3153),
        ([17, KEY_CBOR, MANDATE - 1], MANDATE - 1, 3151),
    ],
)
def test_representatives_are_there_once_and_get_back_what_they_paid(
    certificate: list[Any], change: int, code: int
) -> None:
    draft = certifying(certificate, change=change)
    draft.signers = [ALICE, BOB]
    assert refused(draft, ledger_with()).code == code


def test_a_representative_pays_the_deposit_that_the_protocol_has() -> None:
    refusal = refused(certifying([16, KEY_CBOR, ADA, None], change=-ADA))
    assert (refusal.code, refusal.data["expectedDeposit"]["ada"]["lovelace"]) == (3151, MANDATE)


@pytest.mark.parametrize(
    "certificate", [[16, SCRIPT_CBOR, 9 * ADA, None], [12, SCRIPT_CBOR, [2], DEPOSIT]]
)
def test_a_script_is_run_to_speak_for_itself(certificate: list[Any]) -> None:
    paid = certificate[2] if certificate[0] == 16 else DEPOSIT
    draft = certifying(certificate, change=-paid).spending_script()
    purpose = refused(draft, None, CHEAP).data["missingRedeemers"][0]
    assert purpose["purpose"] == "publish"
    draft.redeemers[2, 0] = (UNIT, UNITS)
    assert accepted(draft, None, CHEAP).valid
