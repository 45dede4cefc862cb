"""What Plutus scripts say, and evaluation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from milestone_devnet.ledger import (
    Evaluation,
    EvaluationFailed,
    Language,
    Purpose,
    decode_transaction,
)
from milestone_devnet.ledger.machine import ScriptFailed, _failure
from milestone_devnet.ledger.script_integrity import script_integrity_hash

from .schema import assert_failure_fits_schema
from .world import (
    ADA,
    ALICE,
    DATUM_HASH,
    ENDLESS,
    ENDLESS_LOCKED,
    ENVIRONMENT,
    IMPOSSIBLE,
    LIBRARY,
    LOCKED_BY_HASH,
    MONEY,
    NEVER_TRUE,
    STATE,
    TRUE,
    UNIT,
    UNITS,
    Draft,
    accepted,
    evaluated,
    output,
    reference,
    refused,
    script_address,
    script_hash,
    state,
)

# Start-up (100, 100) and four steps (100, 16_000 each): function, argument, application, unit.
USED = (500, 64_100)


def failure(draft: Draft) -> EvaluationFailed:
    with pytest.raises(EvaluationFailed) as caught:
        evaluated(draft)
    assert_failure_fits_schema(caught.value)
    return caught.value


def only_error(draft: Draft) -> tuple[dict[str, object], dict[str, object]]:
    """The validator and the error of an evaluation in which one script fails."""
    caught = failure(draft)
    assert caught.code == 3010
    [row] = caught.data
    return row["validator"], row["error"]


def test_a_script_that_says_no_is_refused() -> None:
    refusal = refused(Draft().spending_script(IMPOSSIBLE, NEVER_TRUE))
    assert (refusal.code, refusal.rule) == (3136, "SpendsMismatch")
    assert refusal.data["declaredSpending"] == "inputs"


def test_a_transaction_may_not_say_that_its_good_scripts_fail() -> None:
    refusal = refused(Draft(is_valid=False).spending_script())
    assert refusal.code == 3136
    assert refusal.data["declaredSpending"] == "collaterals"


def test_a_transaction_without_scripts_may_not_say_that_they_fail() -> None:
    assert refused(Draft(is_valid=False)).code == 3136


def test_evaluation_gives_the_exact_units() -> None:
    assert evaluated(Draft().spending_script()) == [Evaluation(Purpose.SPEND, 1, *USED)]


def test_exact_units_are_enough_and_one_less_is_not() -> None:
    memory, cpu = USED
    draft = Draft().spending_script()
    draft.redeemers[0, 1] = (UNIT, (memory, cpu))
    assert accepted(draft).valid
    for units in ((memory - 1, cpu), (memory, cpu - 1)):
        draft.redeemers[0, 1] = (UNIT, units)
        refusal = refused(draft)
        assert refusal.code == 3161
        assert refusal.data == {"budgetUsed": {"memory": memory, "cpu": cpu}}


def test_a_script_that_exceeds_what_it_declares_has_failed() -> None:
    draft = Draft(is_valid=False).spending_script()
    draft.redeemers[0, 1] = (UNIT, (1, 1))
    assert not accepted(draft).valid


def test_a_transaction_is_evaluated_without_signatures_fee_and_integrity_hash() -> None:
    draft = Draft(signers=[], fee=0, change=5).spending_script()
    draft.redeemers[0, 1] = (UNIT, (0, 0))
    draft.body |= {11: None, 13: None}
    assert evaluated(draft) == [Evaluation(Purpose.SPEND, 1, *USED)]


def test_a_transaction_without_scripts_evaluates_to_nothing() -> None:
    assert evaluated(Draft()) == []


def test_all_purposes_are_evaluated() -> None:
    account = b"\xf0" + TRUE
    draft = Draft(body={9: {TRUE: {b"": 1}}, 5: {account: 0}}).spending_script()
    draft.redeemers |= {(1, 0): (UNIT, UNITS), (3, 0): (UNIT, UNITS)}
    purposes = {(e.purpose, e.index) for e in evaluated(draft)}
    assert purposes == {(Purpose.SPEND, 1), (Purpose.MINT, 0), (Purpose.WITHDRAW, 0)}


def test_evaluation_names_the_script_that_says_no() -> None:
    validator, error = only_error(Draft().spending_script(IMPOSSIBLE, NEVER_TRUE))
    assert validator == {"purpose": "spend", "index": 1}
    assert error["code"] == 3012


def test_evaluation_of_an_unknown_input_is_impossible() -> None:
    nowhere = reference(99)
    draft = Draft(inputs=[nowhere], utxo={nowhere: output(ALICE.address, 100 * ADA)})
    caught = failure(draft)
    assert caught.code == 3004
    assert str(nowhere) in caught.data["reason"]


def test_evaluation_misses_a_script() -> None:
    draft = Draft().spending_script()
    del draft.witnesses[7]
    validator, error = only_error(draft)
    assert error["code"] == 3011
    assert error["data"] == {"missingScripts": [validator]}


def test_evaluation_misses_a_datum() -> None:
    _, error = only_error(Draft().spending_script(LOCKED_BY_HASH))
    assert error["code"] == 3111
    assert error["data"] == {"missingDatums": [DATUM_HASH.hex()]}


def test_evaluation_finds_a_redeemer_for_an_input_that_a_key_locks() -> None:
    draft = Draft().spending_script()
    draft.redeemers[0, 0] = (UNIT, UNITS)
    _, error = only_error(draft)
    assert error["code"] == 3013
    assert error["data"] == {
        "unsuitableOutputReference": {
            "transaction": {"id": MONEY.transaction_id.hex()},
            "index": 0,
        }
    }


def test_evaluation_finds_a_redeemer_for_nothing() -> None:
    draft = Draft().spending_script()
    draft.redeemers[1, 0] = (UNIT, UNITS)
    _, error = only_error(draft)
    assert error["code"] == 3110


def test_a_script_without_redeemer_cannot_be_evaluated() -> None:
    draft = Draft(body={9: {TRUE: {b"": 1}}}).spending_script()
    assert failure(draft).code == 3004


def test_an_unneeded_reference_script_does_not_stop_evaluation() -> None:
    other = Draft(body={18: [[*LIBRARY]]}).spending_script(IMPOSSIBLE, NEVER_TRUE)
    assert only_error(other)[1]["code"] == 3012


def test_what_a_script_traced_is_told_whatever_it_is() -> None:
    text = (
        'AIKEN: RedeemerError { tag: "Withdraw", index: 3, err: Machine(EvaluationFailure, '
        'ExBudget { mem: 7, cpu: 9 }, [Log("one"), Log("\\"q\\" \\\\ \\n \\u{1f} é")]) }'
    )
    failed = _failure(text)
    assert isinstance(failed, ScriptFailed)
    assert failed.pointer == (Purpose.WITHDRAW, 3)
    assert failed.error == "EvaluationFailure"
    assert failed.traces == ("one", '"q" \\ \n \x1f é')
    assert failed.units == (7, 9)
    assert not failed.out_of_budget


def test_an_error_is_told_in_bounds() -> None:
    huge = "x" * 1_000_000
    error = f"Machine({huge}, ExBudget {{ mem: 1, cpu: 1 }}, [])"
    text = f'RedeemerError {{ tag: "Spend", index: 0, err: {error} }}'
    failed = _failure(text)
    assert isinstance(failed, ScriptFailed)
    assert len(failed.error) < 1_000
    assert len(str(_failure(huge))) < 1_000


def test_a_script_without_end_runs_out_of_units() -> None:
    validator, error = only_error(Draft().spending_script(ENDLESS_LOCKED, ENDLESS))
    assert validator == {"purpose": "spend", "index": 1}
    assert error["code"] == 3161


def beyond_the_machine() -> Draft:
    """A draft for which the ledger makes the contexts itself."""
    return Draft(body={18: [[*LIBRARY]]}).spending_script(IMPOSSIBLE, NEVER_TRUE)


def test_a_script_that_says_no_is_named_there_too() -> None:
    validator, error = only_error(beyond_the_machine())
    assert validator == {"purpose": "spend", "index": 1}
    assert error["code"] == 3012


def test_evaluation_with_governance_is_impossible_there() -> None:
    bodies: tuple[dict[int, Any], ...] = (
        {19: {}},
        {20: []},
        {4: [[14, [0, ALICE.key_hash], [0, ALICE.key_hash]]]},
    )
    for body in bodies:
        draft = beyond_the_machine()
        draft.body |= body
        assert "governance" in failure(draft).data["reason"]


def test_evaluation_of_a_script_without_redeemer_is_impossible_there() -> None:
    draft = beyond_the_machine()
    draft.body[9] = {script_hash(NEVER_TRUE): {b"": 1}}
    draft.redeemers = {(1, 0): (UNIT, UNITS)}
    assert "spend[1] has no redeemer" in failure(draft).data["reason"]


def test_data_nested_beyond_reason_are_refused_there() -> None:
    nested: Any = 1
    for _ in range(500):
        nested = [nested]
    draft = beyond_the_machine()
    draft.redeemers[0, 1] = (nested, UNITS)
    assert failure(draft).code in (3004, 3010)


def test_what_is_no_script_cannot_be_evaluated() -> None:
    bad = b"\x43abc"
    bodies: tuple[dict[int, Any], ...] = ({}, {18: [[*LIBRARY]]})
    for body in bodies:
        locked = reference(60)
        extra = {locked: output(script_address(script_hash(bad)), 10 * ADA, datum=1)}
        draft = Draft(body=dict(body), utxo=STATE | extra).spending_script(locked, bad)
        with pytest.raises(EvaluationFailed):
            evaluated(draft, state(outputs=extra))


@pytest.mark.parametrize("is_valid", [True, False])
def test_a_language_without_a_cost_model_does_not_run(is_valid: bool) -> None:
    models = dict(ENVIRONMENT.parameters.cost_models)
    del models[Language.PLUTUS_V3]
    parameters = replace(ENVIRONMENT.parameters, cost_models=models)
    draft = Draft(is_valid=is_valid).spending_script()
    transaction = decode_transaction(draft.finish())
    # Its integrity hash is of no cost model then, which CBOR's null stands for.
    hash_without_model = script_integrity_hash(
        transaction.witnesses, {Language.PLUTUS_V3}, parameters.cost_models
    )
    draft.body[11] = hash_without_model
    refusal = refused(draft, environment=replace(ENVIRONMENT, parameters=parameters))
    assert refusal.rule == "MissingCostModels"
    assert refusal.data == {"missingCostModels": ["plutus:v3"]}
