"""Protocol parameters that are overridden, and slots of another length."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from milestone_core.api import BadInput
from milestone_devnet.ledger import Language, default_parameters
from milestone_devnet.node import Devnet, Settings
from milestone_devnet.parameter_file import _READERS, read_parameters

from .clients import Ogmios
from .wallet import funded_key, pay


def written(folder: Path, content: Any) -> Path:
    path = folder / "parameters.json"
    path.write_text(json.dumps(content))
    return path


def test_parameters_are_told_and_enforced(tmp_path: Path) -> None:
    overridden = {"minFeeCoefficient": 4_400, "maxValueSize": {"bytes": 4_000}}
    with Devnet(Settings(block_time=0, parameters=written(tmp_path, overridden))) as devnet:
        key, reference = funded_key(devnet)
        cbor = pay(key, reference, 100_000_000, key.address, 40_000_000)
        with Ogmios(devnet.ogmios_url) as ogmios:
            told = ogmios.result("queryLedgerState/protocolParameters")
            assert {name: told[name] for name in overridden} == overridden
            error = ogmios.error("submitTransaction", transaction={"cbor": cbor.hex()})
    assert error["code"] == 3122


def test_all_that_the_devnet_tells_and_reads_can_be_written_back(tmp_path: Path) -> None:
    with Devnet(Settings(block_time=0)) as devnet, Ogmios(devnet.ogmios_url) as ogmios:
        told = ogmios.result("queryLedgerState/protocolParameters")
    readable = {name: value for name, value in told.items() if name in _READERS}
    for name, value in readable.items():
        assert read_parameters(written(tmp_path, {name: value})) == default_parameters()
    assert read_parameters(written(tmp_path, readable)) == default_parameters()
    assert len(readable) == len(_READERS) - 1  # one has two names
    assert told.keys() - readable.keys() >= {"stakePoolDeposit", "version", "minStakePoolCost"}


def test_a_cost_model_is_overridden_alone(tmp_path: Path) -> None:
    model = [7] * 350
    parameters = read_parameters(written(tmp_path, {"plutusCostModels": {"plutus:v3": model}}))
    assert parameters.cost_models[Language.PLUTUS_V3] == tuple(model)
    assert (
        parameters.cost_models[Language.PLUTUS_V1]
        == (default_parameters().cost_models[Language.PLUTUS_V1])
    )


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"whatever": 1},
        {"stakePoolDeposit": {"ada": {"lovelace": 1}}},
        {"minFeeCoefficient": -1},
        {"minFeeCoefficient": "44"},
        {"minFeeCoefficient": True},
        {"minFeeCoefficient": 1.5},
        {"minFeeCoefficient": 2**64},
        {"minFeeConstant": 5},
        {"minFeeConstant": {"ada": {"lovelace": "5"}}},
        {"maxValueSize": 5000},
        {"maxValueSize": {"bytes": 5000, "more": 1}},
        {"scriptExecutionPrices": {"memory": "1/0", "cpu": "1/1"}},
        {"scriptExecutionPrices": {"memory": 0.5, "cpu": "1/1"}},
        {"scriptExecutionPrices": {"memory": "1/2"}},
        {"minFeeReferenceScripts": {"base": 15, "range": 0, "multiplier": 1.2}},
        {"minFeeReferenceScripts": {"base": float("nan"), "range": 1, "multiplier": 1.2}},
        {"plutusCostModels": {"plutus:v9": [1] * 200}},
        {"plutusCostModels": {"plutus:v3": [1] * 5}},
        {"plutusCostModels": {"plutus:v3": ["1"] * 200}},
        {"maxBlockBodySize": {"bytes": 16_383}},
        {"maxReferenceScriptsSize": {"bytes": 1_048_577}},
        {"maxExecutionUnitsPerBlock": {"memory": 1, "cpu": 10**12}},
    ],
)
def test_wrong_parameters_are_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(BadInput):
        read_parameters(written(tmp_path, content))


def test_all_wrong_parameters_are_told_at_once(tmp_path: Path) -> None:
    content = {"minFeeCoefficient": -1, "maxValueSize": 5, "minFeeConstant": None, "surprise": 1}
    with pytest.raises(BadInput) as refusal:
        read_parameters(written(tmp_path, content))
    assert all(name in refusal.value.message for name in content)


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parameters.json"
    for content in (b"", b"{", b"\xff", b"[" * 100_000):
        path.write_bytes(content)
        with pytest.raises(BadInput):
            Devnet(Settings(parameters=path)).start()


def test_slots_of_another_length_are_told_kept_and_lived_by(tmp_path: Path) -> None:
    state = tmp_path / "devnet.db"
    with (
        Devnet(Settings(state, block_time=0, slot_length_ms=200)) as devnet,
        Ogmios(devnet.ogmios_url) as ogmios,
    ):
        before = devnet.control.status()
        now = devnet.advance(seconds=10)
        assert 50 <= now.slot - before["slot"] < 75
        era = ogmios.result("queryLedgerState/eraSummaries")[-1]
        assert era["parameters"]["slotLength"] == {"milliseconds": 200}
        genesis = ogmios.result("queryNetwork/genesisConfiguration", era="shelley")
        assert genesis["slotLength"] == {"milliseconds": 200}
    with Devnet(Settings(state, block_time=0)) as devnet:
        assert devnet.control.status()["slot_length_ms"] == 200
    with pytest.raises(BadInput, match="200 ms"):
        Devnet(Settings(state, slot_length_ms=1000)).start()
