from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from ogmios_answers import problem_with, schemas

from milestone_devnet.faucet import FAUCET
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.node import Devnet

from .clients import Ogmios
from .wallet import funded_key, text_of

_REFERENCE_SCRIPTS = {
    "v6.14": "maxReferenceScriptsSize",
    "v7.0": "maxReferenceScriptsSizePerTransaction",
}
NO_PARAMETERS = [
    "queryNetwork/tip",
    "queryNetwork/startTime",
    "queryNetwork/blockHeight",
    "queryLedgerState/tip",
    "queryLedgerState/epoch",
    "queryLedgerState/eraStart",
    "queryLedgerState/eraSummaries",
    "queryLedgerState/constitution",
    "queryLedgerState/constitutionalCommittee",
    "queryLedgerState/delegateRepresentatives",
    "queryLedgerState/governanceProposals",
    "queryLedgerState/liveStakeDistribution",
    "queryLedgerState/nonces",
    "queryLedgerState/operationalCertificates",
    "queryLedgerState/stakePools",
    "queryLedgerState/treasuryAndReserves",
    "queryLedgerState/protocolParameters",
]


def test_answers_are_checked_against_upstreams_schema(ogmios: Ogmios) -> None:
    """All tests check every answer that they see; this one shows that the check can fail."""
    folder = schemas(ogmios.version)
    if folder is None:
        pytest.skip("Ogmios's JSON schemas are not at hand (set MILESTONE_VECTORS)")
    answer = ogmios.exchange("queryLedgerState/protocolParameters")
    assert problem_with("queryLedgerState/protocolParameters", answer, folder) is None
    del answer["result"]["version"]
    assert problem_with("queryLedgerState/protocolParameters", answer, folder)
    fault = ogmios.exchange("nothing")
    assert problem_with("nothing", fault | {"surplus": 1}, folder)


SHAPES: list[dict[str, Any]] = [
    {},
    {"id": None},
    {"id": 3},
    {"id": {"requestId": "a"}},
    {"id": [1.5, "x"]},
    {"params": None},
    {"params": {}, "id": None},
    {"type": "jsonwsp/request", "servicename": "ogmios", "params": {}},
]


@pytest.mark.parametrize("method", NO_PARAMETERS)
def test_every_shape_of_request_that_clients_send_is_served(ogmios: Ogmios, method: str) -> None:
    for members in SHAPES:
        answer = ogmios.exchange(method, **members)
        assert "result" in answer, (members, answer)
        assert answer["method"] == method
        assert answer["id"] == members.get("id")


def test_the_tip_is_the_newest_block_and_its_height_grows(devnet: Devnet, ogmios: Ogmios) -> None:
    height = ogmios.result("queryNetwork/blockHeight")
    now = devnet.advance(seconds=60)
    assert ogmios.result("queryNetwork/tip") == {"slot": now.slot, "id": now.hash}
    assert ogmios.result("queryLedgerState/tip") == {"slot": now.slot, "id": now.hash}
    assert ogmios.result("queryNetwork/blockHeight") == now.block > height


def test_start_time_and_eras_tell_the_time_of_the_tip(devnet: Devnet, ogmios: Ogmios) -> None:
    now = devnet.advance(seconds=1000)
    start = datetime.fromisoformat(ogmios.result("queryNetwork/startTime"))
    current = ogmios.result("queryLedgerState/eraSummaries")[-1]
    slots = now.slot - current["start"]["slot"]
    seconds = current["start"]["time"]["seconds"] + slots * (
        current["parameters"]["slotLength"]["milliseconds"] // 1000
    )
    told = datetime.fromisoformat(now.time)
    assert abs(start.timestamp() + seconds - told.timestamp()) <= 1
    assert current["end"]["slot"] > now.slot + current["parameters"]["safeZone"]


def test_epochs_are_numbered_from_one_at_least(ogmios: Ogmios) -> None:
    assert ogmios.result("queryLedgerState/epoch") >= 1


