"""What a person reads when the ledger says no: the figures, and the way out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from milestone_core.api import BadAnswer, ScriptRefused, TransactionRefused
from milestone_ogmios.connection import RpcError
from milestone_ogmios.fields import Field
from milestone_ogmios.refusals import evaluation_refusal, refusal
from milestone_ogmios.rules import RULES

TX = "ab" * 32
KEY = "cd" * 28
SPEND = {"purpose": "spend", "index": 0}
OUTPUT = {"transaction": {"id": TX}, "index": 1}
UNITS = {"memory": 5, "cpu": 6}


def ada(lovelace: int) -> dict[str, Any]:
    return {"ada": {"lovelace": lovelace}}


POOR = {"output": {"address": "addr_test1", "value": ada(7)}, "minimumRequiredValue": ada(8)}

# The data of each rule, in the shape of upstream's schema, and what must be said of it.
EXAMPLES: dict[int, tuple[Any, str]] = {
    -32602: (None, "not a transaction of any era"),
    3002: ({"overlappingOutputReferences": [OUTPUT]}, f"{TX}#1"),
    3003: ({"currentNodeEra": "shelley", "minimumRequiredEra": "alonzo"}, "shelley"),
    3004: ({"reason": "Unknown transaction input"}, "Unknown transaction input"),
    3005: ({"queryEra": "babbage", "ledgerEra": "conway"}, "conway, and it was made for babbage"),
    3011: ({"missingScripts": [SPEND]}, "spend:0"),
    3013: ({"unsuitableOutputReference": OUTPUT}, f"{TX}#1"),
    3100: ({"invalidSignatories": [TX]}, TX),
    3101: ({"missingSignatories": [KEY]}, KEY),
    3102: ({"missingScripts": [KEY]}, KEY),
    3110: ({"extraneousRedeemers": [SPEND]}, "spend:0"),
    3111: ({"missingDatums": [TX]}, TX),
    3112: ({"extraneousDatums": [TX]}, TX),
    3113: (
        {"providedScriptIntegrity": TX, "computedScriptIntegrity": "ef" * 32},
        f"{TX}, the ledger computes efef",
    ),
    3117: ({"unknownOutputReferences": [OUTPUT]}, f"{TX}#1"),
    3118: (
        {"validityInterval": {"invalidBefore": 10, "invalidAfter": 20}, "currentSlot": 30},
        "from slot 10 and before slot 20, and the chain is at slot 30",
    ),
    3119: (
        {"measuredTransactionSize": {"bytes": 17000}, "maximumTransactionSize": {"bytes": 16384}},
        "17000 bytes long, 16384 are allowed",
    ),
    3120: ({"excessivelyLargeOutputs": [POOR["output"]]}, "1 outputs"),
    3122: (
        {"minimumRequiredFee": ada(200000), "providedFee": ada(100000)},
        "100000 lovelace, at least 200000 lovelace",
    ),
    3123: (
        {"valueConsumed": ada(5) | {KEY: {"aa": 9}}, "valueProduced": ada(4)},
        f"5 lovelace, 9 {KEY}.aa and produces 4 lovelace",
    ),
    3124: (
        {"expectedNetwork": "mainnet", "discriminatedType": "transaction"},
        "than mainnet",
    ),
    3125: ({"insufficientlyFundedOutputs": [POOR]}, "has 7 lovelace and needs 8 lovelace"),
    3128: (
        {"providedCollateral": ada(-1), "minimumRequiredCollateral": ada(3)},
        "-1 lovelace, at least 3 lovelace",
    ),
    3129: ({"unsuitableCollateralInputs": [OUTPUT]}, f"{TX}#1"),
    3130: ({"unforeseeableSlot": 99}, "slot 99"),
    3131: ({"maximumCollateralInputs": 3, "countedCollateralInputs": 4}, "4 collateral inputs, 3"),
    3132: (None, "no collateral"),
    3133: ({"unsuitableCollateralValue": ada(5) | {KEY: {"": 9}}}, f"9 {KEY}."),
    3134: (
        {"providedExecutionUnits": UNITS, "maximumExecutionUnits": {"memory": 1, "cpu": 2}},
        "5 memory and 6 steps, 1 memory and 2 steps",
    ),
    3135: (
        {"declaredTotalCollateral": ada(1), "computedTotalCollateral": ada(2)},
        "1 lovelace, the ledger computes 2 lovelace",
    ),
    3136: ({"declaredSpending": "inputs", "mismatchReason": "it failed"}, "it failed"),
    3161: ({"budgetUsed": UNITS}, "5 memory and 6 steps"),
    3164: ({"conflictingReferences": [OUTPUT]}, f"{TX}#1"),
    3166: (
        {
            "measuredReferenceScriptsSize": {"bytes": 300000},
            "maximumReferenceScriptsSize": {"bytes": 204800},
        },
        "300000 bytes, 204800",
    ),
    3997: ({"error": "All inputs are spent."}, "All inputs are spent."),
}


def error(code: int, data: Any, message: str = "the server's words") -> RpcError:
    return RpcError(code, message, Field(data, "error.data"))


def test_every_rule_has_an_example() -> None:
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_a_refusal_gives_the_figures_and_a_way_out(code: int) -> None:
    data, expected = EXAMPLES[code]
    ours = refusal(error(code, data))
    assert expected in ours.message
    assert ours.hint
    assert ours.ledger_code == code
    assert ours.details["data"] == data


@pytest.mark.parametrize("version", ["v6.14", "v7.0"])
def test_the_examples_are_what_upstream_documents(vectors: Path, version: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    schema = vectors / version / "schema"
    draft4 = referencing.jsonschema.DRAFT4
    registry = referencing.Registry().with_resources(
        (name, referencing.Resource.from_contents(json.loads((schema / name).read_text()), draft4))
        for name in ("ogmios.json", "cardano.json")
    )
    kinds = {
        code: kind
        for name in ("Submit", "Evaluate")
        for code, kind in documented(registry, f"{name}TransactionFailure").items()
    } | documented(registry, "ScriptExecutionFailure")
    checked = 0
    for code, (data, _) in EXAMPLES.items():
        if code not in kinds:  # -32602 is documented apart, without a shape of its own
            continue
        message = {"code": code, "message": ""} | ({} if data is None else {"data": data})
        jsonschema.Draft4Validator(kinds[code], registry=registry).validate(message)
        checked += 1
    assert checked == len(EXAMPLES) - 1


def documented(registry: Any, name: str) -> dict[int, Any]:
    """The schemas of a family of failures by their code, references resolved once."""
    resolver = registry.resolver(base_uri="ogmios.json")
    found: dict[int, Any] = {}
    for entry in resolver.lookup(f"#/definitions/{name}").contents["oneOf"]:
        kind = resolver.lookup(entry["$ref"]).contents if "$ref" in entry else entry
        found[kind["properties"]["code"]["enum"][0]] = kind
    return found


@pytest.mark.parametrize("data", [None, [], {}, {"unknownOutputReferences": 5}, "x"])
def test_a_refusal_with_odd_data_keeps_the_servers_own_words(data: Any) -> None:
    ours = refusal(error(3117, data))
    assert "the server's words" in ours.message
    assert ours.ledger_code == 3117


def test_a_rule_we_do_not_know_keeps_the_servers_own_words() -> None:
    assert "the server's words (rule 3170)" in refusal(error(3170, {})).message


def test_a_script_that_says_no_is_named_with_its_traces() -> None:
    said_no = {"code": 3012, "message": "no", "data": {"validationError": "e", "traces": ["L7"]}}
    missing = {"code": 3011, "message": "x", "data": {"missingScripts": [SPEND]}}
    ours = evaluation_refusal(
        error(
            3010,
            [
                {"validator": {"purpose": "spend", "index": 2}, "error": said_no},
                {"validator": {"purpose": "mint", "index": 0}, "error": missing},
            ],
        )
    )
    assert isinstance(ours, ScriptRefused)
    assert ours.redeemers == (("spend", 2),)
    assert "spend:2: traces 'L7'" in ours.message
    assert "mint:0: scripts are missing for spend:0" in ours.message


def test_a_script_that_says_no_without_traces_is_named_with_its_error() -> None:
    data = {"validationError": "the evaluation\nwas \x1b[31mterminated", "traces": []}
    failure = {"code": 3012, "message": "no", "data": data}
    ours = evaluation_refusal(error(3010, [{"validator": SPEND, "error": failure}]))
    assert isinstance(ours, ScriptRefused)
    assert "spend:0: the evaluation was [31mterminated" in ours.message
    assert ours.message.isprintable()


def test_scripts_that_cannot_run_are_a_badly_built_transaction() -> None:
    failure = {"code": 3161, "message": "x", "data": {"budgetUsed": UNITS}}
    ours = evaluation_refusal(error(3010, [{"validator": SPEND, "error": failure}]))
    assert isinstance(ours, TransactionRefused)
    assert ours.ledger_code == 3161
    assert "spend:0: a script ran out of its budget" in ours.message


@pytest.mark.parametrize("data", [None, [], {}, [{}], [{"validator": SPEND, "error": 1}]])
def test_an_odd_list_of_failed_scripts_is_a_bad_answer(data: Any) -> None:
    with pytest.raises(BadAnswer):
        evaluation_refusal(error(3010, data))
