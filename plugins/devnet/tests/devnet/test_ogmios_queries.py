from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from milestone_devnet.faucet import FAUCET
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.node import Devnet

from .clients import DEADLINE, Ogmios, problem_with, schemas
from .wallet import funded_key, text_of

NO_PARAMETERS = [
    "queryNetwork/tip",
    "queryNetwork/startTime",
    "queryNetwork/blockHeight",
    "queryLedgerState/tip",
    "queryLedgerState/epoch",
    "queryLedgerState/eraSummaries",
    "queryLedgerState/protocolParameters",
]


def test_answers_are_checked_against_upstreams_schema(ogmios: Ogmios) -> None:
    """All tests check every answer that they see; this one shows that the check can fail."""
    folder = schemas()
    if folder is None:
        pytest.skip("Ogmios's JSON schemas are not at hand (set MILESTONE_VECTORS)")
    answer = ogmios.exchange("queryLedgerState/protocolParameters")
    assert problem_with("queryLedgerState/protocolParameters", answer, folder) is None
    del answer["result"]["version"]
    assert problem_with("queryLedgerState/protocolParameters", answer, folder)
    fault = ogmios.exchange("nothing")
    assert problem_with("nothing", fault | {"surplus": 1}, folder)


@pytest.mark.parametrize("method", NO_PARAMETERS)
@pytest.mark.parametrize(
    "members",
    [
        {},
        {"id": None},
        {"id": 3},
        {"id": {"requestId": "a"}},
        {"id": [1.5, "x"]},
        {"params": None},
        {"params": {}, "id": None},
        {"type": "jsonwsp/request", "servicename": "ogmios", "params": {}},
    ],
)
def test_every_shape_of_request_that_clients_send_is_served(
    ogmios: Ogmios, method: str, members: dict[str, Any]
) -> None:
    answer = ogmios.exchange(method, **members)
    assert "result" in answer
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
    # All that the vectors of v7.0 have, but for what has been replaced since.
    expected = {
        "collateralPercentage",
        "delegateRepresentativeDeposit",
        "delegateRepresentativeMaxIdleTime",
        "delegateRepresentativeVotingThresholds",
        "governanceActionDeposit",
        "governanceActionLifetime",
        "maxReferenceScriptsSizePerBlock",
        "maxReferenceScriptsSizePerTransaction",
        "stakePoolVotingThresholds",
        "constitutionalCommitteeMinSize",
        "constitutionalCommitteeMaxTermLength",
        "maxValueSize",
        "scriptExecutionPrices",
    }
    assert expected <= parameters.keys()


def test_the_shelley_genesis_has_the_magic_and_other_eras_a_clear_error(ogmios: Ogmios) -> None:
    genesis = ogmios.result("queryNetwork/genesisConfiguration", era="shelley")
    assert (genesis["networkMagic"], genesis["network"]) == (42, "testnet")
    assert genesis["startTime"] == ogmios.result("queryNetwork/startTime")
    error = ogmios.error("queryNetwork/genesisConfiguration", era="conway")
    assert error["code"] == 2004
    assert ogmios.error("queryNetwork/genesisConfiguration", era="narnia")["code"] == -32600
    assert ogmios.error("queryNetwork/genesisConfiguration")["code"] == -32600


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


def test_health_tells_tip_era_and_network(devnet: Devnet, ogmios: Ogmios) -> None:
    address = devnet.ogmios_url.replace("ws", "http", 1)
    response = requests.get(f"{address}/health", timeout=DEADLINE)
    health = response.json()
    assert response.status_code == 200
    tip = ogmios.result("queryNetwork/tip")
    assert health["lastKnownTip"] == {**tip, "height": ogmios.result("queryNetwork/blockHeight")}
    assert health["network"] == "unknown (42)"
    assert health["version"] == "v7.0.0"
    assert health["currentEra"] == "conway"
    assert (health["connectionStatus"], health["networkSynchronization"]) == ("connected", 1)
    assert datetime.fromisoformat(health["startTime"]).tzinfo == UTC


def test_plain_http_is_told_what_this_is(devnet: Devnet) -> None:
    address = devnet.ogmios_url.replace("ws", "http", 1)
    response = requests.get(address, timeout=DEADLINE)
    assert response.status_code == 404
    assert "WebSocket" in response.text


def test_the_faucet_is_an_ordinary_wallet_on_chain(ogmios: Ogmios) -> None:
    outputs = ogmios.result("queryLedgerState/utxo", addresses=[address_text(FAUCET.address)])
    assert sum(output["value"]["ada"]["lovelace"] for output in outputs) > 10**15
