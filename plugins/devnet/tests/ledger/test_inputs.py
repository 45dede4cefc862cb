"""What a transaction spends and refers to."""

from __future__ import annotations

from milestone_devnet.ledger import decode_transaction

from .world import (
    ADA,
    ALICE,
    BOB,
    LIBRARY,
    MONEY,
    MORE_MONEY,
    Draft,
    accepted,
    output,
    reference,
    refused,
    state,
)

NOWHERE = reference(99)


def test_a_payment_spends_its_inputs_and_makes_its_outputs() -> None:
    draft = Draft()
    transaction = decode_transaction(draft.finish())
    effect = accepted(draft)
    assert effect.transaction_id == transaction.id
    assert effect.valid
    assert list(effect.spent) == [MONEY]
    assert [out.coin for out in effect.produced.values()] == [5 * ADA, 95 * ADA - draft.fee]
    assert [(ref.transaction_id, ref.index) for ref in effect.produced] == [
        (transaction.id, 0),
        (transaction.id, 1),
    ]
    assert effect.fee == draft.fee


def test_an_effect_is_undone_exactly() -> None:
    ledger, before = state(), state()
    effect = accepted(Draft(), ledger)
    ledger.apply(effect)
    assert MONEY not in ledger.utxo
    ledger.undo(effect)
    assert ledger == before


def test_an_output_is_spent_once() -> None:
    ledger = state()
    ledger.apply(accepted(Draft(), ledger))
    refusal = refused(Draft(), ledger)
    assert refusal.code == 3117
    assert refusal.data == {
        "unknownOutputReferences": [{"transaction": {"id": MONEY.transaction_id.hex()}, "index": 0}]
    }


def test_an_unknown_input_is_refused_although_much_else_is_wrong_then() -> None:
    draft = Draft(inputs=[NOWHERE], utxo={NOWHERE: output(ALICE.address, 100 * ADA)})
    assert refused(draft).code == 3117


def test_an_unknown_reference_input_is_refused() -> None:
    assert refused(Draft(body={18: [[*NOWHERE]]})).code == 3117


def test_an_unknown_collateral_input_is_refused() -> None:
    assert refused(Draft(body={13: [[*NOWHERE]]})).code == 3117


def test_a_transaction_without_inputs_is_refused() -> None:
    assert refused(Draft(inputs=[], change=10 * ADA)).code == 3121


def test_a_reference_input_may_not_be_spent_too() -> None:
    refusal = refused(Draft(body={18: [[*MONEY]]}))
    assert (refusal.code, refusal.rule) == (3164, "ConflictingInputsAndReferences")


def test_a_reference_input_is_not_spent() -> None:
    assert list(accepted(Draft(body={18: [[*MORE_MONEY]]})).spent) == [MONEY]


def test_reference_scripts_count_in_the_fee_and_have_a_limit() -> None:
    huge = reference(50)
    outputs = {huge: output(BOB.address, 10**12, script=(3, b"\x46" + bytes(204_800)))}
    refusal = refused(Draft(body={18: [[*huge]]}), state(outputs=outputs))
    assert refusal.code == 3166
    assert refusal.data == {
        "measuredReferenceScriptsSize": {"bytes": 204_801},
        "maximumReferenceScriptsSize": {"bytes": 204_800},
    }


def test_a_reference_script_that_nobody_needs_does_no_harm() -> None:
    assert accepted(Draft(body={18: [[*LIBRARY]]})).valid