def test_every_parameter_of_conway_and_three_cost_models_are_told(ogmios: Ogmios) -> None:
    parameters = ogmios.result("queryLedgerState/protocolParameters")
    lengths = {name: len(model) for name, model in parameters["plutusCostModels"].items()}
    assert lengths == {"plutus:v1": 166, "plutus:v2": 175, "plutus:v3": 297}
    assert parameters["minFeeReferenceScripts"] == {"base": 15, "range": 25600, "multiplier": 1.2}
    assert parameters["version"] == {"major": 10, "minor": 0}
    # All that the vectors have.
    expected = {
        "collateralPercentage",
        "delegateRepresentativeDeposit",
        "delegateRepresentativeMaxIdleTime",
        "delegateRepresentativeVotingThresholds",
        "governanceActionDeposit",
        "governanceActionLifetime",
        _REFERENCE_SCRIPTS[ogmios.version],
        "stakePoolVotingThresholds",
        "constitutionalCommitteeMinSize",
        "constitutionalCommitteeMaxTermLength",
        "maxValueSize",
        "scriptExecutionPrices",
    }
    assert expected <= parameters.keys()


def test_every_era_has_its_genesis(ogmios: Ogmios) -> None:
    eras = ["byron", "shelley", "alonzo", "conway"]
    for era in [*eras, *(["dijkstra"] if ogmios.version == "v7.0" else [])]:
        genesis = ogmios.result("queryNetwork/genesisConfiguration", era=era)
        assert genesis["era"] == era
        assert ogmios.result("queryNetwork/genesisConfiguration", era=era.upper()) == genesis
    genesis = ogmios.result("queryNetwork/genesisConfiguration", era="shelley")
    assert (genesis["networkMagic"], genesis["network"]) == (42, "testnet")
    assert genesis["startTime"] == ogmios.result("queryNetwork/startTime")
    assert ogmios.error("queryNetwork/genesisConfiguration", era="narnia")["code"] == -32600
    assert ogmios.error("queryNetwork/genesisConfiguration", era="babbage")["code"] == -32600
    assert ogmios.error("queryNetwork/genesisConfiguration")["code"] == -32600
    if ogmios.version == "v6.14":
        assert ogmios.error("queryNetwork/genesisConfiguration", era="dijkstra")["code"] == -32600


@pytest.mark.parametrize(
    "query", ["projectedRewards", "rewardsProvenance", "stakePoolsPerformances"]
)
def test_what_nobody_calculates_here_is_unavailable(ogmios: Ogmios, query: str) -> None:
    assert ogmios.error(f"queryLedgerState/{query}")["code"] == 2002


def test_outputs_are_found_by_reference_by_address_and_all_together(
    devnet: Devnet, ogmios: Ogmios
) -> None:
    key, (transaction_id, index) = funded_key(devnet, tokens=2**62)
    reference = {"transaction": {"id": transaction_id.hex()}, "index": index}
    (found,) = ogmios.result("queryLedgerState/utxo", outputReferences=[reference])
    assert found["transaction"] == {"id": transaction_id.hex()}
    assert found["address"] == text_of(key)
    policy = next(name for name in found["value"] if name != "ada")
    assert found["value"] == {
        "ada": {"lovelace": 100_000_000},
        policy: {b"TEST".hex(): 2**62},
    }
    assert ogmios.result("queryLedgerState/utxo", addresses=[text_of(key)]) == [found]
    assert found in ogmios.result("queryLedgerState/utxo")


def test_what_does_not_exist_is_an_empty_answer(ogmios: Ogmios) -> None:
    missing = {"transaction": {"id": "00" * 32}, "index": 0}
    assert ogmios.result("queryLedgerState/utxo", outputReferences=[missing]) == []
    assert ogmios.result("queryLedgerState/utxo", outputReferences=[]) == []


def test_a_websocket_opens_on_any_path(devnet: Devnet) -> None:
    with Ogmios(f"{devnet.ogmios_url}/False?x=1") as ogmios:
        assert ogmios.result("queryNetwork/blockHeight") >= 0


def test_the_faucet_is_an_ordinary_wallet_on_chain(ogmios: Ogmios) -> None:
    outputs = ogmios.result("queryLedgerState/utxo", addresses=[address_text(FAUCET.address)])
    assert sum(output["value"]["ada"]["lovelace"] for output in outputs) > 10**15
