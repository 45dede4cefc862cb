"""Faults on the wire. A query ends in a typed error in time; a submission tells whether it left."""

from __future__ import annotations

import json
import socket
import struct
import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha1
from typing import Any

import pytest
from websockets.sync.server import ServerConnection

from milestone_core.api import BadAnswer, OutcomeUnknown, ServiceUnavailable, Tip
from milestone_ogmios.client import OgmiosClient

Answer = Callable[[ServerConnection, dict[str, Any]], None]
Start = Callable[[Answer], str]
StartRaw = Callable[[Callable[[socket.socket], None]], int]
MakeClient = Callable[..., OgmiosClient]

NODE_LOST = json.dumps(
    {"jsonrpc": "2.0", "error": {"code": -32000, "message": "Connection with the node lost"}}
)


def says(text: str | bytes) -> Answer:
    return lambda websocket, _: websocket.send(text)


def replies(members: dict[str, Any]) -> Answer:
    return lambda websocket, request: websocket.send(json.dumps({"id": request["id"]} | members))


def closes(code: int = 1000, reason: str = "") -> Answer:
    return lambda websocket, _: websocket.close(code, reason)


def resets(websocket: ServerConnection, _: dict[str, Any]) -> None:
    linger = struct.pack("ii", 1, 0)
    websocket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    websocket.socket.shutdown(socket.SHUT_RDWR)


def half_a_frame(websocket: ServerConnection, _: dict[str, Any]) -> None:
    websocket.socket.sendall(b'\x81\x7e\x01\x00{"jsonrpc"')
    websocket.socket.shutdown(socket.SHUT_RDWR)


def drips(websocket: ServerConnection, _: dict[str, Any]) -> None:
    websocket.socket.sendall(b"\x81\x7e\x10\x00")
    for _step in range(100):
        websocket.socket.sendall(b" ")
        time.sleep(0.05)


def floods(websocket: ServerConnection, _: dict[str, Any]) -> None:
    while True:
        websocket.send('{"jsonrpc": "2.0", "id": "another", "result": null}')


def silent(_websocket: ServerConnection, _: dict[str, Any]) -> None:
    pass


ODD_ANSWERS = {
    "not JSON": says("<html>"),
    "half of it": says('{"jsonrpc": "2.0", "result": {"slot"'),
    "bytes that are no text": says(b"\xff\xfe\x00"),
    "a list": says("[]"),
    "a number": says("5"),
    "neither result nor error": replies({}),
    "an error that is none": replies({"error": 5}),
    "an error without a code": replies({"error": {"message": "x"}}),
    "an error with a wrong code": replies({"error": {"code": "3117", "message": "x"}}),
    "a result of another kind": replies({"result": {"slot": "1"}}),
    "a fraction": replies({"result": {"slot": 1.5, "id": "ab" * 32}}),
    "deep nesting": says("[" * 50_000),
}
LOSSES = {
    "closed": closes(),
    "going away": closes(1001, "the server stops"),
    "node lost": closes(1000, NODE_LOST),
    "reset": resets,
    "half a frame": half_a_frame,
    "silence": silent,
    "a drip of bytes": drips,
    "a flood of other answers": floods,
    "another id": says('{"jsonrpc": "2.0", "id": "milestone-0", "result": "origin"}'),
    "an oversize frame": says("x" * 5000),
}


@pytest.mark.parametrize("fault", ODD_ANSWERS)
def test_an_odd_answer_to_a_query_is_a_bad_answer(
    fault: str, ogmios: Start, client: MakeClient
) -> None:
    with pytest.raises(BadAnswer, match="Ogmios"):
        client(ogmios(ODD_ANSWERS[fault])).tip()


