"""The control API's client, for the command line and for tests."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milestone_core.api import (
    BadAnswer,
    BadInput,
    InsufficientFunds,
    MilestoneError,
    Refused,
    ServiceUnavailable,
)

_ERRORS: Mapping[str, type[MilestoneError]] = {
    kind.code: kind for kind in (BadInput, InsufficientFunds, ServiceUnavailable)
}
_JSON, _SNAPSHOT = "application/json", "application/vnd.sqlite3"
# Long enough for a block of a slow devnet; a hung one is given up.
_DEADLINE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Funding:
    """A faucet's payment in a block. Amounts in lovelace and in base units of the test token."""

    transaction: str
    address: str
    lovelace: int
    tokens: int
    policy: str
    name: str
    block: int


@dataclass(frozen=True, slots=True)
class Now:
    """Where a devnet stands: its time (ISO 8601), and its newest block."""

    time: str
    block: int
    slot: int
    hash: str


class ControlClient:
    """Talks to a running devnet.

    Every method raises ``ServiceUnavailable`` where none runs.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        # Not through a proxy that the environment may name: this is the same machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def status(self) -> dict[str, Any]:
        """Endpoints, tip, time and the faucet's stock, as the server tells them."""
        return self._call("/status", None)

    def fund(self, address: str, *, lovelace: int | None = None, tokens: int = 0) -> Funding:
        """Pay from the faucet, and wait for the block.

        :param lovelace: None for the least that the output needs.
        :raises BadInput: a wrong address, or an amount that no output may have.
        :raises InsufficientFunds: the faucet has not enough.
        """
        request: dict[str, str] = {"address": address}
        if lovelace is not None:
            request["lovelace"] = str(lovelace)
        if tokens:
            request["tokens"] = str(tokens)
        answer = self._call("/fund", request)
        try:
            return Funding(
                answer["transaction"],
                answer["address"],
                int(answer["lovelace"]),
                int(answer["tokens"]),
                answer["token"]["policy"],
                answer["token"]["name"],
                answer["block"],
            )
        except (KeyError, TypeError, ValueError):
            raise self._foreign() from None

    def advance(self, *, seconds: int | None = None, to_ms: int | None = None) -> Now:
        """Let time jump by ``seconds``, or to the POSIX time ``to_ms``, and make a block there.

        :raises BadInput: a time that has passed, or beyond the year 9999.
        """
        request = {"seconds": seconds} if to_ms is None else {"to_ms": to_ms}
        return self._now(self._call("/advance", request))

    def rollback(self, blocks: int, *, keep: bool = False) -> Now:
        """Undo the newest blocks.

        :param keep: whether their transactions go back into the mempool.
        :raises BadInput: there are not so many.
        """
        return self._now(self._call("/rollback", {"blocks": blocks, "keep": keep}))

    def reset(self) -> Now:
        """Begin another chain."""
        return self._now(self._call("/reset", {}))

    def snapshot(self) -> bytes:
        """The whole chain, as the content of a file."""
        return self._exchange("/snapshot", None, _JSON)

    def restore(self, snapshot: bytes) -> Now:
        """Become the chain of a snapshot.

        :raises BadInput: it is none; nothing has changed.
        """
        return self._now(self._object(self._exchange("/restore", snapshot, _SNAPSHOT)))

    def fault(self, kind: str, **details: Any) -> dict[str, Any]:
        """Let something go wrong (see ``milestone devnet fault --help``); tells what is in force.

        :param details: ``server``, ``times``, ``seconds``, ``blocks``.
        :raises BadInput: there is no such fault.
        """
        faults: dict[str, Any] = self._call("/fault", {"kind": kind, **details}).get("faults", {})
        return faults

    def _now(self, answer: Mapping[str, Any]) -> Now:
        try:
            return Now(answer["time"], answer["block"], answer["slot"], answer["hash"])
        except KeyError:
            raise self._foreign() from None

    def _call(self, path: str, body: Mapping[str, object] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        return self._object(self._exchange(path, data, _JSON))

    def _exchange(self, path: str, data: bytes | None, media_type: str) -> bytes:
        headers = {"Content-Type": media_type}
        request = urllib.request.Request(self._url + path, data, headers)
        try:
            with self._opener.open(request, timeout=_DEADLINE_SECONDS) as response:
                content: bytes = response.read()
                return content
        except urllib.error.HTTPError as error:
            raise self._described(error.read()) from None
        except (OSError, http.client.HTTPException) as error:
            raise ServiceUnavailable(
                f"no devnet answers at {self._url}: {getattr(error, 'reason', error)}",
                hint="start one in another terminal: milestone devnet run",
                details={"url": self._url},
            ) from error

    def _object(self, data: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(data)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self._foreign()
        return answer

    def _foreign(self) -> BadAnswer:
        return BadAnswer(
            f"what answers at {self._url} is not a devnet's control port",
            hint="check --control-port",
        )

    def _described(self, data: bytes) -> MilestoneError:
        match self._object(data).get("error"):
            case {"code": code, "message": str(message), "hint": str(hint), "details": details}:
                return _ERRORS.get(code, Refused)(message, hint=hint, details=details)
        return self._foreign()
