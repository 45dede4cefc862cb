"""JSON-RPC 2.0 as Ogmios speaks it: reading requests, making answers.

Facts from the server's own source: a request that cannot be read, an unknown method and wrong
parameters are all -32600, without an echo of the method; a method's own errors echo it. ``id`` may
be any JSON value or missing, and comes back as it was (null where it was missing).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

Answer = dict[str, Any]

INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INTERNAL_ERROR = -32603
NODE_LOST = -32000


class InvalidRequest(Exception):
    """The request itself is wrong: -32600, with the reason."""


class MethodNotFound(Exception):
    """A method that Ogmios has and the devnet lacks: -32601."""


class MethodError(Exception):
    """A method's own error, which is neither the request's nor the ledger's."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


@dataclass(frozen=True, slots=True)
class Request:
    """A readable request. ``params`` is as it came, None where the client sent none."""

    method: str
    params: Any
    id: Any


def parse(text: str) -> tuple[Any, Request | str]:
    """The id to answer to, and the request or why there is none."""
    try:
        message = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        return None, "must be a well-formed JSON object"
    request_id, method = message.get("id"), message.get("method")
    if not isinstance(method, str):
        return request_id, "field 'method' must be present and be a string"
    if "jsonrpc" not in message:
        return request_id, "missing required field 'jsonrpc'"
    if message["jsonrpc"] != "2.0":
        return request_id, "invalid value for field 'jsonrpc': should be '2.0'"
    return request_id, Request(method, message.get("params"), request_id)


def result(request: Request, value: Any) -> Answer:
    """A successful answer."""
    return _answer({"method": request.method, "result": value}, request.id)


def failure(request: Request, code: int, message: str, data: Any = None) -> Answer:
    """A method's own error, which echoes the method."""
    return _answer({"method": request.method, "error": _error(code, message, data)}, request.id)


def fault(request_id: Any, code: int, message: str) -> Answer:
    """A generic error, which does not."""
    return _answer({"error": _error(code, message, None)}, request_id)


def write(answer: Answer) -> str:
    """An answer as it is sent."""
    return json.dumps(answer, separators=(",", ":"))


def _error(code: int, message: str, data: Any) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return error


def _answer(members: dict[str, Any], request_id: Any) -> Answer:
    return {"jsonrpc": "2.0", **members, "id": request_id}


def _finite(text: str) -> float:
    # NaN is no JSON, and 1e400 would come back as Infinity, which is none either.
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond what can be answered")
    return number
