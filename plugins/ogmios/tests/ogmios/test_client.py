"""What the client asks, and what it makes of the answers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import ServerConnection

from milestone_core.api import (
    TESTNET,
    Address,
    AssetId,
    BadAnswer,
    Credential,
    Misconfigured,
    Output,
    OutputReference,
    RedeemerUnits,
    Script,
    ScriptRefused,
    ServiceUnavailable,
    Surroundings,
    Tip,
    TransactionRefused,
    Units,
    Utxo,
    Value,
)
from milestone_ogmios.client import OgmiosClient
from milestone_ogmios.plugin import connect, milestone_chain_query
from milestone_ogmios.settings import OgmiosSettings

TX = bytes.fromhex("ab" * 32)
START = "2022-06-01T00:00:00Z"
ERA = {
    "start": {"time": {"seconds": 0}, "slot": 0, "epoch": 0},
    "parameters": {"epochLength": 10, "slotLength": {"milliseconds": 1000}, "safeZone": None},
}
HEALTH = {
    "version": "v7.0.0 (435189ae)",
    "connectionStatus": "connected",
    "networkSynchronization": 0.99998,
    "lastKnownTip": {"slot": 42, "id": "cd" * 32, "height": 7},
    "network": "preprod",
}


class Ogmios:
    """A server that answers by method and remembers what it was asked."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers
        self.asked: list[dict[str, Any]] = []

    def __call__(self, websocket: ServerConnection, request: dict[str, Any]) -> None:
        self.asked.append(request)
        answer = self.answers[request["method"].rpartition("/")[2]]
        kind = "error" if isinstance(answer, dict) and "code" in answer else "result"
        # As with --strict-rpc: no echo of the method.
        websocket.send(json.dumps({"jsonrpc": "2.0", kind: answer, "id": request["id"]}))


Start = Callable[[Ogmios], str]
MakeClient = Callable[..., OgmiosClient]


def test_queries_carry_no_params_and_an_id_of_their_own(ogmios: Start, client: MakeClient) -> None:
    server = Ogmios(tip={"slot": 42, "id": "cd" * 32})
    chain = client(ogmios(server))
    assert chain.tip() == chain.tip() == Tip(42, bytes.fromhex("cd" * 32))
    first, second = server.asked
    assert set(first) == {"jsonrpc", "method", "id"}
    assert first["jsonrpc"] == "2.0"
    assert first["method"] == "queryLedgerState/tip"
    assert first["id"] != second["id"]


@pytest.mark.parametrize(("told", "height"), [(12_345, 12_345), ("origin", 0)])
def test_the_height_of_the_chain(
    ogmios: Start, client: MakeClient, told: object, height: int
) -> None:
    assert client(ogmios(Ogmios(blockHeight=told))).height() == height


@pytest.mark.parametrize("told", [-1, "12", None, 1.5])
def test_a_height_that_is_none_is_a_bad_answer(
    ogmios: Start, client: MakeClient, told: object
) -> None:
    with pytest.raises(BadAnswer):
        client(ogmios(Ogmios(blockHeight=told))).height()


def test_a_chain_without_blocks_has_its_tip_at_the_origin(
    ogmios: Start, client: MakeClient
) -> None:
    assert client(ogmios(Ogmios(tip="origin"))).tip() == Tip(0, b"")


def test_the_network_magic_comes_from_shelleys_genesis(ogmios: Start, client: MakeClient) -> None:
    server = Ogmios(genesisConfiguration={"era": "shelley", "networkMagic": 42})
    assert client(ogmios(server)).network_magic() == 42
    assert server.asked[0]["params"] == {"era": "shelley"}


def test_the_clock_is_the_chains_own(ogmios: Start, client: MakeClient) -> None:
    clock = client(ogmios(Ogmios(startTime=START, eraSummaries=[ERA]))).clock()
    assert clock.ms_at(7) == 1654041607000


def test_evaluation_gives_the_units_of_each_redeemer(ogmios: Start, client: MakeClient) -> None:
    budget = {"memory": 2**70, "cpu": 5}
    server = Ogmios(
        evaluateTransaction=[{"validator": {"purpose": "withdraw", "index": 1}, "budget": budget}]
    )
    units = client(ogmios(server)).evaluate(b"\x84")
    assert units == (RedeemerUnits("withdraw", 1, Units(2**70, 5)),)
    assert server.asked[0]["params"] == {"transaction": {"cbor": "84"}}