@pytest.mark.parametrize("fault", LOSSES)
def test_a_query_without_an_answer_ends_in_time(
    fault: str, ogmios: Start, client: MakeClient
) -> None:
    chain = client(ogmios(LOSSES[fault]), max_frame=4096)
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="Ogmios at ws://127") as caught:
        chain.tip()
    assert not isinstance(caught.value, BadAnswer)
    assert caught.value.hint
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("fault", ODD_ANSWERS | LOSSES)
def test_a_submission_that_left_is_unknown_whatever_comes_back(
    fault: str, ogmios: Start, client: MakeClient
) -> None:
    chain = client(ogmios((ODD_ANSWERS | LOSSES)[fault]), max_frame=4096)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="the transaction was sent") as caught:
        chain.submit(b"\x84")
    assert caught.value.hint == "Settle it with: milestone resume"
    assert time.monotonic() - began < 2.5


def test_a_submission_is_sent_once_only(ogmios: Start, client: MakeClient) -> None:
    sent: list[str] = []

    def answer(websocket: ServerConnection, request: dict[str, Any]) -> None:
        sent.append(request["method"])
        if request["method"] == "submitTransaction":
            websocket.close()
        else:
            websocket.send(json.dumps({"id": request["id"], "result": "origin"}))

    chain = client(ogmios(answer))
    chain.tip()
    with pytest.raises(OutcomeUnknown):
        chain.submit(b"\x84")
    assert sent.count("submitTransaction") == 1


def test_an_internal_error_after_a_submission_is_unknown(ogmios: Start, client: MakeClient) -> None:
    with pytest.raises(OutcomeUnknown, match="boom"):
        client(ogmios(replies({"error": {"code": -32603, "message": "boom"}}))).submit(b"\x84")


def test_a_submission_that_the_server_cannot_read_was_not_sent(
    ogmios: Start, client: MakeClient
) -> None:
    unread = says('{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "what?"}}')
    with pytest.raises(ServiceUnavailable, match="what"):
        client(ogmios(unread)).submit(b"\x84")


def test_the_loss_of_the_node_is_told(ogmios: Start, client: MakeClient) -> None:
    chain = client(ogmios(closes(1000, NODE_LOST)))
    with pytest.raises(ServiceUnavailable, match="has lost its node"):
        chain.tip()
    with pytest.raises(OutcomeUnknown, match="has lost its node"):
        chain.submit(b"\x84")


def test_an_oversize_answer_names_the_setting(ogmios: Start, client: MakeClient) -> None:
    with pytest.raises(ServiceUnavailable, match="max_frame"):
        client(ogmios(says("x" * 5000)), max_frame=4096).tip()


def test_a_large_answer_within_the_bound_is_read(ogmios: Start, client: MakeClient) -> None:
    padded = replies({"result": "origin", "padding": "x" * (15 * 1024 * 1024)})
    assert client(ogmios(padded), timeout=20).tip() == Tip(0, b"")


def test_answers_to_others_are_skipped(ogmios: Start, client: MakeClient) -> None:
    def answer(websocket: ServerConnection, request: dict[str, Any]) -> None:
        for identity in ("stale", None, 7, [request["id"]], request["id"]):
            slot = 1 if identity == request["id"] else 99
            result = {"slot": slot, "id": "ab" * 32}
            websocket.send(json.dumps({"id": identity, "result": result}))

    assert client(ogmios(answer)).tip().slot == 1


def test_a_lost_connection_is_opened_again(ogmios: Start, client: MakeClient) -> None:
    connections = set()

    def answer(websocket: ServerConnection, request: dict[str, Any]) -> None:
        connections.add(websocket)
        websocket.send(json.dumps({"id": request["id"], "result": "origin"}))
        websocket.close()

    chain = client(ogmios(answer))
    assert [chain.tip() for _ in range(3)] == [Tip(0, b"")] * 3
    assert len(connections) == 3


def test_a_client_goes_on_after_a_fault(ogmios: Start, client: MakeClient) -> None:
    faults = iter([silent, says("nonsense"), resets, half_a_frame])

    def answer(websocket: ServerConnection, request: dict[str, Any]) -> None:
        fault = next(faults, None)
        if fault is not None:
            fault(websocket, request)
        else:
            websocket.send(json.dumps({"id": request["id"], "result": "origin"}))

    chain = client(ogmios(answer))
    for _ in range(4):
        with pytest.raises(ServiceUnavailable):
            chain.tip()
    assert chain.tip() == Tip(0, b"")


