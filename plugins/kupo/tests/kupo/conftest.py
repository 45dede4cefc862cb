"""Kupo as it might behave: servers on real sockets, each following a script."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from milestone_core.api import Surroundings
from milestone_kupo.client import KupoClient
from milestone_kupo.settings import KupoSettings


@pytest.fixture
def vectors() -> Path:
    """Upstream's own data, which is not part of the repository."""
    beside = Path(__file__).parents[5] / "shared" / "vectors"
    folder = Path(os.environ.get("MILESTONE_VECTORS", beside)) / "kupo"
    if not folder.is_dir():
        pytest.skip("no upstream vectors: set MILESTONE_VECTORS to their folder")
    return folder


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., KupoClient]]:
    """Makes clients of a URL, with short deadlines and pauses."""
    monkeypatch.setattr("milestone_kupo.http._PAUSES", (0.01, 0.02, 0.03))
    with ExitStack() as stack:

        def make(url: str, network: str = "preprod", **settings: int) -> KupoClient:
            limits = {"timeout": 1, "connect_timeout": 1} | settings
            made = KupoClient(
                KupoSettings(url=url, **limits), Surroundings(Path("data"), network, "test/1")
            )
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Starts TCP servers that do as a function says with each connection; gives the URL."""
    with ExitStack() as stack:

        def start(handle: Callable[[socket.socket], None]) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def accept() -> None:
                while True:
                    try:
                        accepted, _ = listener.accept()
                    except OSError:
                        return
                    threading.Thread(target=handle, args=[accepted], daemon=True).start()

            threading.Thread(target=accept, daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield start


class Kupo:
    """A server that answers by path, or with each of ``replies`` in turn, and remembers."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.headers: list[str] = []
        self.answers: dict[str, object] = {}
        self.replies: list[bytes] = []

    def handle(self, accepted: socket.socket) -> None:
        with accepted:
            head = accepted.recv(65536).decode()
            path = head.split(" ")[1]
            self.asked.append(path)
            self.headers.append(head)
            with suppress(OSError):  # a client that was told enough leaves
                accepted.sendall(self.replies.pop(0) if self.replies else self.answer(path))

    def answer(self, path: str) -> bytes:
        return http(self.answers[path.partition("?")[0]])


def http(body: object, status: int = 200, checkpoint: str | None = "42", **sent: Any) -> bytes:
    """An answer as Kupo sends it; ``cut`` ends it after so many bytes of its body."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {sent.get('length', len(payload))}\r\n"
    if checkpoint is not None:
        head += f"X-Most-Recent-Checkpoint: {checkpoint}\r\n"
    return head.encode() + b"\r\n" + payload[: sent.get("cut")]


@pytest.fixture
def kupo(raw_server: Callable[[Callable[[socket.socket], None]], str]) -> Kupo:
    server = Kupo()
    server.url = raw_server(server.handle)
    return server


@pytest.fixture(name="http")
def _http() -> Callable[..., bytes]:
    return http
