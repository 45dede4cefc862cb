"""Faults on purpose, as a client meets them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from milestone_core.api import BadInput
from milestone_devnet.node import Devnet, Settings

from .clients import DEADLINE, Kupo, Ogmios
from .wallet import funded_key, id_of, pay, text_of

TIP = json.dumps({"jsonrpc": "2.0", "method": "queryNetwork/tip", "id": 1})


@pytest.fixture(scope="module")
def faulty() -> Iterator[Devnet]:
    with Devnet(Settings(block_time=0)) as devnet:
        yield devnet


@pytest.fixture(autouse=True)
def healed(faulty: Devnet) -> Iterator[None]:
    yield
    assert faulty.fault("clear") == {}
    assert requests.get(f"{faulty.kupo_url}/matches", timeout=DEADLINE).json()
    with connect(faulty.ogmios_url) as socket:
        socket.send(TIP)
        assert "result" in json.loads(socket.recv(DEADLINE))


def kupo_health(devnet: Devnet) -> requests.Response:
    headers = {"Accept": "application/json"}
    return requests.get(f"{devnet.kupo_url}/health", headers=headers, timeout=DEADLINE)


def test_an_answer_comes_late(faulty: Devnet) -> None:
    with connect(faulty.ogmios_url) as socket:
        faulty.fault("lag", seconds=0.3, times=2)
        for late in (True, True, False):
            started = time.monotonic()
            socket.send(TIP)
            assert "result" in json.loads(socket.recv(DEADLINE))
            assert (time.monotonic() - started > 0.29) == late
    started = time.monotonic()
    assert kupo_health(faulty).status_code == 200
    assert time.monotonic() - started > 0.29


def test_late_answers_keep_their_order(faulty: Devnet) -> None:
    with connect(faulty.ogmios_url) as socket:
        faulty.fault("lag", server="ogmios", seconds=0.3)
        socket.send(json.dumps({"jsonrpc": "2.0", "method": "queryNetwork/tip", "id": "late"}))
        time.sleep(0.05)
        faulty.fault("clear")
        socket.send(json.dumps({"jsonrpc": "2.0", "method": "queryNetwork/tip", "id": "after"}))
        assert [json.loads(socket.recv(DEADLINE))["id"] for _ in range(2)] == ["late", "after"]


def test_a_transaction_is_taken_although_the_connection_breaks_before_the_answer(
    faulty: Devnet,
) -> None:
    key, reference = funded_key(faulty)
    cbor = pay(key, reference, 100_000_000, key.address, 40_000_000)
    request = {
        "jsonrpc": "2.0",
        "method": "submitTransaction",
        "params": {"transaction": {"cbor": cbor.hex()}},
    }
    with connect(faulty.ogmios_url) as socket:
        faulty.fault("disconnect", server="ogmios", times=1)
        socket.send(json.dumps(request))
        with pytest.raises(ConnectionClosed):
            socket.recv(DEADLINE)
    assert len(Kupo(faulty.kupo_url).json(f"/matches/*@{id_of(cbor).hex()}")) == 2


def test_kupos_answer_breaks_off_after_its_status(faulty: Devnet) -> None:
    faulty.fault("disconnect", server="kupo", times=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.get(f"{faulty.kupo_url}/matches", timeout=DEADLINE)
    assert requests.get(f"{faulty.kupo_url}/matches", timeout=DEADLINE).status_code == 200


def test_a_transaction_is_not_taken_where_connections_are_refused(faulty: Devnet) -> None:
    key, reference = funded_key(faulty)
    cbor = pay(key, reference, 100_000_000, key.address, 40_000_000)
    with connect(faulty.ogmios_url) as socket:
        faulty.fault("refuse", server="ogmios")
        socket.send(
            json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "submitTransaction",
                    "params": {"transaction": {"cbor": cbor.hex()}},
                }
            )
        )
        with pytest.raises(ConnectionClosed):
            socket.recv(DEADLINE)
    with pytest.raises((OSError, EOFError, WebSocketException)), connect(faulty.ogmios_url):
        pass
    assert len(Kupo(faulty.kupo_url).json(f"/matches/{text_of(key)}")) == 1
    faulty.fault("clear")
    with Ogmios(faulty.ogmios_url) as ogmios:
        ogmios.submit(cbor)


def test_garbage_is_framed_as_it_should_be_and_is_not_json(faulty: Devnet) -> None:
    with connect(faulty.ogmios_url) as socket:
        faulty.fault("garbage", times=2)
        socket.send(TIP)
        answer = socket.recv(DEADLINE)
        with pytest.raises(ValueError, match="Expecting"):
            json.loads(answer)
        long = {"jsonrpc": "2.0", "method": "queryLedgerState/protocolParameters"}
        socket.send(json.dumps(long))
        assert not _is_json(socket.recv(DEADLINE))
        socket.send(json.dumps(long))
        assert _is_json(socket.recv(DEADLINE))
    for path, status in (("/matches", 200), (f"/datums/{'00' * 32}", 200), ("/nothing", 404)):
        faulty.fault("garbage", server="kupo", times=1)
        response = requests.get(faulty.kupo_url + path, timeout=DEADLINE)
        assert (response.status_code, _is_json(response.text)) == (status, False)


def _is_json(text: str | bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_a_kupo_that_stands_still_tells_the_past_and_catches_up(faulty: Devnet) -> None:
    key, reference = funded_key(faulty)
    cbor = pay(key, reference, 100_000_000, key.address, 40_000_000)
    kupo = Kupo(faulty.kupo_url)
    before = kupo.json(f"/matches/{text_of(key)}")
    stood = kupo_health(faulty).json()["most_recent_checkpoint"]
    assert faulty.fault("stale") == {"stale": {"blocks": None}}
    with Ogmios(faulty.ogmios_url) as ogmios:
        ogmios.submit(cbor)
        tip = ogmios.result("queryNetwork/tip")
    assert kupo.json(f"/matches/{text_of(key)}") == before
    assert kupo.json(f"/matches/{text_of(key)}?unspent") == before
    assert kupo.json(f"/matches/{text_of(key)}?spent") == []
    health = kupo_health(faulty).json()
    assert (health["most_recent_checkpoint"], health["most_recent_node_tip"]) == (
        stood,
        tip["slot"],
    )
    assert kupo.get("/matches").headers["X-Most-Recent-Checkpoint"] == str(stood)
    assert kupo.json("/checkpoints")[0]["slot_no"] == stood
    faulty.advance(seconds=5_000)
    assert kupo_health(faulty).status_code == 202
    assert kupo_health(faulty).json()["network_synchronization"] < 1
    assert requests.get(f"{faulty.kupo_url}/metrics", timeout=DEADLINE).status_code == 200
    faulty.fault("clear")
    assert len(kupo.json(f"/matches/{text_of(key)}?unspent")) == 2
    assert kupo_health(faulty).status_code == 200


def test_a_kupo_stays_some_blocks_behind(faulty: Devnet) -> None:
    key, _ = funded_key(faulty)
    kupo = Kupo(faulty.kupo_url)
    faulty.fault("stale", blocks=2)
    for known in (1, 1, 1, 2):
        assert len(kupo.json(f"/matches/{text_of(key)}")) == known
        faulty.fund(text_of(key), lovelace=2_000_000)
    faulty.rollback(3)
    assert len(kupo.json(f"/matches/{text_of(key)}")) == 2


def test_ogmios_loses_its_node_in_the_reason_of_the_close(faulty: Devnet) -> None:
    with connect(faulty.ogmios_url) as socket:
        faulty.fault("node-lost")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(DEADLINE)
        assert closed.value.rcvd is not None
        assert "-32000" in closed.value.rcvd.reason


def test_what_is_in_force_is_in_the_status(faulty: Devnet) -> None:
    faulty.fault("refuse", server="kupo", times=5)
    faulty.fault("stale", blocks=3)
    assert faulty.control.status()["faults"] == {
        "kupo": {"kind": "refuse", "times": 5},
        "stale": {"blocks": 3},
    }


@pytest.mark.parametrize(
    "details",
    [
        {"kind": "flood"},
        {"kind": "lag", "seconds": 0},
        {"kind": "lag", "seconds": "1"},
        {"kind": "lag", "seconds": 10**6},
        {"kind": "refuse", "times": 0},
        {"kind": "refuse", "times": True},
        {"kind": "refuse", "server": "control"},
        {"kind": "stale", "blocks": -1},
        {"kind": 5},
    ],
)
def test_a_fault_that_is_none_is_refused(faulty: Devnet, details: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        faulty.fault(**details)
    assert faulty.control.status()["faults"] == {}
