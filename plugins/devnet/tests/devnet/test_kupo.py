from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milestone_devnet.faucet import TOKEN
from milestone_devnet.node import Devnet, Settings

from .clients import DEADLINE, Kupo, Ogmios
from .wallet import FEE, funded_key, id_of, pay, text_of

MATCH = {
    "transaction_index",
    "transaction_id",
    "output_index",
    "address",
    "value",
    "datum_hash",
    "script_hash",
    "created_at",
    "spent_at",
}


def test_a_match_has_every_member_and_resolving_adds_two(devnet: Devnet, kupo: Kupo) -> None:
    key, (transaction_id, _) = funded_key(devnet, tokens=2**62 + 1)
    (match,) = kupo.json(f"/matches/{text_of(key)}")
    assert match.keys() == MATCH
    assert match["transaction_id"] == transaction_id.hex()
    assert match["value"] == {
        "coins": 100_000_000,
        "assets": {f"{TOKEN.policy.hex()}.{TOKEN.name.hex()}": 2**62 + 1},
    }
    assert (match["datum_hash"], match["script_hash"], match["spent_at"]) == (None, None, None)
    (resolved,) = kupo.json(f"/matches/{text_of(key)}?resolve_hashes")
    assert resolved == {**match, "datum": None, "script": None}


def test_created_at_is_a_block_that_the_checkpoints_know(devnet: Devnet, kupo: Kupo) -> None:
    key, _ = funded_key(devnet)
    (match,) = kupo.json(f"/matches/{text_of(key)}")
    slot = match["created_at"]["slot_no"]
    assert kupo.json(f"/checkpoints/{slot}") == match["created_at"]
    devnet.advance(seconds=100)
    assert kupo.json(f"/checkpoints/{slot + 50}") == match["created_at"]
    assert kupo.json(f"/checkpoints/{slot + 50}?strict") is None
    assert kupo.json("/checkpoints/0") is None
    checkpoints = kupo.json("/checkpoints")
    assert checkpoints == sorted(checkpoints, key=lambda point: -point["slot_no"])
    assert checkpoints[0]["slot_no"] > slot


def test_spent_and_unspent_split_the_matches_and_a_spent_one_tells_by_whom(
    devnet: Devnet, kupo: Kupo
) -> None:
    key, reference = funded_key(devnet)
    cbor = pay(key, reference, 100_000_000, key.address, 40_000_000)
    with Ogmios(devnet.ogmios_url) as ogmios:
        ogmios.submit(cbor)
        tip = ogmios.result("queryNetwork/tip")
    everything = kupo.json(f"/matches/{text_of(key)}")
    spent, unspent = (kupo.json(f"/matches/{text_of(key)}?{flag}") for flag in ("spent", "unspent"))
    assert sorted(map(str, spent + unspent)) == sorted(map(str, everything))
    assert [match["value"]["coins"] for match in unspent] == [60_000_000 - FEE, 40_000_000]
    (gone,) = spent
    assert gone["spent_at"] == {
        "slot_no": tip["slot"],
        "header_hash": tip["id"],
        "transaction_id": id_of(cbor).hex(),
        "input_index": 0,
        "redeemer": None,
    }


def test_results_come_newest_first_unless_asked_otherwise(devnet: Devnet, kupo: Kupo) -> None:
    key, _ = funded_key(devnet)
    for _ in range(3):
        devnet.fund(text_of(key), lovelace=2_000_000)
    newest_first = kupo.json(f"/matches/{text_of(key)}")
    slots = [match["created_at"]["slot_no"] for match in newest_first]
    assert slots == sorted(slots, reverse=True)
    assert kupo.json(f"/matches/{text_of(key)}?order=most_recent_first") == newest_first
    assert kupo.json(f"/matches/{text_of(key)}?order=oldest_first") == newest_first[::-1]


def test_ranges_are_inclusive_and_may_name_whole_points(devnet: Devnet, kupo: Kupo) -> None:
    key, _ = funded_key(devnet)
    devnet.advance(seconds=50)
    devnet.fund(text_of(key), lovelace=2_000_000)
    second, first = kupo.json(f"/matches/{text_of(key)}")
    path = f"/matches/{text_of(key)}"
    at, point = second["created_at"]["slot_no"], second["created_at"]
    assert kupo.json(f"{path}?created_after={at}") == [second]
    assert kupo.json(f"{path}?created_after={at + 1}") == []
    assert kupo.json(f"{path}?created_before={at - 1}") == [first]
    whole = f"{point['slot_no']}.{point['header_hash']}"
    assert kupo.json(f"{path}?created_after={whole}&created_before={whole}") == [second]
    assert kupo.json(f"{path}?spent_after=1") == []
    hint = kupo.hint(f"{path}?created_after={point['slot_no']}.{'00' * 32}")
    assert "ancestor" in hint


