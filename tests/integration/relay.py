"""A man in the middle between the program and Ogmios, who cuts the line at the worst moment."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

import requests
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.client import connect
from websockets.sync.server import Server, ServerConnection, serve

_MAX_FRAME = 32 * 1024 * 1024


class Relay:
    """Passes everything on. Once armed, it cuts the connection when a transaction is submitted."""

    def __init__(self, ogmios_url: str) -> None:
        self._upstream = ogmios_url
        self._cut: str | None = None
        self.submitted: list[str] = []
        """Identities of the transactions that Ogmios accepted while the line was cut."""

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Where it listens, for as long as the context lasts."""
        with serve(
            self._serve, "127.0.0.1", 0, process_request=self._health, max_size=_MAX_FRAME
        ) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield f"ws://127.0.0.1:{_port(server)}"
            server.shutdown()
            thread.join()

    def cut(self, when: str) -> None:
        """Cut the next submission: ``before`` Ogmios hears of it, or ``after`` it has answered."""
        self._cut = when

    def _health(self, _connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return None
        answer = requests.get(f"http://{urlsplit(self._upstream).netloc}{request.path}", timeout=10)
        headers = Headers({"Content-Length": str(len(answer.content)), "Connection": "close"})
        status = HTTPStatus(answer.status_code)
        return Response(status.value, status.phrase, headers, answer.content)

    def _serve(self, client: ServerConnection) -> None:
        with connect(self._upstream, max_size=_MAX_FRAME, proxy=None) as upstream:
            try:
                for text in client:
                    cut, submits = self._cut, json.loads(text)["method"] == "submitTransaction"
                    if submits and cut == "before":
                        break
                    upstream.send(text)
                    answer = upstream.recv()
                    if submits and cut == "after":
                        self.submitted.append(json.loads(answer)["result"]["transaction"]["id"])
                        break
                    client.send(answer)
                else:
                    return
            except ConnectionClosed:
                return
        self._cut = None
        # No goodbye: the line is simply dead.
        client.socket.shutdown(socket.SHUT_RDWR)


def _port(server: Server) -> int:
    port: int = server.socket.getsockname()[1]
    return port
