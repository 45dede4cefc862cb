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
        answer = self._call("/advance", request)
        try:
            return Now(answer["time"], answer["block"], answer["slot"], answer["hash"])
        except KeyError:
            raise self._foreign() from None

    def _call(self, path: str, body: Mapping[str, object] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, data, headers)
        try:
            with self._opener.open(request, timeout=_DEADLINE_SECONDS) as response:
                return self._object(response.read())
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
