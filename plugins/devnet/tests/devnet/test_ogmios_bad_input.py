from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from milestone_devnet.node import Devnet
from milestone_devnet.ogmios.server import MAX_FRAME_BYTES

from .clients import DEADLINE, Ogmios

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
METHODS = [
    "findIntersection",
    "acquireLedgerState",
    "nextTransaction",
    "queryLedgerState/rewardAccountSummaries",
    "queryLedgerState/delegateRepresentatives",
    "queryLedgerState/utxo",
    "queryNetwork/genesisConfiguration",
    "submitTransaction",
    "evaluateTransaction",
    "hasTransaction",
    "sizeOfMempool",
    "queryNetwork/tip",
]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '"queryNetwork/tip"',
        "12",
        "NaN",
        '{"jsonrpc":"2.0","method":"queryNetwork/tip","id":NaN}',
        '{"jsonrpc":"2.0","method":"queryNetwork/tip","id":1e400}',
        "[" * 100_000,
        '{"id":' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_json_object_is_an_invalid_request(ogmios: Ogmios, text: str) -> None:
    ogmios.socket.send(text)
    answer = ogmios.receive("?")
    assert answer["error"]["code"] == -32600
    assert "well-formed JSON object" in answer["error"]["message"]
    assert answer["id"] is None


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"jsonrpc": "2.0", "id": 5}, "'method'"),
        ({"jsonrpc": "2.0", "id": 5, "method": 3}, "'method'"),
        ({"id": 5, "method": "queryNetwork/tip"}, "'jsonrpc'"),
        ({"jsonrpc": "1.0", "id": 5, "method": "queryNetwork/tip"}, "'jsonrpc'"),
        ({"jsonrpc": "2.0", "id": 5, "method": "queryNetwork/Tip"}, "case-sensitive"),
        ({"jsonrpc": "2.0", "id": 5, "method": "queryNetwork/tip", "params": []}, "'params'"),
        ({"jsonrpc": "2.0", "id": 5, "method": "queryNetwork/tip", "params": {"a": 1}}, "a"),
        ({"jsonrpc": "2.0", "id": 5, "method": "submitTransaction"}, "'params'"),
        ({"jsonrpc": "2.0", "id": 5, "method": "submitTransaction", "params": None}, "params"),
        ({"jsonrpc": "2.0", "id": 5, "method": "hasTransaction", "params": []}, "'params'"),
        ({"jsonrpc": "2.0", "id": 5, "method": "findIntersection", "params": {}}, "'points'"),
        ({"jsonrpc": "2.0", "id": 5, "method": "acquireLedgerState", "params": {}}, "point"),
    ],
)
def test_a_wrong_request_is_answered_with_its_id_and_the_reason(
    ogmios: Ogmios, message: dict[str, Any], told: str
) -> None:
    ogmios.socket.send(json.dumps(message))
    answer = ogmios.receive("?")
    assert answer["error"]["code"] == -32600
    assert told in answer["error"]["message"]
    assert answer["id"] == 5


@pytest.mark.parametrize(
    "params",
    [
        {"transaction": "84a0"},
        {"transaction": {}},
        {"transaction": {"cbor": 5}},
        {"transaction": {"cbor": "0"}},
        {"transaction": {"cbor": "zz"}},
        {"transaction": {"cbor": "84 a0"}},
        {"transaction": {"cbor": "\uff18\uff14"}},
    ],
)
@pytest.mark.parametrize("method", ["submitTransaction", "evaluateTransaction"])
def test_a_transaction_that_is_no_hex_is_an_invalid_request(
    ogmios: Ogmios, method: str, params: dict[str, Any]
) -> None:
    assert ogmios.error(method, **params)["code"] == -32600


REFERENCE = {"transaction": {"id": "00" * 32}, "index": 0}
ENTRY = {
    **REFERENCE,
    "address": "addr_test1vqzy54hm3u706fchurv3p4e8vpdywvzdmandpd705v3al2cnzfsed",
    "value": {"ada": {"lovelace": 1}},
}


@pytest.mark.parametrize(
    "change",
    [
        {"index": -1},
        {"index": 65_536},
        {"index": True},
        {"index": "0"},
        {"transaction": {"id": "00"}},
        {"transaction": None},
        {"address": "addr_test1vqzy54hm3u706fchurv3p4e8vpdywvzdmandpd705v3al2cnzfsee"},
        {"address": "stake_test1uqzy54hm3u706fchurv3p4e8vpdywvzdmandpd705v3al2ckkj6xk"},
        {"address": ""},
        {"address": 5},
        {"value": {}},
        {"value": {"ada": {"lovelace": -1}}},
        {"value": {"ada": {"lovelace": 2**64}}},
        {"value": {"ada": {"lovelace": 1.5}}},
        {"value": {"ada": {"lovelace": 1}, "aa": {"": 1}}},
        {"value": {"ada": {"lovelace": 1}, "aa" * 28: {"00" * 33: 1}}},
        {"value": {"ada": {"lovelace": 1}, "aa" * 28: {"": 0}}},
        {"value": {"ada": {"lovelace": 1}, "aa" * 28: 5}},
        {"datum": "ff"},
        {"datum": "00", "datumHash": "00" * 32},
        {"datumHash": "00"},
        {"script": {"language": "plutus:v9", "cbor": "00"}},
        {"script": {"language": "native"}},
        {"script": {"language": "native", "json": {"clause": "signature", "from": "zz"}}},
        {"script": {"language": "native", "json": {"clause": "nothing"}}},
        {"script": "ff"},
        {"script": 5},
    ],
)
def test_a_wrong_additional_output_is_an_invalid_request(
    ogmios: Ogmios, change: dict[str, Any]
) -> None:
    cbor = "84a300818258200000000000000000000000000000000000000000000000000000000000000000000180020"
    error = ogmios.error(
        "evaluateTransaction",
        transaction={"cbor": cbor + "0a0f5f6"},
        additionalUtxo=[{**ENTRY, **change}],
    )
    assert error["code"] == -32600, error


