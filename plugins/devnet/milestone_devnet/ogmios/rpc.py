"""JSON-RPC 2.0 as Ogmios speaks it: reading requests, writing answers.

Facts from the server's own source: a request that cannot be read, an unknown method and wrong
parameters are all -32600, without an echo of the method; a method's own errors echo it. ``id`` may
be any JSON value or missing, and comes back as it was (null where it was missing).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INTERNAL_ERROR = -32603


class InvalidRequest(Exception):
    """The request itself is wrong: -32600, with the reason."""


class MethodNotFound(Exception):
    """A method that Ogmios has and the devnet lacks: -32601."""


@dataclass(frozen=True, slots=True)
class Request:
    """A readable request. ``params`` is empty where the client sent none or null."""

    method: str
    params: Mapping[str, Any]
    id: Any


def parse(text: str) -> tuple[Any, Request | str]:
    """The id to answer to, and the request or why there is none."""
    try:
        message = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        return None, "must be a well-formed JSON object"
    request_id = message.get("id")
    method, params = message.get("method"), message.get("params")
    if not isinstance(method, str):
        return request_id, "field 'method' must be present and be a string"
    if "jsonrpc" not in message:
        return request_id, "missing required field 'jsonrpc'"
    if message["jsonrpc"] != "2.0":
        return request_id, "invalid value for field 'jsonrpc': should be '2.0'"
    if params is not None and not isinstance(params, dict):
        return request_id, "invalid value for field 'params': should be an object"
    return request_id, Request(method, params or {}, request_id)


def result(request: Request, value: Any) -> str:
    """A successful answer."""
    return _write({"method": request.method, "result": value}, request.id)


def failure(request: Request, code: int, message: str, data: Any = None) -> str:
    """A method's own error, which echoes the method."""
    return _write({"method": request.method, "error": _error(code, message, data)}, request.id)


def fault(request_id: Any, code: int, message: str) -> str:
    """A generic error, which does not."""
    return _write({"error": _error(code, message, None)}, request_id)


def _error(code: int, message: str, data: Any) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return error


def _write(members: dict[str, Any], request_id: Any) -> str:
    answer = {"jsonrpc": "2.0", **members, "id": request_id}
    return json.dumps(answer, separators=(",", ":"))


def _finite(text: str) -> float:
    # NaN is no JSON, and 1e400 would come back as Infinity, which is none either.
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond what can be answered")
    return number
