"""Ogmios as it might behave: servers on real sockets, each following a script."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from milestone_core.api import Surroundings
from milestone_ogmios.client import OgmiosClient
from milestone_ogmios.settings import OgmiosSettings

Answer = Callable[[ServerConnection, dict[str, Any]], None]
MakeClient = Callable[..., OgmiosClient]


@pytest.fixture
def vectors() -> Path:
    """Upstream's own messages, which are not part of the repository."""
    beside = Path(__file__).parents[5] / "shared" / "vectors"
    folder = Path(os.environ.get("MILESTONE_VECTORS", beside)) / "ogmios"
    if not folder.is_dir():
        pytest.skip("no upstream vectors: set MILESTONE_VECTORS to their folder")
    return folder


@pytest.fixture
def client() -> Iterator[MakeClient]:
    """Makes clients of a URL, with short deadlines."""
    with ExitStack() as stack:

        def make(url: str, network: str = "preprod", **settings: int) -> OgmiosClient:
            limits = {"timeout": 1, "connect_timeout": 1, "submit_timeout": 1} | settings
            made = OgmiosClient(
                OgmiosSettings(url=url, **limits), Surroundings(Path("data"), network, "test/1")
            )
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def ogmios() -> Iterator[Callable[[Answer], str]]:
    """Starts WebSocket servers that do as a function says with each request; gives the URL."""
    with ExitStack() as stack:

        def start(answer: Answer) -> str:
            def converse(websocket: ServerConnection) -> None:
                try:
                    for text in websocket:
                        answer(websocket, json.loads(text))
                except ConnectionClosed:
                    pass

            server = stack.enter_context(serve(converse, "127.0.0.1", 0, close_timeout=0.1))
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            return f"ws://127.0.0.1:{server.socket.getsockname()[1]}"

        yield start


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """Starts TCP servers that do as a function says with each connection; gives the port."""
    with ExitStack() as stack:

        def start(handle: Callable[[socket.socket], None]) -> int:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def accept() -> None:
                while True:
                    try:
                        accepted, _ = listener.accept()
                    except OSError:
                        return
                    threading.Thread(target=handle, args=[accepted], daemon=True).start()

            threading.Thread(target=accept, daemon=True).start()
            port: int = listener.getsockname()[1]
            return port

        yield start


@pytest.fixture
def health_server(
    raw_server: Callable[[Callable[[socket.socket], None]], int],
) -> Callable[[int, object], str]:
    """Starts servers that answer every HTTP request with a status and a body."""

    def start(status: int, body: object) -> str:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()

        def handle(accepted: socket.socket) -> None:
            with accepted:
                asked = accepted.recv(65536)
                assert asked.startswith(b"GET /health HTTP/1.1")
                head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(payload)}\r\n\r\n"
                accepted.sendall(head.encode() + payload)

        return f"ws://127.0.0.1:{raw_server(handle)}"

    return start