def test_a_client_that_was_closed_connects_again(ogmios: Start, client: MakeClient) -> None:
    chain = client(ogmios(replies({"result": "origin"})))
    chain.tip()
    chain.close()
    chain.close()
    assert chain.tip() == Tip(0, b"")


def test_nobody_listening_is_told_with_what_to_do(client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for ask in ("tip", "health", "parameters"):
        with pytest.raises(ServiceUnavailable, match=f"127.0.0.1:{port}.*refused") as caught:
            getattr(client(f"ws://127.0.0.1:{port}"), ask)()
        assert "milestone.toml" in caught.value.hint
    with pytest.raises(ServiceUnavailable) as caught:
        client(f"ws://127.0.0.1:{port}", "devnet").submit(b"\x84")
    assert caught.value.hint == "Start it with: milestone devnet run"


@pytest.mark.parametrize("ask", ["evaluate", "submit"])
def test_a_request_that_only_half_left_was_not_sent(
    ask: str, raw_server: StartRaw, client: MakeClient
) -> None:
    """A server that shakes hands and then reads no more."""
    chain = client(f"ws://127.0.0.1:{raw_server(_accepts_and_stalls)}")
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        getattr(chain, ask)(b"\x00" * 20_000_000)
    assert time.monotonic() - began < 2.5


def _accepts_and_stalls(accepted: socket.socket) -> None:
    asked = accepted.recv(65536).decode()
    key = asked.split("Sec-WebSocket-Key: ")[1].split("\r\n")[0]
    token = b64encode(sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
    accepted.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + token + b"\r\n\r\n"
    )
    time.sleep(3)
    accepted.close()


@pytest.mark.parametrize(
    "greeting",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"SSH-2.0-x\r\n",
        b"",
        b"HTTP/1.1 101 X\r\n",
    ],
)
def test_a_server_that_is_no_websocket_was_sent_nothing(
    greeting: bytes, raw_server: StartRaw, client: MakeClient
) -> None:
    def handle(accepted: socket.socket) -> None:
        with accepted:
            accepted.recv(65536)
            accepted.sendall(greeting)

    with pytest.raises(ServiceUnavailable, match="Ogmios at"):
        client(f"ws://127.0.0.1:{raw_server(handle)}").submit(b"\x84")


def test_a_handshake_without_an_end_is_cut(raw_server: StartRaw, client: MakeClient) -> None:
    def handle(accepted: socket.socket) -> None:
        accepted.recv(65536)
        time.sleep(3)
        accepted.close()

    began = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="in time"):
        client(f"ws://127.0.0.1:{raw_server(handle)}").tip()
    assert time.monotonic() - began < 2.5


def test_secrets_in_the_url_are_never_shown(client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    chain = client(f"ws://me:hunter2@127.0.0.1:{port}/ogmios?token=hunter2")
    with pytest.raises(ServiceUnavailable) as caught:
        chain.tip()
    assert "hunter2" not in f"{caught.value.message} {caught.value.details}"


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, []), (200, {}), (404, {}), (302, {}), (200, {"version": 7})],
)
def test_odd_health_is_a_bad_answer(
    status: int, body: object, health_server: Callable[..., str], client: MakeClient
) -> None:
    with pytest.raises(BadAnswer):
        client(health_server(status, body)).health()


def test_health_without_end_is_cut(raw_server: StartRaw, client: MakeClient) -> None:
    def drip(accepted: socket.socket) -> None:
        try:
            accepted.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(100):
                accepted.sendall(b"X: y\r\n"[:3])
                time.sleep(0.05)
        except OSError:
            pass

    began = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="in time"):
        client(f"ws://127.0.0.1:{raw_server(drip)}").health()
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("greeting", [b"SSH-2.0-x\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_health_from_what_is_no_http_server_is_unavailable(
    greeting: bytes, raw_server: StartRaw, client: MakeClient
) -> None:
    def handle(accepted: socket.socket) -> None:
        with accepted:
            accepted.recv(65536)
            accepted.sendall(greeting)

    with pytest.raises(ServiceUnavailable):
        client(f"ws://127.0.0.1:{raw_server(handle)}").health()
