"""Clients for the tests: an Ogmios client that checks each answer against the schema, and Kupo."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

import requests
from ogmios_answers import check_answer
from websockets.sync.client import ClientConnection, connect

DEADLINE = 10.0
NEVER_ECHOED = range(-32700, -32599)


def http_url(websocket_url: str) -> str:
    """The same server over HTTP."""
    scheme, _, rest = websocket_url.partition("://")
    return f"{scheme.replace('ws', 'http')}://{rest.partition('/')[0]}"


class Ogmios:
    """One WebSocket connection. Every answer is checked against the schema of its version."""

    def __init__(self, url: str) -> None:
        self.http = http_url(url)
        full = requests.get(f"{self.http}/health", timeout=DEADLINE).json()["version"]
        self.version = full.rpartition(".")[0]
        self._connecting = connect(url, max_size=2**24, open_timeout=DEADLINE)
        self.socket: ClientConnection

    def __enter__(self) -> Self:
        self.socket = self._connecting.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connecting.__exit__(kind, error, trace)

    def exchange(self, method: str, **members: Any) -> dict[str, Any]:
        """Send a request with the given members beside ``jsonrpc`` and ``method``."""
        self.socket.send(json.dumps({"jsonrpc": "2.0", "method": method, **members}))
        return self.receive(method)

    def receive(self, method: str) -> dict[str, Any]:
        """The next answer, as one to ``method``."""
        answer: dict[str, Any] = json.loads(self.socket.recv(timeout=DEADLINE))
        check_answer(method, answer, self.version)
        return answer

    def post(self, method: str, **members: Any) -> tuple[int, dict[str, Any]]:
        """Status and answer of a request over HTTP."""
        request = {"jsonrpc": "2.0", "method": method, **members}
        response = requests.post(self.http, json=request, timeout=DEADLINE)
        answer: dict[str, Any] = response.json()
        check_answer(method, answer, self.version)
        return response.status_code, answer

    def result(self, method: str, **params: Any) -> Any:
        """The result of a call that succeeds."""
        answer = self.exchange(method, params=params, id=7)
        assert "result" in answer, answer
        assert answer["id"] == 7
        return answer["result"]

    def error(self, method: str, **params: Any) -> dict[str, Any]:
        """The error of a call that fails."""
        answer = self.exchange(method, params=params, id="an id")
        assert "error" in answer, answer
        assert answer["id"] == "an id"
        assert ("method" in answer) == (
            answer["error"]["code"] not in NEVER_ECHOED or "data" in answer["error"]
        )
        error: dict[str, Any] = answer["error"]
        return error

    def submit(self, cbor: bytes) -> str:
        """The id of a transaction that is accepted."""
        transaction = self.result("submitTransaction", transaction={"cbor": cbor.hex()})
        transaction_id: str = transaction["transaction"]["id"]
        return transaction_id


class Kupo:
    """Kupo over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str, **headers: str) -> requests.Response:
        """A request, as it is: nothing in ``path`` is encoded again."""
        return requests.get(f"{self._url}{path}", headers=headers, timeout=DEADLINE)

    def json(self, path: str) -> Any:
        """The body of a request that succeeds."""
        response = self.get(path)
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"] == "application/json;charset=utf-8"
        return response.json()

    def hint(self, path: str, status: int = 400) -> str:
        """The hint of a request that is refused."""
        response = self.get(path)
        assert response.status_code == status, response.text
        body = response.json()
        assert body.keys() <= {"hint", "details"}
        hint: str = body["hint"]
        return hint