def test_filters_narrow_by_asset_and_by_reference(devnet: Devnet, kupo: Kupo) -> None:
    key, (transaction_id, _) = funded_key(devnet, tokens=5)
    devnet.fund(text_of(key), lovelace=2_000_000)
    path, policy = f"/matches/{text_of(key)}", TOKEN.policy.hex()
    plain, token = kupo.json(path)
    assert kupo.json(f"{path}?unspent&policy_id={policy}") == [token]
    assert kupo.json(f"{path}?policy_id={policy}&asset_name={TOKEN.name.hex()}") == [token]
    assert kupo.json(f"{path}?asset_name=00&policy_id={policy}") == []
    assert kupo.json(f"{path}?transaction_id={transaction_id.hex()}&output_index=0") == [token]
    assert kupo.json(f"{path}?transaction_id={transaction_id.hex()}&output_index=1") == []
    assert kupo.json(f"{path}?transaction_id={plain['transaction_id']}&whatever=1") == [plain]


@pytest.mark.parametrize(
    "query",
    [
        "unspent=true",
        "unspent=",
        "spent=1",
        "spent&unspent",
        "unspent&unspent",
        "resolve_hashes=true",
        "order=random",
        "order",
        "order=oldest_first&order=oldest_first",
        "created_after",
        "created_after=-1",
        "created_after=1&spent_after=1",
        "created_before=5&created_before=5",
        "created_after=1.zz",
        "asset_name=00",
        "policy_id=00",
        "policy_id",
        "output_index=0",
        f"policy_id={'00' * 28}&transaction_id={'00' * 32}",
        f"policy_id={'00' * 28}&policy_id={'00' * 28}",
        f"policy_id={'00' * 28}&output_index=0",
        f"policy_id={'00' * 28}&asset_name={'00' * 33}",
        f"transaction_id={'00' * 31}",
        f"transaction_id={'00' * 32}&output_index=x",
    ],
)
def test_a_wrong_query_is_refused_with_a_hint(kupo: Kupo, query: str) -> None:
    assert kupo.hint(f"/matches?{query}")


@pytest.mark.parametrize(
    "path",
    [
        "/matches/addr_test1nonsense",
        "/matches/*/*/*",
        "/matches/x/*",
        "/matches/1@00",
        f"/matches/70000@{'00' * 32}",
        f"/matches/{'00' * 27}.00",
        "/matches/%7B42%7D",
        "/matches/%ff%fe",
        "/matches/" + "9" * 5000,
        "/datums/00",
        "/datums/zz",
        "/scripts/" + "00" * 32,
        "/checkpoints/x",
        "/checkpoints/-1",
        "/checkpoints/" + "9" * 50,
        "/checkpoints/1?strict=1",
        "/checkpoints/1?other",
        "/patterns/nonsense",
    ],
)
def test_a_wrong_path_parameter_is_refused_with_a_hint(kupo: Kupo, path: str) -> None:
    assert kupo.hint(path)


@pytest.mark.parametrize("path", ["/", "/nothing", "/v1", "/datums", "/scripts/a/b", "/health/x"])
def test_an_unknown_path_is_not_found(kupo: Kupo, path: str) -> None:
    assert "Endpoint not found" in kupo.hint(path, 404)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/matches", ["POST", "PUT", "PATCH"]),
        ("/patterns", ["POST", "PATCH"]),
        *(
            (path, ["POST", "PUT", "DELETE", "PATCH"])
            for path in ("/health", "/metrics", "/datums/x", "/scripts/x", "/checkpoints")
        ),
        ("/metadata/1", ["POST", "PUT", "DELETE", "PATCH"]),
    ],
)
def test_a_wrong_method_is_406(devnet: Devnet, path: str, methods: list[str]) -> None:
    for method in methods:
        _is_406(devnet, path, method)


def _is_406(devnet: Devnet, path: str, method: str) -> None:
    response = requests.request(method, devnet.kupo_url + path, timeout=DEADLINE)
    assert response.status_code == 406
    assert "Unsupported method" in response.json()["hint"]


def test_unknown_datums_and_scripts_are_null(kupo: Kupo) -> None:
    assert kupo.json(f"/datums/{'00' * 32}") is None
    assert kupo.json(f"/scripts/{'00' * 28}") is None


def test_everything_is_also_under_v1_and_a_stray_ampersand_is_ignored(
    devnet: Devnet, kupo: Kupo
) -> None:
    key, _ = funded_key(devnet)
    path = f"/matches/{text_of(key)}?unspent"
    assert kupo.json(f"/v1{path}&") == kupo.json(path) != []
    assert kupo.json("/v1/patterns") == ["*"]


