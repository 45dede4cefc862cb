"""The ledger against the verdicts of the Haskell ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from milestone_devnet.judging.conformance import check_folder, differences, run
from milestone_devnet.judging.vectors import load, name_of, reasons_outside, vector_paths
from milestone_devnet.ledger import TxIn

from .schema import ledger_vectors

# The rules that the refused transactions of a vector break, by their names in Ogmios's schema.
REASONS: dict[str, set[str]] = {
    "allegra/fail-utxow-invalidmetadata": {"DeserialisationFailure"},
    "alonzo/fail-utxo-plutusv2-insufficient-collateral": {"InsufficientCollateral"},
    "alonzo/fail-utxo-plutusv2-too-many-execution-units-for-tx": {"ExecutionUnitsTooLarge"},
    "alonzo/fail-utxo-plutusv3-insufficient-collateral": {"InsufficientCollateral"},
    "alonzo/fail-utxos-no-cost-model": {"ScriptIntegrityHashMismatch"},
    "alonzo/fail-utxos-plutusv2-no-cost-model": {"ScriptIntegrityHashMismatch"},
    "alonzo/fail-utxos-plutusv2-valid-transaction-marked-as-invalid": {"SpendsMismatch"},
    "alonzo/fail-utxos-plutusv3-invalid-transaction-marked-as-valid": {"SpendsMismatch"},
    "alonzo/fail-utxos-plutusv3-no-cost-model": {"ScriptIntegrityHashMismatch"},
    "alonzo/fail-utxow-minting": {"ExtraneousRedeemers"},
    "alonzo/fail-utxow-missing-phase-2-script-witness": {"MissingScripts"},
    "alonzo/fail-utxow-missing-witness-for-collateral-input": {"MissingSignatories"},
    "alonzo/fail-utxow-missingredeemers": {"MissingRedeemers"},
    "alonzo/fail-utxow-missingrequireddatums": {"MissingDatums"},
    "alonzo/fail-utxow-not-validating-mint-script": {"SpendsMismatch"},
    "alonzo/fail-utxow-not-validating-spend-script": {"SpendsMismatch"},
    "alonzo/fail-utxow-notallowedsupplementaldatums": {"ExtraneousDatums"},
    "alonzo/fail-utxow-plutusv2-missing-phase-2-script-witness": {"MissingScripts"},
    "alonzo/fail-utxow-plutusv2-missing-witness-for-collateral-input": {"MissingSignatories"},
    "alonzo/fail-utxow-plutusv2-not-validating-cert-script": {"SpendsMismatch"},
    "alonzo/fail-utxow-plutusv2-not-validating-mint-script": {"SpendsMismatch"},
    "alonzo/fail-utxow-plutusv2-not-validating-withdrawal-script": {"SpendsMismatch"},
    "alonzo/fail-utxow-plutusv2-unspendableutxonodatumhash": {"OrphanScriptInputs"},
    "alonzo/fail-utxow-plutusv3-missing-phase-2-script-witness": {"MissingScripts"},
    "alonzo/fail-utxow-plutusv3-missingredeemers": {"MissingRedeemers"},
    "alonzo/fail-utxow-plutusv3-not-validating-cert-script": {"SpendsMismatch"},
    "alonzo/fail-utxow-plutusv3-not-validating-mint-script": {"SpendsMismatch"},
    "alonzo/fail-utxow-plutusv3-redeemer-with-incorrect-purpose": {"MissingRedeemers"},
    "alonzo/fail-utxow-spending": {"ExtraneousRedeemers"},
    "babbage/fail-utxow-extraredeemers-redeemerpointerpointstonothing": {"ExtraneousRedeemers"},
    "babbage/fail-utxow-malformedreferencescripts": {"MalformedScripts"},
    "babbage/fail-utxow-malformedscriptwitnesses": {"MalformedScripts"},
    "conway/fail-deleg-delegate-to-unregistered-pool": {"UnknownStakePool"},
    "conway/fail-deleg-when-already-already-registered": {"CredentialAlreadyRegistered"},
    "conway/fail-deleg-with-incorrect-deposit": {"CredentialDepositMismatch"},
    "conway/fail-govcert-drep-already-registered": {"DRepAlreadyRegistered"},
    "conway/fail-govcert-invalid-refund-provided-with-drep-deregistration-cert": {
        "CredentialDepositMismatch"
    },
    "conway/fail-govcert-unregistering-a-nonexistent-drep": {"DRepNotRegistered"},
    "conway/fail-utxos-delegtxcert-v1": {"CannotCreateEvaluationContext"},
    "conway/fail-utxos-fails-when-using-inline-datums-for-plutusv1": {
        "CannotCreateEvaluationContext"
    },
    "conway/fail-utxos-plutusv2": {"OrphanScriptInputs"},
    "conway/fail-utxos-regdepositdelegtxcert-v1": {"CannotCreateEvaluationContext"},
    "conway/fail-utxos-regdreptxcert-v1": {"CannotCreateEvaluationContext"},
    "conway/fail-utxos-treasurydonation-v1": {"CannotCreateEvaluationContext"},
    "conway/fail-utxos-updatedreptxcert-v2": {"CannotCreateEvaluationContext"},
    "mary/fail-utxo-valuenotconservedutxo": {"ValueNotConserved"},
    "shelley/fail-utxo-valuenotconservedutxo": {"ValueNotConserved"},
    "shelley/fail-utxow-conflictingmetadatahash": {"MetadataHashMismatch"},
    "shelley/fail-utxow-extraneousscriptwitnessesutxow": {"ExtraneousScripts"},
    "shelley/fail-utxow-missingscriptwitnessesutxow": {"MissingScripts"},
    "shelley/fail-utxow-missingvkeywitnessesutxow": {"MissingSignatories"},
}

FOLDER = ledger_vectors()
PATHS = vector_paths(FOLDER) if FOLDER else []
CORE = [path for path in PATHS if not reasons_outside(path)]
# Governance as far as this ledger has it.
REPRESENTATIVES = {
    "registers a delegate representative",
    "retires a delegate representative",
    "updates a delegate representative",
}
REPRESENTED = [
    path for path in PATHS if path not in CORE and {*reasons_outside(path)} <= REPRESENTATIVES
]

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="no ledger vectors beside the checkout, nor in MILESTONE_VECTORS"
)


def test_there_are_65_vectors_without_governance_and_36_with_it() -> None:
    assert (len(CORE), len(PATHS) - len(CORE)) == (65, 36)
    assert len(REPRESENTED) == 8


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_verdicts_and_what_remains_are_those_of_the_haskell_ledger(path: Path) -> None:
    assert differences(load(path)) == []


@pytest.mark.parametrize("path", REPRESENTED, ids=name_of)
def test_delegate_representatives_are_those_of_the_haskell_ledger(path: Path) -> None:
    assert differences(load(path)) == []
    broken = {verdict.rule for verdict in run(load(path)) if not verdict.accepted}
    assert broken == REASONS.get(name_of(path), set())


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_what_is_refused_is_refused_by_the_rule_that_it_breaks(path: Path) -> None:
    broken = {verdict.rule for verdict in run(load(path)) if not verdict.accepted}
    assert broken == REASONS.get(name_of(path), set())


def test_another_verdict_or_another_output_is_a_disagreement() -> None:
    vector = load(next(path for path in CORE if name_of(path) in REASONS))
    (refused,) = [event for event in vector.events if not event.accepted]
    events = tuple(replace(event, accepted=True) for event in vector.events)
    (problem,) = differences(replace(vector, events=events))
    assert f"transaction {vector.events.index(refused)} is refused" in problem

    vector = load(next(path for path in CORE if name_of(path) not in REASONS))
    reference, output = max(vector.remaining.items())
    for remaining in (
        {**vector.remaining, reference: replace(output, coin=output.coin + 1)},
        {key: value for key, value in vector.remaining.items() if key != reference},
        {**vector.remaining, TxIn(bytes(32), 0): output},
    ):
        fresh = load(next(path for path in CORE if name_of(path) == vector.name))
        assert len(differences(replace(fresh, remaining=remaining))) == 1


def test_a_folder_is_summed_up() -> None:
    assert FOLDER is not None
    told: list[tuple[int, int]] = []
    found = check_folder(FOLDER, lambda done, total: told.append((done, total)))
    assert (found.core, found.agree, found.disagreements) == (65, 65, [])
    assert len(found.outside) == 36
    assert (
        found.outside["conway/fail-govcert-resigning-a-non-cc-key"] == "resigns from the committee"
    )
    assert told == [(i, 101) for i in range(1, 102)]
