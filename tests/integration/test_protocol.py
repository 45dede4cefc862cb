"""What Milestone's plugins rely on, asked of the services themselves."""

from __future__ import annotations

import json
import uuid

import requests
from websockets.sync.client import connect

from milestone_core.domain.address import Address
from milestone_core.networks import DEVNET
from milestone_devnet.keys import PaymentKey

from .stack import Stack


def asked(stack: Stack, method: str, params: object = None, **more: object) -> dict[str, object]:
    """The answer over WebSocket, checked to be the one to this request."""
    identity = str(uuid.uuid4())
    request = {"jsonrpc": "2.0", "method": method, "id": identity, **more}
    if params is not None:
        request["params"] = params
    with connect(stack.ogmios_url, max_size=2**25, proxy=None) as socket:
        socket.send(json.dumps(request))
        answer: dict[str, object] = json.loads(socket.recv(timeout=20))
    assert answer["jsonrpc"] == "2.0"
    assert answer["id"] == identity
    return answer


def test_health_says_how_it_is_by_status_and_by_body(stack: Stack) -> None:
    answer = requests.get(stack.ogmios_url.replace("ws", "http", 1) + "/health", timeout=10)
    assert answer.status_code == 200
    health = answer.json()
    assert health["connectionStatus"] == "connected"
    assert health["networkSynchronization"] == 1
    assert health["version"].startswith("v7.") or health["version"].startswith("v6.")


def test_the_network_is_known_by_its_magic(stack: Stack) -> None:
    genesis = asked(stack, "queryNetwork/genesisConfiguration", {"era": "shelley"})["result"]
    assert isinstance(genesis, dict)
    assert genesis["networkMagic"] == DEVNET.magic


def test_parameters_have_a_cost_model_that_the_contract_can_use(stack: Stack) -> None:
    parameters = asked(stack, "queryLedgerState/protocolParameters")["result"]
    assert isinstance(parameters, dict)
    assert len(parameters["plutusCostModels"]["plutus:v3"]) >= 251
    assert "/" in parameters["scriptExecutionPrices"]["memory"]
    assert parameters["version"]["major"] >= 10


def test_an_unknown_method_is_told_with_the_code_of_json_rpc(stack: Stack) -> None:
    error = asked(stack, "queryLedgerState/nonsense")["error"]
    assert isinstance(error, dict)
    assert error["code"] in (-32601, -32600)


def test_what_is_no_transaction_is_refused_as_undecodable(stack: Stack) -> None:
    error = asked(stack, "submitTransaction", {"transaction": {"cbor": "80"}})["error"]
    assert isinstance(error, dict)
    assert error["code"] == -32602


def test_requests_over_one_connection_are_answered_in_turn(stack: Stack) -> None:
    with connect(stack.ogmios_url, proxy=None) as socket:
        for number in range(20):
            socket.send(json.dumps({"jsonrpc": "2.0", "method": "queryNetwork/tip", "id": number}))
        answers = [json.loads(socket.recv(timeout=20)) for _ in range(20)]
    assert [answer["id"] for answer in answers] == list(range(20))
    slots = [answer["result"]["slot"] for answer in answers]
    assert slots == sorted(slots)


def test_stateless_calls_go_over_http_too(stack: Stack) -> None:
    url = stack.ogmios_url.replace("ws", "http", 1)
    request = {"jsonrpc": "2.0", "method": "queryNetwork/tip", "id": 7}
    answer = requests.post(url, json=request, timeout=10)
    assert (answer.status_code, answer.json()["id"]) == (200, 7)
    assert answer.json()["result"]["slot"] > 0


def test_kupo_keeps_up_and_says_where_it_stands(stack: Stack) -> None:
    json_type = {"Accept": "application/json"}
    health = requests.get(f"{stack.kupo_url}/health", headers=json_type, timeout=10).json()
    assert health["connection_status"] == "connected"
    assert 0 <= health["most_recent_node_tip"] - health["most_recent_checkpoint"] <= 120
    answer = requests.get(f"{stack.kupo_url}/matches/*@{'00' * 32}", timeout=10)
    assert answer.json() == []
    assert int(answer.headers["X-Most-Recent-Checkpoint"]) >= health["most_recent_checkpoint"]


def test_kupo_finds_a_payment_by_address_by_key_and_by_token(stack: Stack) -> None:
    key = PaymentKey.random()
    address = Address.from_bytes(key.address)
    stack.fund(str(address), lovelace=3_000_000, tokens=11)
    for pattern in (str(address), f"{address.payment.hash.hex()}/*"):
        (match,) = requests.get(f"{stack.kupo_url}/matches/{pattern}?unspent", timeout=10).json()
        assert match["value"]["coins"] == 3_000_000
        assert match["value"]["assets"] == {str(stack.token): 11}
        assert match["created_at"]["slot_no"] > 0
        assert match["spent_at"] is None
    by_token = requests.get(f"{stack.kupo_url}/matches/{stack.token}?unspent", timeout=10).json()
    assert str(address) in {match["address"] for match in by_token}


def test_kupo_refuses_what_is_no_pattern_with_a_hint(stack: Stack) -> None:
    answer = requests.get(f"{stack.kupo_url}/matches/nonsense", timeout=10)
    assert answer.status_code == 400
    assert answer.json()["hint"]