def test_outputs_beside_the_ledger_are_given_in_upstreams_shape(
    ogmios: Start, client: MakeClient, vectors: Path
) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    server = Ogmios(evaluateTransaction=[])
    address = Address(TESTNET, Credential.script(b"\x01" * 28))
    policy = b"\x02" * 28
    value = Value(5, {AssetId(policy, b"a"): 2**64 - 1, AssetId(policy, b""): 1})
    inline = Output(address, value, datum=b"\xd8\x79\x80", script=Script("plutus:v3", b"\x41\x00"))
    hashed = Output(address, Value(7), datum_hash=TX)
    client(ogmios(server)).evaluate(
        b"\x84", [Utxo(OutputReference(TX, 1), inline), Utxo(OutputReference(TX, 2), hashed)]
    )
    first, second = server.asked[0]["params"]["additionalUtxo"]
    assert first == {
        "transaction": {"id": TX.hex()},
        "index": 1,
        "address": str(address),
        "value": {"ada": {"lovelace": 5}, policy.hex(): {"61": 2**64 - 1, "": 1}},
        "datum": "d87980",
        "script": {"language": "plutus:v3", "cbor": "4100"},
    }
    assert second["datumHash"] == TX.hex()
    assert "datum" not in second
    schema = vectors / "v7.0" / "schema"
    draft4 = referencing.jsonschema.DRAFT4
    registry = referencing.Registry().with_resources(
        (name, referencing.Resource.from_contents(json.loads((schema / name).read_text()), draft4))
        for name in ("ogmios.json", "cardano.json")
    )
    reference = {"$ref": "ogmios.json#/properties/EvaluateTransaction"}
    jsonschema.Draft4Validator(reference, registry=registry).validate(server.asked[0])


def test_a_script_that_says_no_is_a_refusal_with_its_redeemer(
    ogmios: Start, client: MakeClient
) -> None:
    data = {"validationError": "e", "traces": ["quorum"]}
    error = {"code": 3012, "message": "no", "data": data}
    failure = {"validator": {"purpose": "spend", "index": 3}, "error": error}
    server = Ogmios(evaluateTransaction={"code": 3010, "message": "m", "data": [failure]})
    with pytest.raises(ScriptRefused, match="quorum") as caught:
        client(ogmios(server)).evaluate(b"\x84")
    assert caught.value.redeemers == (("spend", 3),)


def test_a_submission_gives_the_id(ogmios: Start, client: MakeClient) -> None:
    server = Ogmios(submitTransaction={"transaction": {"id": TX.hex()}})
    assert client(ogmios(server)).submit(b"\x84") == TX


def test_a_refused_submission_gives_the_rule(ogmios: Start, client: MakeClient) -> None:
    error = {"code": 3997, "message": "m", "data": {"error": "All inputs are spent."}}
    with pytest.raises(TransactionRefused, match="All inputs are spent") as caught:
        client(ogmios(Ogmios(submitTransaction=error))).submit(b"\x84")
    assert caught.value.ledger_code == 3997
    assert "milestone resume" in caught.value.hint


def test_an_undecodable_transaction_is_refused(ogmios: Start, client: MakeClient) -> None:
    error = {"code": -32602, "message": "Invalid transaction", "data": {"conway": "no"}}
    server = Ogmios(submitTransaction=error, evaluateTransaction=error)
    chain = client(ogmios(server))
    for refuse in (chain.submit, chain.evaluate):
        with pytest.raises(TransactionRefused, match="not a transaction"):
            refuse(b"\x84")


def test_the_balance_of_a_reward_account_is_that_of_the_credential_asked_for(
    ogmios: Start, client: MakeClient
) -> None:
    ours, other = "ab" * 28, "cd" * 28
    account = {
        "from": "script",
        "credential": ours,
        "rewards": {"ada": {"lovelace": 2**64}},
        "deposit": {"ada": {"lovelace": 2_000_000}},
    }
    server = Ogmios(rewardAccountSummaries=[{**account, "credential": other}, account])
    chain = client(ogmios(server))
    assert chain.rewards(Credential.script(bytes.fromhex(ours))) == 2**64
    assert chain.rewards(Credential.key(bytes.fromhex("ef" * 28))) is None
    asked = [request["params"] for request in server.asked]
    assert asked == [{"scripts": [ours]}, {"keys": ["ef" * 28]}]


