"""Kupo's answers: whole or streamed, with its headers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

JSON = "application/json;charset=utf-8"
TEXT = "text/plain;charset=utf-8"
COMMON_HEADERS: Mapping[str, str] = {"Access-Control-Allow-Origin": "*", "Server": "kupo"}

_CHUNK = 32 * 1024


def whole(
    body: Any, headers: Mapping[str, str] | None = None, *, status: int = 200
) -> web.Response:
    """An answer of one piece of JSON."""
    return text(_encoded(body), headers, status=status)


def text(
    body: str, headers: Mapping[str, str] | None = None, *, status: int = 200, media: str = JSON
) -> web.Response:
    """An answer of one piece of text."""
    return web.Response(
        status=status,
        body=body.encode(),
        headers={**COMMON_HEADERS, **(headers or {}), "Content-Type": media},
    )


async def streamed(
    request: web.Request,
    items: Iterable[Any],
    headers: Mapping[str, str] | None = None,
    *,
    media: str = JSON,
) -> web.StreamResponse:
    """An array that is sent while it is made, in chunks; the client sets the pace."""
    response = web.StreamResponse(
        headers={**COMMON_HEADERS, **(headers or {}), "Content-Type": media}
    )
    response.enable_chunked_encoding()
    await response.prepare(request)
    buffer, separator = bytearray(b"["), b""
    for item in items:
        buffer += separator + _encoded(item).encode()
        separator = b","
        if len(buffer) >= _CHUNK:
            await response.write(bytes(buffer))
            buffer.clear()
    await response.write(bytes(buffer + b"]"))
    await response.write_eof()
    return response


def _encoded(body: Any) -> str:
    return json.dumps(body, separators=(",", ":"))
