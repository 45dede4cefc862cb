from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosed

from milestone_devnet.chain.opening import open_chain
from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet, Settings
from milestone_devnet.ogmios.health import synchronization
from milestone_devnet.ogmios.server import MAX_FRAME_BYTES

from .clients import DEADLINE, Ogmios, http_url
from .test_state_file import running
from .wallet import funded_key, id_of, pay


def test_calls_work_over_http(devnet: Devnet, ogmios: Ogmios) -> None:
    shapes: list[dict[str, Any]] = [
        {},
        {"id": None},
        {"params": None, "id": {"a": 1}},
        {"params": {}},
    ]
    for members in shapes:
        status, answer = ogmios.post("queryLedgerState/protocolParameters", **members)
        assert status == 200
        assert answer["result"] == ogmios.result("queryLedgerState/protocolParameters")
        assert answer["id"] == members.get("id")
    key, reference = funded_key(devnet)
    cbor = pay(key, reference, 100_000_000, PaymentKey.random().address, 10_000_000)
    transaction = {"cbor": cbor.hex()}
    status, answer = ogmios.post("evaluateTransaction", params={"transaction": transaction})
    assert (status, answer["result"]) == (200, [])
    status, answer = ogmios.post("submitTransaction", params={"transaction": transaction})
    assert (status, answer["result"]) == (200, {"transaction": {"id": id_of(cbor).hex()}})
    status, answer = ogmios.post("submitTransaction", params={"transaction": transaction})
    assert (status, answer["error"]["code"]) == (400, 3997)


def test_every_request_over_http_is_a_session_of_its_own(ogmios: Ogmios) -> None:
    assert ogmios.post("nextBlock")[1]["result"]["point"] == "origin"
    assert ogmios.post("nextBlock")[1]["result"]["point"] == "origin"
    assert ogmios.post("acquireMempool")[0] == 200
    status, answer = ogmios.post("sizeOfMempool")
    assert (status, answer["error"]["code"]) == (400, 4000)
    status, answer = ogmios.post("findIntersection", params={"points": []})
    assert (status, answer["error"]["code"]) == (400, 1000)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'{"jsonrpc":"2.0"}'])
def test_a_body_that_is_no_request_is_an_error_with_a_body(devnet: Devnet, body: bytes) -> None:
    response = requests.post(http_url(devnet.ogmios_url), data=body, timeout=DEADLINE)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.json()["error"]["code"] == -32600


def test_what_is_not_there_has_a_status_and_no_body(devnet: Devnet) -> None:
    address = http_url(devnet.ogmios_url)
    for method, path, status in [
        ("GET", "/nothing", 404),
        ("GET", "/no%0Athing", 404),
        ("POST", "/%0A", 404),
        ("POST", "/health", 406),
        ("POST", "/v1", 404),
        ("PUT", "/", 406),
        ("DELETE", "/metrics", 406),
        ("OPTIONS", "/", 200),
        ("OPTIONS", "/anything", 200),
    ]:
        response = requests.request(method, address + path, timeout=DEADLINE)
        assert (response.status_code, response.content) == (status, b""), (method, path)


def test_a_body_above_the_bound_is_refused(devnet: Devnet) -> None:
    body = b" " * (MAX_FRAME_BYTES + 1)
    response = requests.post(http_url(devnet.ogmios_url), data=body, timeout=DEADLINE)
    assert response.status_code == 413


def test_a_browser_is_told_what_this_is(devnet: Devnet) -> None:
    response = requests.get(http_url(devnet.ogmios_url), timeout=DEADLINE)
    assert response.status_code == 200
    assert "WebSocket" in response.text


def test_health_tells_tip_era_and_network(ogmios: Ogmios) -> None:
    response = requests.get(f"{ogmios.http}/health", timeout=DEADLINE)
    health = response.json()
    assert response.status_code == 200
    tip = ogmios.result("queryNetwork/tip")
    assert health["lastKnownTip"] == {**tip, "height": ogmios.result("queryNetwork/blockHeight")}
    assert health["network"] == "unknown (42)"
    assert health["version"] == f"{ogmios.version}.0"
    assert health["currentEra"] == "conway"
    assert (health["connectionStatus"], health["networkSynchronization"]) == ("connected", 1)
    assert datetime.fromisoformat(health["startTime"]).tzinfo == UTC
    metrics = health["metrics"]
    assert metrics["activeConnections"] == 1
    assert metrics["totalConnections"] >= 1
    assert metrics["runtimeStats"]["cpuTime"] > 0


def test_messages_are_counted(ogmios: Ogmios) -> None:
    def counts() -> tuple[int, int]:
        metrics = requests.get(f"{ogmios.http}/health", timeout=DEADLINE).json()["metrics"]
        return metrics["totalMessages"], metrics["totalUnrouted"]

    messages, unrouted = counts()
    ogmios.result("queryNetwork/tip")
    ogmios.error("queryNetwork/nothing")
    assert counts() == (messages + 2, unrouted + 1)


def test_metrics_are_in_prometheus_format(ogmios: Ogmios) -> None:
    response = requests.get(f"{ogmios.http}/metrics", timeout=DEADLINE)
    assert response.headers["Content-Type"].startswith("text/plain")
    lines = response.text.splitlines()
    types = {line.split()[2]: line.split()[3] for line in lines if line.startswith("#")}
    values = dict(line.split() for line in lines if line and not line.startswith("#"))
    assert types.keys() == values.keys()
    assert values["ogmios_connected"] == "1.0"
    assert values["ogmios_tip_block"] == str(ogmios.result("queryNetwork/blockHeight"))
    assert types["ogmios_total_messages"] == "counter"


def test_a_tip_far_behind_the_time_counts_as_behind() -> None:
    chain = open_chain(None)
    assert synchronization(chain) == 1
    chain.clock.skip(59_000)
    assert synchronization(chain) == 1
    chain.clock.skip(3_600_000_000)
    assert 0.9 < synchronization(chain) < 1
    chain.store.close()


def test_a_server_that_stops_says_so_as_one_that_lost_its_node() -> None:
    with Devnet(Settings(block_time=0)) as devnet, Ogmios(devnet.ogmios_url) as ogmios:
        ogmios.result("queryNetwork/tip")
        devnet.stop()
        with pytest.raises(ConnectionClosed) as closed:
            ogmios.socket.recv(timeout=DEADLINE)
    received = closed.value.rcvd
    assert received is not None
    assert json.loads(received.reason)["error"]["code"] == -32000


@pytest.mark.parametrize("version", ["6.14", "7.0"])
def test_the_command_serves_the_version_that_it_is_told(tmp_path: Path, version: str) -> None:
    options = ("--ogmios-version", version)
    with running(tmp_path / "state", *options) as (_, told), Ogmios(told["ogmios"]) as ogmios:
        assert ogmios.version == f"v{version}"
        assert ogmios.result("queryLedgerState/protocolParameters")["version"]["major"] == 10


def test_clients_on_one_loop_do_not_hold_each_other_up(devnet: Devnet) -> None:
    from websockets.asyncio.client import connect

    async def ask() -> int:
        async with connect(devnet.ogmios_url) as socket:
            await socket.send('{"jsonrpc":"2.0","method":"nextBlock"}')
            await socket.send('{"jsonrpc":"2.0","method":"queryNetwork/blockHeight","id":1}')
            answers = [json.loads(await socket.recv()) for _ in range(2)]
            return sum(answer["id"] == 1 for answer in answers)

    async def many() -> list[int]:
        return await asyncio.gather(*(ask() for _ in range(50)))

    assert asyncio.run(asyncio.wait_for(many(), DEADLINE)) == [1] * 50