def test_the_mempool_is_acquired_asked_and_released(ogmios: Start, client: MakeClient) -> None:
    server = Ogmios(
        acquireMempool={"acquired": "mempool", "slot": 1},
        hasTransaction=True,
        releaseMempool={"released": "mempool"},
    )
    chain = client(ogmios(server))
    assert chain.in_mempool(TX) is True
    methods = [request["method"] for request in server.asked]
    assert methods == ["acquireMempool", "hasTransaction", "releaseMempool"]
    assert server.asked[1]["params"] == {"id": TX.hex()}
    server.answers["hasTransaction"] = False
    assert chain.in_mempool(TX) is False


def test_an_error_of_the_server_is_not_the_transactions_fault(
    ogmios: Start, client: MakeClient
) -> None:
    error = {"code": 2001, "message": "Era mismatch between query and ledger."}
    server = Ogmios(tip=error, evaluateTransaction=error)
    chain = client(ogmios(server))
    for ask in (chain.tip, lambda: chain.evaluate(b"\x84")):
        with pytest.raises(ServiceUnavailable, match=r"Era mismatch.*2001"):
            ask()


def test_threads_may_share_a_client(ogmios: Start, client: MakeClient) -> None:
    chain = client(ogmios(Ogmios(tip="origin")), timeout=10)
    tips: list[Tip] = []
    threads = [threading.Thread(target=lambda: tips.append(chain.tip())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tips == [Tip(0, b"")] * 8


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:1337",
        "http://h:1",
        "ws://",
        "ws://h:x",
        "ws://h:0",
        "ws://h:1/#a",
        "ws://a..b:1",
    ],
)
def test_a_url_that_is_no_websockets_is_a_misconfiguration(url: str, client: MakeClient) -> None:
    with pytest.raises(Misconfigured, match="ogmios"):
        client(url)


@pytest.mark.parametrize(
    "url",
    ["http://me:hunter2@h:1", "me:hunter2@h:1", "ws://me:hunter2@h:x", "ws://hunter2@127.0.0.1:1"],
)
def test_what_is_wrong_with_a_url_is_said_without_its_password(
    url: str, client: MakeClient
) -> None:
    with pytest.raises(Misconfigured) as refusal:
        client(url)
    assert "hunter2" not in str(refusal.value) + str(refusal.value.hint)


@pytest.mark.parametrize("name", ["timeout", "connect_timeout", "submit_timeout", "max_frame"])
def test_a_limit_of_nothing_is_a_misconfiguration(name: str, client: MakeClient) -> None:
    with pytest.raises(Misconfigured, match=name):
        client("ws://127.0.0.1:1", **{name: 0})


def test_the_plugin_yields_one_provider_that_connects_lazily() -> None:
    (provider,) = milestone_chain_query()
    assert provider.name == "ogmios"
    assert provider.settings is OgmiosSettings
    made = provider.create(OgmiosSettings(), Surroundings(Path("data"), "devnet", "test/1"))
    assert isinstance(made, OgmiosClient)
    assert provider.create is connect


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys, milestone_ogmios.plugin;"
        "print([m for m in ('websockets', 'requests', 'pycardano') if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_a_synchronised_node_is_healthy(
    health_server: Callable[..., str], client: MakeClient
) -> None:
    health = client(health_server(200, HEALTH)).health()
    assert health.version == "v7.0.0 (435189ae)"
    assert health.connected
    assert health.synchronisation == Fraction(99998, 100000)
    assert health.tip == Tip(42, bytes.fromhex("cd" * 32))
    assert health.network_magic == 1


@pytest.mark.parametrize(
    ("network", "magic"), [("mainnet", 764824073), ("unknown (42)", 42), ("elsewhere", None)]
)
def test_health_knows_the_magic_of_a_network(
    network: str, magic: int | None, health_server: Callable[..., str], client: MakeClient
) -> None:
    health = client(health_server(202, HEALTH | {"network": network})).health()
    assert health.network_magic == magic


def test_a_server_without_its_node_says_so(
    health_server: Callable[..., str], client: MakeClient
) -> None:
    nothing = {"networkSynchronization": None, "lastKnownTip": "origin", "network": None}
    body = HEALTH | nothing | {"connectionStatus": "disconnected"}
    health = client(health_server(500, body)).health()
    assert not health.connected
    assert health.synchronisation is None
    assert health.tip == Tip(0, b"")
    assert health.network_magic is None