@pytest.mark.parametrize(
    "params",
    [
        {"outputReferences": {}},
        {"outputReferences": [1]},
        {"outputReferences": [{"transaction": {"id": "00" * 31}, "index": 0}]},
        {"addresses": "addr_test1"},
        {"addresses": ["x"]},
        {"addresses": [None]},
        {"else": []},
    ],
)
def test_a_wrong_query_of_outputs_is_an_invalid_request(
    ogmios: Ogmios, params: dict[str, Any]
) -> None:
    assert ogmios.error("queryLedgerState/utxo", **params)["code"] == -32600


def test_the_one_method_that_only_a_real_ogmios_has_gets_a_clear_error(ogmios: Ogmios) -> None:
    error = ogmios.error("queryLedgerState/dump", to="a file")
    assert error["code"] == -32601
    assert "queryLedgerState/dump" in error["message"]


@pytest.mark.parametrize(
    "point",
    [
        "genesis",
        5,
        None,
        {},
        {"slot": 1},
        {"slot": -1, "id": "00" * 32},
        {"slot": 2**63, "id": "00" * 32},
        {"slot": True, "id": "00" * 32},
        {"slot": 1, "id": "00"},
        {"slot": 1, "id": None},
    ],
)
def test_a_wrong_point_is_an_invalid_request(ogmios: Ogmios, point: Any) -> None:
    assert ogmios.error("findIntersection", points=[point])["code"] == -32600
    assert ogmios.error("acquireLedgerState", point=point)["code"] == -32600


@pytest.mark.parametrize(
    "text", ["", "zz" * 28, "11" * 27, "addr_test1", "stake_vkh1qqqq", 5, None]
)
def test_a_wrong_credential_is_an_invalid_request(ogmios: Ogmios, text: Any) -> None:
    error = ogmios.error("queryLedgerState/rewardAccountSummaries", keys=[text])
    assert error["code"] == -32600


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(method=st.sampled_from(METHODS), params=JSON, request_id=JSON)
def test_no_parameters_take_the_server_down(
    ogmios: Ogmios, method: str, params: Any, request_id: Any
) -> None:
    answer = ogmios.exchange(method, params=params, id=request_id)
    assert answer["id"] == request_id
    assert answer.get("error", {}).get("code") != -32603


def test_integers_beyond_64_bits_come_back_as_they_went(ogmios: Ogmios) -> None:
    assert ogmios.exchange("queryNetwork/tip", id=2**200 + 1)["id"] == 2**200 + 1


def test_binary_frames_are_read_as_text_and_what_is_no_utf8_is_refused(ogmios: Ogmios) -> None:
    ogmios.socket.send(b'{"jsonrpc":"2.0","method":"queryNetwork/blockHeight"}')
    assert "result" in ogmios.receive("queryNetwork/blockHeight")
    ogmios.socket.send(b"\xff\xfe")
    assert ogmios.receive("?")["error"]["code"] == -32600


def test_a_frame_above_the_bound_ends_that_connection_only(devnet: Devnet) -> None:
    with Ogmios(devnet.ogmios_url) as other:
        with Ogmios(devnet.ogmios_url) as ogmios:
            # The server may hang up before it has all of the frame.
            with suppress(ConnectionClosed):
                ogmios.socket.send(" " * (MAX_FRAME_BYTES + 1))
            with pytest.raises(ConnectionClosed):
                ogmios.socket.recv(timeout=DEADLINE)
        assert other.result("queryNetwork/blockHeight") >= 0


def test_a_client_that_leaves_without_a_word_harms_nobody(devnet: Devnet) -> None:
    for _ in range(20):
        with Ogmios(devnet.ogmios_url) as ogmios:
            ogmios.socket.send('{"jsonrpc":"2.0","method":"acquireMempool"}')
            ogmios.socket.send('{"jsonrpc":"2.0","method":"acquireMempool"}')
            ogmios.socket.socket.close()
    with Ogmios(devnet.ogmios_url) as ogmios:
        assert ogmios.result("queryNetwork/blockHeight") >= 0