def test_every_answer_tells_its_checkpoint_and_the_tag_saves_a_second_answer(
    devnet: Devnet, kupo: Kupo
) -> None:
    now = devnet.advance(seconds=10)
    first = kupo.get("/matches?unspent")
    assert first.headers["X-Most-Recent-Checkpoint"] == str(now.slot)
    assert first.headers["ETag"] == now.hash
    again = kupo.get("/matches?unspent", **{"If-None-Match": now.hash})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == now.hash
    quoted = kupo.get("/matches?unspent", **{"If-None-Match": f'"{now.hash}"'})
    assert quoted.status_code == 200
    devnet.advance(seconds=10)
    assert kupo.get("/matches?unspent", **{"If-None-Match": now.hash}).status_code == 200


def test_health_is_json_for_those_who_ask_and_prometheus_for_the_rest(
    devnet: Devnet, kupo: Kupo
) -> None:
    now = devnet.advance(seconds=10)
    asked = kupo.get("/health", Accept="application/json")
    health = asked.json()
    assert (health["most_recent_checkpoint"], health["most_recent_node_tip"]) == (now.slot,) * 2
    assert health["connection_status"] == "connected"
    assert health["version"] == "v2.12.0"
    assert health["configuration"] == {"indexes": "installed"}
    text = kupo.get("/health", Accept="text/plain")
    assert text.headers["Content-Type"] == "text/plain;charset=utf-8"
    assert f"kupo_most_recent_checkpoint  {now.slot}\n" in text.text
    # What requests and curl send. The real one answers so too.
    anything = kupo.get("/health", Accept="*/*")
    assert anything.text == text.text
    assert anything.headers["Content-Type"] == "application/json;charset=utf-8"
    assert kupo.get("/health", Accept="image/png").status_code == 400


def test_quantities_can_be_asked_for_as_strings(devnet: Devnet, kupo: Kupo) -> None:
    key, _ = funded_key(devnet, tokens=7)
    answer = kupo.get(f"/matches/{text_of(key)}", Accept="application/json;asset-quantity=string")
    assert answer.headers["Content-Type"].endswith("asset-quantity=string")
    value = answer.json()[0]["value"]
    assert value["coins"] == "100000000"
    assert list(value["assets"].values()) == ["7"]


def test_only_what_the_configured_patterns_match_is_indexed() -> None:
    policy = TOKEN.policy.hex()
    with Devnet(Settings(block_time=0, match=(f"{policy}.*",))) as devnet:
        kupo = Kupo(devnet.kupo_url)
        key, _ = funded_key(devnet)
        other, _ = funded_key(devnet, tokens=5)
        assert kupo.json(f"/matches/{text_of(key)}") == []
        assert len(kupo.json(f"/matches/{text_of(other)}")) == 1
        assert kupo.json("/patterns") == [f"{policy}.*"]
        assert kupo.json(f"/patterns/{text_of(key)}") == []
        assert kupo.json(f"/patterns/{policy}.00") == [f"{policy}.*"]


def test_browsers_of_any_origin_may_ask(devnet: Devnet) -> None:
    preflight = requests.options(f"{devnet.kupo_url}/matches", timeout=DEADLINE)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (200, "*")


SEGMENTS = st.sampled_from(
    ["matches", "datums", "scripts", "checkpoints", "patterns", "v1", "*", "00" * 28, "%2a", "%00"]
) | st.text("*/.@0123456789abcdefg%{}-", max_size=70)
QUERIES = st.sampled_from(
    ["unspent", "resolve_hashes", "policy_id=", "asset_name=00", "created_after=", "order=", "="]
) | st.text("abc=&%+0123456789._", max_size=40)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.lists(SEGMENTS, max_size=4), query=st.lists(QUERIES, max_size=4))
def test_no_request_takes_the_server_down(kupo: Kupo, path: list[str], query: list[str]) -> None:
    response = kupo.get(f"/{'/'.join(path)}?{'&'.join(query)}")
    assert response.status_code in (200, 400, 404)


@pytest.mark.parametrize(
    "bytes_sent",
    [b"\x00\xff\xfe\r\n\r\n", b"GET /matches HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"],
)
@pytest.mark.parametrize("server", ["ogmios", "kupo", "control"])
def test_what_is_no_http_harms_no_server(devnet: Devnet, server: str, bytes_sent: bytes) -> None:
    url = urlsplit(getattr(devnet.endpoints, server))
    with socket.create_connection((url.hostname, url.port), timeout=DEADLINE) as connection:
        connection.sendall(bytes_sent)
        assert connection.recv(4096).startswith(b"HTTP/1.")
    assert devnet.control.status()["schema"] == 1
