"""Kupo's endpoints, at the root and under ``/v1``."""

from __future__ import annotations

import json
import logging
from binascii import unhexlify
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from milestone_devnet.chain.chain import Chain
from milestone_devnet.kupo import errors
from milestone_devnet.kupo.errors import KupoError
from milestone_devnet.kupo.filters import query_items, read_filter
from milestone_devnet.kupo.health import health_json, health_text
from milestone_devnet.kupo.matches import Index
from milestone_devnet.kupo.patterns import InvalidPattern, Pattern, includes, parse

_log = logging.getLogger(__name__)

_CORS = {"Access-Control-Allow-Origin": "*"}
_JSON = "application/json;charset=utf-8"
_AS_TEXT = "asset-quantity=string"
_HASH_BYTES = {"datums": 32, "scripts": 28}
_MAX_SLOT_DIGITS = 18


class KupoServer:
    """The aiohttp application over a chain and the index of its outputs."""

    def __init__(self, chain: Chain, index: Index) -> None:
        self._chain = chain
        self._index = index
        self._cached: dict[str, Callable[[web.Request, list[str]], Any]] = {
            "matches": self._matches,
            "datums": self._datum,
            "scripts": self._script,
            "checkpoints": self._checkpoints,
        }

    def application(self) -> web.Application:
        """One route: Kupo's own routing is by hand too, and its errors are its own."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._serve)
        return application

    async def _serve(self, request: web.Request) -> web.Response:
        if request.method == "OPTIONS":
            return web.Response(headers=_CORS)
        try:
            return self._route(request, _segments(request))
        except KupoError as error:
            return _answer(error.body, {}, status=error.status)
        except Exception:  # noqa: BLE001 - a defect of ours must not take the server down
            _log.exception("a defect of the devnet, in %s", request.path)
            hint = "Unexpected server error. See server logs for details."
            return _answer({"hint": hint}, {}, status=500)

    def _route(self, request: web.Request, path: list[str]) -> web.Response:
        name, *arguments = path or [""]
        if name == "v1":
            return self._route(request, arguments)
        if name not in (*self._cached, "health", "metrics", "patterns"):
            raise errors.not_found()
        if request.method != "GET":
            raise errors.wrong_method()
        if name in ("health", "metrics"):
            return self._health(request, arguments)
        if name == "patterns":
            return _answer(self._patterns(arguments), {})
        headers = self._cache_headers()
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers={**_CORS, **headers})
        as_text = name == "matches" and _AS_TEXT in request.headers.get("Accept", "")
        body = self._cached[name](request, arguments)
        return _answer(body, headers, media=f"{_JSON};{_AS_TEXT}" if as_text else _JSON)

    def _cache_headers(self) -> dict[str, str]:
        tip = self._chain.tip
        # Kupo does not quote its ETag.
        return {"X-Most-Recent-Checkpoint": str(tip.slot), "ETag": tip.hash.hex()}

    def _health(self, request: web.Request, arguments: list[str]) -> web.Response:
        if arguments:
            raise errors.not_found()
        health = health_json(self._chain)
        accept = request.headers.get("Accept", "application/json")
        if "text/plain" in accept:
            media, body = "text/plain;charset=utf-8", health_text(health)
        elif "application/json" in accept:
            media, body = _JSON, json.dumps(health)
        elif "*/*" in accept:
            # As the real one does: Prometheus's text under JSON's media type.
            media, body = _JSON, health_text(health)
        else:
            raise errors.bad_request(
                "Unsupported content-type requested in 'Accept' header. This endpoint only"
                " understands: 'application/json' or 'text/plain'."
            )
        headers = {**_CORS, **self._cache_headers(), "Content-Type": media}
        return web.Response(body=body.encode(), headers=headers)

    def _patterns(self, arguments: list[str]) -> list[str]:
        if not arguments:
            return [str(pattern) for pattern in self._index.patterns]
        wanted = _pattern(arguments)
        return [str(pattern) for pattern in self._index.patterns if includes(pattern, wanted)]

    def _matches(self, request: web.Request, arguments: list[str]) -> list[dict[str, Any]]:
        pattern = _pattern(arguments)
        filters = read_filter(query_items(request.rel_url.raw_query_string))
        as_text = _AS_TEXT in request.headers.get("Accept", "")
        return list(self._index.matches(pattern, filters, as_text=as_text))

    def _datum(self, _request: web.Request, arguments: list[str]) -> dict[str, str] | None:
        datum = self._index.datum(_digest("datums", arguments))
        return None if datum is None else {"datum": datum.hex()}

    def _script(self, _request: web.Request, arguments: list[str]) -> dict[str, Any] | None:
        return self._index.script(_digest("scripts", arguments))

    def _checkpoints(self, request: web.Request, arguments: list[str]) -> Any:
        if not arguments:
            return self._index.checkpoints()
        slot, items = arguments[0], query_items(request.rel_url.raw_query_string)
        if len(arguments) > 1:
            raise errors.not_found()
        if not (slot.isascii() and slot.isdigit()) or len(slot) > _MAX_SLOT_DIGITS:
            raise errors.bad_request(
                "The path parameter for the endpoint must be an absolute slot number."
            )
        if items not in ([], [("strict", None)]):
            raise errors.bad_request(
                "Invalid strict-mode query flag! This endpoint only accepts a single query flag"
                " '?strict', without a value."
            )
        found = self._index.checkpoint_before(int(slot))
        return None if items and found and found["slot_no"] != int(slot) else found


def _segments(request: web.Request) -> list[str]:
    raw = request.rel_url.raw_path.split("/")
    return [unquote(segment) for segment in raw if segment]


def _pattern(arguments: list[str]) -> Pattern:
    """The pattern of a path: none is the wildcard, two segments are credentials."""
    try:
        if len(arguments) > 2:
            raise InvalidPattern
        return parse("/".join(arguments) or "*")
    except InvalidPattern:
        raise errors.invalid_pattern() from None


def _digest(kind: str, arguments: list[str]) -> bytes:
    if len(arguments) != 1:
        raise errors.not_found()
    try:
        digest = unhexlify(arguments[0])
    except ValueError:
        digest = b""
    if len(digest) != _HASH_BYTES[kind]:
        raise errors.bad_request(
            f"The given path parameter isn't a well-formed hash digest of {_HASH_BYTES[kind]}"
            " bytes in base16."
        )
    return digest


def _answer(
    body: Any, headers: dict[str, str], *, status: int = 200, media: str = _JSON
) -> web.Response:
    text = json.dumps(body, separators=(",", ":"))
    all_headers = {**_CORS, **headers, "Content-Type": media}
    return web.Response(status=status, body=text.encode(), headers=all_headers)
