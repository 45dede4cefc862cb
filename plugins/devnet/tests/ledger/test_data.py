"""Datums, redeemers and the script integrity hash."""

from __future__ import annotations

import pytest

from .world import (
    ADA,
    ALWAYS_TRUE,
    BOB,
    DATUM,
    DATUM_HASH,
    LOCKED,
    LOCKED_BARE,
    LOCKED_BY_HASH,
    MONEY,
    OLD_BARE,
    TRUE,
    UNIT,
    UNITS,
    Draft,
    accepted,
    output,
    reference,
    refused,
    state,
)


def test_an_inline_datum_is_enough() -> None:
    assert accepted(Draft().spending_script(LOCKED)).valid


def test_since_plutus_v3_no_datum_is_needed() -> None:
    assert accepted(Draft().spending_script(LOCKED_BARE)).valid


def test_an_input_without_datum_is_lost_to_plutus_v2() -> None:
    refusal = refused(Draft().spending_script(OLD_BARE, ALWAYS_TRUE[2], 2))
    assert refusal.code == 3114
    assert len(refusal.data["orphanScriptInputs"]) == 1


def test_a_datum_that_an_input_has_by_hash_must_be_there() -> None:
    refusal = refused(Draft().spending_script(LOCKED_BY_HASH))
    assert refusal.code == 3111
    assert refusal.data == {"missingDatums": [DATUM_HASH.hex()]}
    assert accepted(Draft(witnesses={4: [DATUM]}).spending_script(LOCKED_BY_HASH)).valid


def test_a_datum_that_belongs_to_nothing_is_refused() -> None:
    refusal = refused(Draft(witnesses={4: [DATUM]}))
    assert refusal.code == 3112
    assert refusal.data == {"extraneousDatums": [DATUM_HASH.hex()]}


def test_a_datum_of_an_output_may_be_shown() -> None:
    outputs = [output(BOB.address, 5 * ADA, datum_hash=DATUM_HASH)]
    assert accepted(Draft(outputs=outputs, witnesses={4: [DATUM]})).valid


def test_a_datum_of_a_reference_input_may_be_shown() -> None:
    draft = Draft(body={18: [[*LOCKED_BY_HASH]]}, witnesses={4: [DATUM]})
    assert accepted(draft).valid


def test_a_script_needs_its_redeemer() -> None:
    draft = Draft().spending_script()
    draft.redeemers = {}
    refusal = refused(draft)
    assert refusal.code == 3109
    out_ref = {"transaction": {"id": LOCKED.transaction_id.hex()}, "index": 0}
    assert refusal.data == {"missingRedeemers": [{"purpose": "spend", "outputReference": out_ref}]}


def test_a_policy_needs_its_redeemer() -> None:
    draft = Draft(body={9: {TRUE: {b"": 1}}}).spending_script()
    assert refused(draft).data == {"missingRedeemers": [{"purpose": "mint", "policy": TRUE.hex()}]}


@pytest.mark.parametrize(("tag", "name"), [(0, "spend"), (1, "mint"), (3, "withdraw"), (4, "vote")])
def test_a_redeemer_without_a_script_is_refused(tag: int, name: str) -> None:
    draft = Draft().spending_script()
    draft.redeemers[tag, 7] = (UNIT, UNITS)
    refusal = refused(draft)
    assert refusal.code == 3110
    assert refusal.data == {"extraneousRedeemers": [{"purpose": name, "index": 7}]}


def test_a_redeemer_counts_inputs_in_the_order_of_the_ledger() -> None:
    """Alice's input comes first by its id, whatever the order in the body."""
    draft = Draft(inputs=[LOCKED, MONEY])
    draft.inputs.remove(LOCKED)
    draft.spending_script()
    draft.inputs.reverse()
    assert accepted(draft).valid
    draft.redeemers = {(0, 0): (UNIT, UNITS)}
    assert refused(draft).code == 3109


def test_the_integrity_hash_binds_the_redeemer() -> None:
    draft = Draft().spending_script()
    draft.body[11] = bytes(32)
    refusal = refused(draft)
    assert refusal.code == 3113
    assert refusal.data["providedScriptIntegrity"] == "00" * 32
    assert len(refusal.data["computedScriptIntegrity"]) == 64


def test_the_integrity_hash_binds_the_cost_models() -> None:
    draft = Draft().spending_script()
    draft.languages = (2, 3)
    assert refused(draft).code == 3113


def test_without_scripts_there_is_no_integrity_hash() -> None:
    refusal = refused(Draft(body={11: bytes(32)}))
    assert refusal.data == {
        "providedScriptIntegrity": "00" * 32,
        "computedScriptIntegrity": None,
    }


def test_a_script_without_integrity_hash_is_refused() -> None:
    draft = Draft().spending_script()
    draft.body[11] = None
    assert refused(draft).data["providedScriptIntegrity"] is None


@pytest.mark.parametrize("language", [1, 2])
def test_older_languages_work_too(language: int) -> None:
    from .world import script_address, script_hash

    script = ALWAYS_TRUE[language]
    locked = reference(70)
    address = script_address(script_hash(script, language))
    extra = {locked: output(address, 10 * ADA, datum_hash=DATUM_HASH)}
    draft = Draft(witnesses={4: [DATUM]}, utxo={**Draft().utxo, **extra})
    assert accepted(draft.spending_script(locked, script, language), state(outputs=extra)).valid
