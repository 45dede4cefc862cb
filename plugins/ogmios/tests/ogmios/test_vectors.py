"""Upstream's own vectors of both versions: each is read, or refused by a typed error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from milestone_core.answers import Inexact
from milestone_core.api import BadAnswer, ScriptRefused, TransactionRefused
from milestone_ogmios.client import read_evaluation
from milestone_ogmios.connection import Request, RpcError, read_result
from milestone_ogmios.fields import Field
from milestone_ogmios.parameters import read_parameters
from milestone_ogmios.refusals import evaluation_refusal, is_refusal, refusal
from milestone_ogmios.rules import RULES
from milestone_ogmios.slots import read_clock, read_era, read_start
from milestone_ogmios.tip import read_tip

VERSIONS = ("v6.14", "v7.0")


def messages(folder: Path, version: str, name: str) -> Iterator[tuple[str, Any, Field]]:
    """Each vector of a kind: its file, the plain JSON, and the answer as we read it."""
    files = sorted((folder / version / "vectors" / name).glob("*.json"))
    assert files
    for file in files:
        text = file.read_text()
        yield file.name, json.loads(text), Field.parse(text, file.name)


@pytest.mark.parametrize("version", VERSIONS)
def test_all_protocol_parameters_are_read_exactly(vectors: Path, version: str) -> None:
    read = 0
    for _, plain, answer in messages(vectors, version, "QueryLedgerStateProtocolParameters"):
        if "error" in plain:
            with pytest.raises(RpcError) as caught:
                read_result(answer, "queryLedgerState/protocolParameters")
            assert caught.value.code == plain["error"]["code"]
            continue
        expected = plain["result"]
        parameters = read_parameters(read_result(answer, "parameters"))
        assert parameters.fee_per_byte == expected["minFeeCoefficient"]
        assert parameters.fee_constant == expected["minFeeConstant"]["ada"]["lovelace"]
        assert parameters.lovelace_per_utxo_byte == expected["minUtxoDepositCoefficient"]
        assert parameters.max_transaction_size == expected["maxTransactionSize"]["bytes"]
        assert parameters.max_value_size == expected["maxValueSize"]["bytes"]
        limits = expected["maxExecutionUnitsPerTransaction"]
        assert (parameters.max_units.memory, parameters.max_units.steps) == (
            limits["memory"],
            limits["cpu"],
        )
        numerator, denominator = expected["scriptExecutionPrices"]["memory"].split("/")
        assert parameters.price_memory * int(denominator) == int(numerator)
        assert parameters.reference_script_multiplier == Fraction(6, 5)
        assert float(parameters.reference_script_base) == expected["minFeeReferenceScripts"]["base"]
        models = {name: list(model) for name, model in parameters.cost_models.items()}
        assert models == expected["plutusCostModels"]
        assert parameters.protocol_version == expected["version"]["major"]
        read += 1
    assert read == 13


def _exactly(text: str) -> Any:
    """JSON with every number as it is written; members in their order."""
    return json.loads(
        text, parse_float=lambda number: f"number {number}", object_pairs_hook=lambda pairs: pairs
    )


def _as_read(value: object) -> Any:
    """What we read, in the same form."""
    if isinstance(value, dict):
        return [(key, _as_read(entry)) for key, entry in value.items()]
    if isinstance(value, list):
        return [_as_read(entry) for entry in value]
    return f"number {value}" if isinstance(value, Inexact) else value


@pytest.mark.parametrize("version", VERSIONS)
def test_every_message_is_read_without_loss(vectors: Path, version: str) -> None:
    """Of all methods, also those that we never call; requests are written again unchanged."""
    requests = 0
    for file in sorted((vectors / version / "vectors").glob("*/*.json")):
        text = file.read_text()
        message = Field.parse(text, file.name)
        assert _as_read(message.value) == _exactly(text), file
        plain = json.loads(text)
        if "result" not in plain and "error" not in plain:
            written = json.loads(Request(plain["method"], plain.get("params")).json("1"))
            assert written == plain | {"id": "1"}, file
            requests += 1
    assert requests > 20


@pytest.mark.parametrize("version", VERSIONS)
def test_all_eras_are_read(vectors: Path, version: str) -> None:
    read = 0
    for _, plain, answer in messages(vectors, version, "QueryLedgerStateEraSummaries"):
        summaries = read_result(answer, "eraSummaries")
        for expected, summary in zip(plain["result"], summaries.items(), strict=True):
            era = read_era(summary, 1000)
            assert era.start_ms == 1000 + expected["start"]["time"]["seconds"] * 1000
            assert era.start_slot == expected["start"]["slot"]
            assert era.slot_length_ms == expected["parameters"]["slotLength"]["milliseconds"]
            assert era.end_slot == expected.get("end", {}).get("slot")
            read += 1
    assert read > 10


@pytest.mark.parametrize("version", VERSIONS)
def test_eras_at_random_are_refused_as_out_of_order(vectors: Path, version: str) -> None:
    start = Field("2022-10-25T00:00:00Z", "startTime")
    for _, plain, answer in messages(vectors, version, "QueryLedgerStateEraSummaries"):
        slots = [era["start"]["slot"] for era in plain["result"]]
        times = [era["start"]["time"]["seconds"] for era in plain["result"]]
        if slots == sorted(slots) and times == sorted(times) and slots:
            assert len(read_clock(start, answer["result"]).eras) == len(slots)
        else:
            with pytest.raises(BadAnswer, match="order of time"):
                read_clock(start, answer["result"])


@pytest.mark.parametrize("version", VERSIONS)
def test_start_times_and_tips_are_read(vectors: Path, version: str) -> None:
    for _, plain, answer in messages(vectors, version, "QueryNetworkStartTime"):
        assert read_start(answer["result"]) < 0, plain
    for _, plain, answer in messages(vectors, version, "QueryLedgerStateTip"):
        tip = read_tip(answer["result"])
        assert (tip.slot, tip.header.hex()) == (plain["result"]["slot"], plain["result"]["id"])


@pytest.mark.parametrize("version", VERSIONS)
def test_all_evaluations_are_read_or_refused(vectors: Path, version: str) -> None:
    refused = 0
    for name, plain, answer in messages(vectors, version, "EvaluateTransactionResponse"):
        if "error" not in plain:
            units = read_evaluation(read_result(answer, "evaluateTransaction"))
            assert [(u.purpose, u.index, u.units.memory, u.units.steps) for u in units] == [
                (
                    one["validator"]["purpose"],
                    one["validator"]["index"],
                    one["budget"]["memory"],
                    one["budget"]["cpu"],
                )
                for one in plain["result"]
            ]
            continue
        with pytest.raises(RpcError) as caught:
            read_result(answer, "evaluateTransaction")
        assert is_refusal(caught.value), name
        ours = evaluation_refusal(caught.value)
        assert isinstance(ours, TransactionRefused | ScriptRefused)
        json.dumps(ours.details)
        refused += 1
    assert refused == 19


@pytest.mark.parametrize("version", VERSIONS)
def test_all_submissions_are_accepted_or_refused_with_their_rule(
    vectors: Path, version: str
) -> None:
    refused = 0
    for name, plain, answer in messages(vectors, version, "SubmitTransactionResponse"):
        if "error" not in plain:
            result = read_result(answer, "submitTransaction")
            expected = plain["result"]["transaction"]["id"]
            assert result["transaction"]["id"].hex(32).hex() == expected
            continue
        with pytest.raises(RpcError) as caught:
            read_result(answer, "submitTransaction")
        error = caught.value
        assert is_refusal(error), name
        ours = refusal(error)
        assert ours.ledger_code == plain["error"]["code"]
        json.dumps(ours.details)
        if error.code in RULES:  # our own sentence, not the server's, for want of a figure
            assert RULES[error.code].say(error.data) in ours.message
        refused += 1
    assert refused == 98


@pytest.mark.parametrize("version", VERSIONS)
def test_damaged_answers_give_typed_errors_and_nothing_else(vectors: Path, version: str) -> None:
    """Each member of each kind of answer, once removed and once replaced by nonsense."""
    readers: dict[str, Callable[[Field], object]] = {
        "QueryLedgerStateProtocolParameters": read_parameters,
        "EvaluateTransactionResponse": read_evaluation,
        "QueryLedgerStateTip": read_tip,
    }
    refused = 0
    for name, read in readers.items():
        results = [p["result"] for _, p, _ in messages(vectors, version, name) if "result" in p]
        for damaged in damages(results[0]):
            try:
                read(Field(damaged, name))
            except BadAnswer:
                refused += 1
    assert refused > 200


def damages(value: Any) -> Iterator[Any]:
    yield from (None, True, -1, "x", [], {}, [None], {"x": 1})
    if isinstance(value, dict):
        for key in value:
            rest = {k: v for k, v in value.items() if k != key}
            yield rest
            for damaged in damages(value[key]):
                yield rest | {key: damaged}
    elif isinstance(value, list) and value:
        for damaged in damages(value[0]):
            yield [damaged, *value[1:]]
