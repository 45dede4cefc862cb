"""What the client asks, what it makes of the answers, and how it takes faults on the wire."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from milestone_core.api import (
    TESTNET,
    Address,
    BadAnswer,
    BadInput,
    Credential,
    IndexHealth,
    Misconfigured,
    Script,
    ServiceUnavailable,
    Surroundings,
)
from milestone_kupo.client import KupoClient
from milestone_kupo.plugin import connect, milestone_utxo_lookup
from milestone_kupo.settings import KupoSettings

MakeClient = Callable[..., KupoClient]
StartRaw = Callable[[Callable[[socket.socket], None]], str]
Http = Callable[..., bytes]

ADDRESS = str(Address(TESTNET, Credential.key(b"\x01" * 28)))
POLICY = "02" * 28
DATUM = bytes.fromhex("d87980")
HEALTH = {
    "connection_status": "connected",
    "most_recent_checkpoint": 77,
    "most_recent_node_tip": 80,
    "seconds_since_last_block": 3,
    "network_synchronization": 0.99,
    "configuration": {"indexes": "installed"},
    "version": "v2.12.0",
}


def match(slot: int, index: int = 0, spent: int | None = None) -> dict[str, Any]:
    point = None if spent is None else {"slot_no": spent, "transaction_id": "ef" * 32}
    return {
        "transaction_id": "ab" * 32,
        "output_index": index,
        "transaction_index": 0,
        "address": ADDRESS,
        "value": {"coins": slot},
        "datum_hash": None,
        "script_hash": None,
        "created_at": {"slot_no": slot, "header_hash": "cd" * 32},
        "spent_at": point,
    }


def test_unspent_outputs_come_as_a_snapshot(kupo: Any, client: MakeClient) -> None:
    kupo.answers[f"/matches/{ADDRESS}"] = [match(30), match(20, 1), match(20)]
    snapshot = client(kupo.url).unspent(ADDRESS)
    assert snapshot.checkpoint == 42
    assert [(u.created_at, u.reference.index) for u in snapshot.utxos] == [
        (20, 0),
        (20, 1),
        (30, 0),
    ]
    assert kupo.asked == [f"/matches/{ADDRESS}?unspent&resolve_hashes"]
    assert "\r\nAccept: application/json\r\n" in kupo.headers[0]
    assert "\r\nUser-Agent: test/1\r\n" in kupo.headers[0]


@pytest.mark.parametrize(
    "pattern", [f"{POLICY}.*", f"{POLICY}.aabb", f"0@{'ab' * 32}", f"{POLICY}/*", "*/*", "*"]
)
def test_a_pattern_goes_into_the_path_as_it_is(pattern: str, kupo: Any, client: MakeClient) -> None:
    kupo.answers[f"/matches/{pattern}"] = []
    assert client(kupo.url).unspent(pattern).utxos == ()


def test_a_pattern_cannot_change_the_question(kupo: Any, client: MakeClient) -> None:
    kupo.answers["/matches/a%3Fspent%23%25"] = []
    client(kupo.url).unspent("a?spent#%")
    assert kupo.asked == ["/matches/a%3Fspent%23%25?unspent&resolve_hashes"]


def test_history_is_told_oldest_first(kupo: Any, client: MakeClient) -> None:
    kupo.answers["/matches/*"] = [match(30), match(10, spent=30)]
    history = client(kupo.url).history("*")
    assert [(s.utxo.created_at, s.spent_at) for s in history] == [(10, 30), (30, None)]
    assert history[0].spent_by == bytes.fromhex("ef" * 32)
    assert kupo.asked == ["/matches/*?resolve_hashes"]


def test_a_spent_output_among_the_unspent_is_a_bad_answer(kupo: Any, client: MakeClient) -> None:
    kupo.answers["/matches/*"] = [match(10, spent=30)]
    with pytest.raises(BadAnswer, match="unspent and as spent"):
        client(kupo.url).unspent("*")


def test_tracks_asks_for_the_patterns(kupo: Any, client: MakeClient) -> None:
    kupo.answers["/patterns"] = [f"{POLICY}.*", f"{'01' * 28}/*"]
    index = client(kupo.url)
    assert index.tracks(f"{POLICY}.aabb")
    assert index.tracks(ADDRESS)
    assert not index.tracks(f"{'03' * 28}.aabb")
    assert not index.tracks("*")
    kupo.answers["/patterns"] = []
    assert not index.tracks(ADDRESS)


def test_a_datum_is_found_by_its_hash(kupo: Any, client: MakeClient) -> None:
    datum_hash = blake2b(DATUM, digest_size=32).digest()
    kupo.answers[f"/datums/{datum_hash.hex()}"] = {"datum": DATUM.hex()}
    kupo.answers[f"/datums/{'00' * 32}"] = None
    kupo.answers[f"/datums/{'11' * 32}"] = {"datum": DATUM.hex()}
    index = client(kupo.url)
    assert index.datum(datum_hash) == DATUM
    assert index.datum(b"\0" * 32) is None
    with pytest.raises(BadAnswer, match="hash"):
        index.datum(b"\x11" * 32)


def test_a_script_is_found_by_its_hash(kupo: Any, client: MakeClient) -> None:
    script_hash = blake2b(b"\x03\x41\x00", digest_size=28).digest()
    script = {"language": "plutus:v3", "script": "4100"}
    kupo.answers[f"/scripts/{script_hash.hex()}"] = script
    kupo.answers[f"/scripts/{'00' * 28}"] = None
    index = client(kupo.url)
    assert index.script(script_hash) == Script("plutus:v3", b"\x41\x00")
    assert index.script(b"\0" * 28) is None


@pytest.mark.parametrize("status", [200, 202, 503])
def test_health_is_read_whatever_its_status(
    status: int, kupo: Any, http: Http, client: MakeClient
) -> None:
    kupo.replies = [http(HEALTH, status)]
    assert client(kupo.url).health() == IndexHealth("v2.12.0", True, 77)


def test_a_new_index_is_at_the_origin(kupo: Any, client: MakeClient) -> None:
    new = {"connection_status": "disconnected", "most_recent_checkpoint": None}
    kupo.answers["/health"] = HEALTH | new
    assert client(kupo.url).health() == IndexHealth("v2.12.0", False, 0)


def test_a_busy_kupo_is_asked_again(kupo: Any, http: Http, client: MakeClient) -> None:
    kupo.replies = [http({"hint": "later"}, 503), http({"hint": "later"}, 503)]
    kupo.answers["/matches/*"] = []
    assert client(kupo.url).unspent("*").utxos == ()
    assert len(kupo.asked) == 3


def test_a_kupo_that_stays_busy_is_unavailable(kupo: Any, http: Http, client: MakeClient) -> None:
    kupo.replies = [http({"hint": "too many requests"}, 503)] * 9
    with pytest.raises(ServiceUnavailable, match="busy: too many requests"):
        client(kupo.url, timeout=5).unspent("*")
    with pytest.raises(ServiceUnavailable, match="busy"):
        client(kupo.url).health()


def test_what_kupo_does_not_accept_comes_with_its_hint(
    kupo: Any, http: Http, client: MakeClient
) -> None:
    kupo.replies = [http({"hint": "Invalid pattern!\x1b[2J"}, 400)]
    with pytest.raises(BadInput) as caught:
        client(kupo.url).unspent("nonsense")
    assert caught.value.hint == "Invalid pattern! [2J"


TRUNCATED = {
    "in the middle of a body of known length": {"cut": 20},
    "in the middle, and yet properly ended": {"cut": 20, "length": 20},
    "before the body": {"cut": 0},
    "with nothing in it": {"cut": 0, "length": 0},
}


@pytest.mark.parametrize("fault", TRUNCATED)
def test_a_truncated_answer_is_asked_for_again(
    fault: str, kupo: Any, http: Http, client: MakeClient
) -> None:
    kupo.replies = [http([match(30)], **TRUNCATED[fault]), http([match(30)])]
    assert len(client(kupo.url).unspent("*").utxos) == 1


@pytest.mark.parametrize("fault", TRUNCATED)
def test_an_answer_that_stays_truncated_is_a_bad_answer(
    fault: str, kupo: Any, http: Http, client: MakeClient
) -> None:
    kupo.replies = [http([match(30)], **TRUNCATED[fault])] * 4
    with pytest.raises(BadAnswer):
        client(kupo.url, timeout=5).unspent("*")
    assert len(kupo.asked) == 4


def test_a_chunked_answer_that_is_cut_off_is_no_answer(kupo: Any, client: MakeClient) -> None:
    """Kupo streams: an array that ends where a chunk ends looks whole but for the last chunk."""
    body = json.dumps([match(30)]).encode()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Most-Recent-Checkpoint: 1\r\n\r\n"
    whole = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    kupo.replies = [whole[:-5], whole]
    assert len(client(kupo.url).unspent("*").utxos) == 1
    assert len(kupo.asked) == 2


ODD_ANSWERS: dict[str, tuple[object, int, str | None]] = {
    "html": (b"<html>", 200, "42"),
    "an object": ({}, 200, "42"),
    "null": (None, 200, "42"),
    "nested deeply": (b"[" * 50_000, 200, "42"),
    "text that is none": (b'["\xff"]', 200, "42"),
    "packed": (gzip.compress(b"[]"), 200, "42"),
    "no checkpoint": ([], 200, None),
    "an odd checkpoint": ([], 200, "-1"),
    "not found": ({"hint": "Endpoint not found."}, 404, "42"),
    "a redirection": (b"", 302, "42"),
    "too long": ([match(1)] * 100, 200, "42"),
}


@pytest.mark.parametrize("fault", ODD_ANSWERS)
def test_an_odd_answer_is_a_bad_answer(
    fault: str, kupo: Any, http: Http, client: MakeClient
) -> None:
    kupo.replies = [http(*ODD_ANSWERS[fault])] * 4
    with pytest.raises(BadAnswer, match="Kupo"):
        client(kupo.url, max_answer=8192).unspent("*")


def silent(accepted: socket.socket) -> None:
    time.sleep(3)
    accepted.close()


def drips(accepted: socket.socket) -> None:
    drip(accepted, b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")


def drips_headers(accepted: socket.socket) -> None:
    drip(accepted, b"HTTP/1.1 200 OK\r\nX-Long: ")


def drip(accepted: socket.socket, head: bytes) -> None:
    try:
        accepted.sendall(head)
        for _ in range(60):
            accepted.sendall(b" ")
            time.sleep(0.05)
    except OSError:
        pass


@pytest.mark.parametrize("handle", [silent, drips, drips_headers])
def test_a_slow_server_is_given_up_in_time(
    handle: Callable[[socket.socket], None], raw_server: StartRaw, client: MakeClient
) -> None:
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="did not answer in time"):
        client(raw_server(handle)).unspent("*")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-x\r\n"])
def test_a_server_that_is_none_of_http_is_unavailable(
    greeting: bytes, raw_server: StartRaw, client: MakeClient
) -> None:
    def handle(accepted: socket.socket) -> None:
        with accepted:
            accepted.recv(65536)
            accepted.sendall(greeting)

    with pytest.raises(ServiceUnavailable, match="Kupo at"):
        client(raw_server(handle)).unspent("*")


def test_nobody_listening_is_told_with_what_to_do(client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ServiceUnavailable, match=f"127.0.0.1:{port}.*refused") as caught:
        client(f"http://me:hunter2@127.0.0.1:{port}").health()
    assert "milestone.toml" in caught.value.hint
    assert "hunter2" not in f"{caught.value.message} {caught.value.details}"
    with pytest.raises(ServiceUnavailable) as caught:
        client(f"http://127.0.0.1:{port}", "devnet").unspent("*")
    assert caught.value.hint == "Start it with: milestone devnet run"


def test_a_client_goes_on_after_a_fault(kupo: Any, http: Http, client: MakeClient) -> None:
    index = client(kupo.url)
    kupo.replies = [http([match(30)], cut=20)] * 4
    with pytest.raises(BadAnswer):
        index.unspent("*")
    kupo.replies = []
    kupo.answers["/matches/*"] = []
    assert index.unspent("*").utxos == ()
    index.close()
    assert index.unspent("*").utxos == ()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:1442",
        "ws://h:1",
        "http://",
        "http://h:x",
        "http://h:0",
        "http://h/?a",
        "http://a..b",
    ],
)
def test_a_url_that_is_no_http_servers_is_a_misconfiguration(url: str, client: MakeClient) -> None:
    with pytest.raises(Misconfigured, match="kupo"):
        client(url)


@pytest.mark.parametrize("url", ["ws://me:hunter2@h:1", "me:hunter2@h:1", "http://h:1/?hunter2"])
def test_what_is_wrong_with_a_url_is_said_without_its_password(
    url: str, client: MakeClient
) -> None:
    with pytest.raises(Misconfigured) as refusal:
        client(url)
    assert "h:1" in refusal.value.message
    assert "hunter2" not in str(refusal.value) + str(refusal.value.hint)


@pytest.mark.parametrize("name", ["timeout", "connect_timeout", "max_answer"])
def test_a_limit_of_nothing_is_a_misconfiguration(name: str, client: MakeClient) -> None:
    with pytest.raises(Misconfigured, match=name):
        client("http://127.0.0.1:1", **{name: 0})


def test_a_url_may_have_a_path(kupo: Any, client: MakeClient) -> None:
    kupo.answers["/v1/patterns"] = ["*"]
    assert client(f"{kupo.url}/v1/").tracks("*")


def test_the_plugin_yields_one_provider_that_connects_lazily() -> None:
    (provider,) = milestone_utxo_lookup()
    assert provider.name == "kupo"
    assert provider.settings is KupoSettings
    made = provider.create(KupoSettings(), Surroundings(Path("data"), "devnet", "test/1"))
    assert isinstance(made, KupoClient)
    assert provider.create is connect


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys, milestone_kupo.plugin;"
        "print([m for m in ('websockets', 'requests', 'pycardano') if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
