"""The ledger against the verdicts of the Haskell ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from milestone_devnet.ledger import (
    Refused,
    decode_transaction,
    validate,
)

from .vectors import Event, Vector, is_core, load, name_of, vector_paths, vectors_folder

# The rules that the refused transactions of a vector break, by their names in Ogmios's schema.
REASONS: dict[str, set[str]] = {
    "allegra/fail-utxow-invalidmetadata": {"InvalidMetadata"},
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
    "conway/fail-utxos-fails-when-using-inline-datums-for-plutusv1": {
        "CannotCreateEvaluationContext"
    },
    "conway/fail-utxos-plutusv2": {"OrphanScriptInputs"},
    "conway/fail-utxos-treasurydonation-v1": {"CannotCreateEvaluationContext"},
    "mary/fail-utxo-valuenotconservedutxo": {"ValueNotConserved"},
    "shelley/fail-utxo-valuenotconservedutxo": {"ValueNotConserved"},
    "shelley/fail-utxow-conflictingmetadatahash": {"MetadataHashMismatch"},
    "shelley/fail-utxow-extraneousscriptwitnessesutxow": {"ExtraneousScripts"},
    "shelley/fail-utxow-missingscriptwitnessesutxow": {"MissingScripts"},
    "shelley/fail-utxow-missingvkeywitnessesutxow": {"MissingSignatories"},
}

FOLDER = vectors_folder()
CORE = [path for path in vector_paths(FOLDER) if is_core(path)] if FOLDER else []

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="no ledger vectors beside the checkout, nor in MILESTONE_VECTORS"
)


def verdict(vector: Vector, event: Event) -> str | None:
    """``None`` if we accept, else the rule broken; the transaction's effect is applied."""
    try:
        transaction = decode_transaction(event.transaction)
        vector.state.apply(validate(transaction, vector.state, vector.environment_at(event)))
    except Refused as refusal:
        return refusal.rule
    return None


def test_there_are_65_vectors_without_governance() -> None:
    assert len(CORE) == 65


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_verdicts_are_those_of_the_haskell_ledger(path: Path) -> None:
    vector = load(path)
    verdicts = [verdict(vector, event) for event in vector.events]
    assert [broken is None for broken in verdicts] == [event.accepted for event in vector.events]
    assert {broken for broken in verdicts if broken} == REASONS.get(vector.name, set())
