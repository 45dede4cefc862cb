"""Kupo's endpoints, at the root and under ``/v1``."""

from __future__ import annotations

import logging
from binascii import unhexlify
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from aiohttp import web

from milestone_devnet.chain.chain import Chain
from milestone_devnet.kupo import answers, errors
from milestone_devnet.kupo.administration import Administration
from milestone_devnet.kupo.errors import KupoError
from milestone_devnet.kupo.filters import query_items, read_filter, transaction_filter
from milestone_devnet.kupo.health import health_json, health_status, health_text
from milestone_devnet.kupo.index import Index
from milestone_devnet.kupo.matches import Matches, point_json
from milestone_devnet.kupo.metadata import metadata_of_block
from milestone_devnet.kupo.patterns import InvalidPattern, Pattern, WithLabel, includes, parse

_log = logging.getLogger(__name__)

_AS_TEXT = "asset-quantity=string"
_HASH_BYTES = {"datums": 32, "scripts": 28}
_MAX_SLOT_DIGITS = 18
_CACHED = frozenset({"matches", "datums", "scripts", "checkpoints", "metadata"})

Headers = dict[str, str]
Handler = Callable[[web.Request, list[str], Headers], Awaitable[web.StreamResponse]]


class KupoServer:
    """The aiohttp application over a chain and the index of its outputs."""

    def __init__(self, chain: Chain, index: Index) -> None:
        self._chain = chain
        self._index = index
        self._matches = Matches(index)
        self._administration = Administration(chain, index)
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", "matches"): self._get_matches,
            ("DELETE", "matches"): self._delete_matches,
            ("GET", "datums"): self._get_datum,
            ("GET", "scripts"): self._get_script,
            ("GET", "checkpoints"): self._get_checkpoints,
            ("GET", "metadata"): self._get_metadata,
            ("GET", "patterns"): self._get_patterns,
            ("PUT", "patterns"): self._put_patterns,
            ("DELETE", "patterns"): self._delete_pattern,
            ("GET", "health"): self._get_health,
            ("GET", "metrics"): self._get_metrics,
        }
        self._endpoints = {endpoint for _, endpoint in self._handlers}

    def application(self) -> web.Application:
        """One route: Kupo's own routing is by hand too, and its errors are its own."""
        application = web.Application()
        application.router.add_route("*", "/{path:(?s:.*)}", self._serve)
        return application

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return web.Response(headers=answers.COMMON_HEADERS)
        try:
            return await self._route(request, _segments(request))
        except KupoError as error:
            return answers.whole(error.body, status=error.status)
        except web.HTTPException as error:
            return answers.whole({"hint": error.reason}, status=error.status)
        except ConnectionError:
            raise  # the client left
        except Exception:  # noqa: BLE001 - a defect of ours must not take the server down
            _log.exception("a defect of the devnet, in %s", request.path)
            hint = "Unexpected server error. See server logs for details."
            return answers.whole({"hint": hint}, status=500)

    async def _route(self, request: web.Request, path: list[str]) -> web.StreamResponse:
        while path[:1] == ["v1"]:
            path = path[1:]
        name, *arguments = path or [""]
        if name not in self._endpoints:
            raise errors.not_found()
        headers = self._cache_headers()
        if name in _CACHED and request.headers.get("If-None-Match") == headers.get("ETag", ""):
            return web.Response(status=304, headers={**answers.COMMON_HEADERS, **headers})
        handler = self._handlers.get((request.method, name))
        if handler is None:
            raise errors.wrong_method()
        return await handler(request, arguments, headers)

    def _cache_headers(self) -> Headers:
        checkpoint = self._index.checkpoint()
        if checkpoint is None:
            return {"X-Most-Recent-Checkpoint": "0"}
        # Kupo does not quote its ETag.
        return {"X-Most-Recent-Checkpoint": str(checkpoint.slot), "ETag": checkpoint.hash.hex()}

    async def _get_health(
        self, request: web.Request, arguments: list[str], headers: Headers
    ) -> web.StreamResponse:
        return self._health(request, arguments, headers, status=None)

    async def _get_metrics(
        self, request: web.Request, arguments: list[str], headers: Headers
    ) -> web.StreamResponse:
        return self._health(request, arguments, headers, status=200)

    def _health(
        self, request: web.Request, arguments: list[str], headers: Headers, *, status: int | None
    ) -> web.Response:
        _no_more(arguments)
        health = health_json(self._chain, self._index)
        status = status or health_status(health)
        accept = request.headers.get("Accept", "application/json")
        if "text/plain" in accept:
            return answers.text(health_text(health), headers, status=status, media=answers.TEXT)
        if "application/json" in accept:
            return answers.whole(health, headers, status=status)
        if "*/*" in accept:
            # As the real one does: Prometheus's text under JSON's media type.
            return answers.text(health_text(health), headers, status=status)
        raise errors.bad_request(
            "Unsupported content-type requested in 'Accept' header. This endpoint only"
            " understands: 'application/json' or 'text/plain'."
        )

    async def _get_patterns(
        self, request: web.Request, arguments: list[str], _headers: Headers
    ) -> web.StreamResponse:
        patterns = self._index.patterns
        if arguments:
            wanted = _pattern(arguments)
            patterns = tuple(pattern for pattern in patterns if includes(pattern, wanted))
        return await answers.streamed(request, map(str, patterns))

    async def _put_patterns(
        self, request: web.Request, arguments: list[str], _headers: Headers
    ) -> web.StreamResponse:
        patterns = [_pattern(arguments)] if arguments else None
        return answers.whole(self._administration.add(patterns, await request.read()))

    async def _delete_pattern(
        self, _request: web.Request, arguments: list[str], _headers: Headers
    ) -> web.StreamResponse:
        return answers.whole(self._administration.remove(_pattern(arguments)))

    async def _delete_matches(
        self, _request: web.Request, arguments: list[str], headers: Headers
    ) -> web.StreamResponse:
        return answers.whole(self._administration.forget(_pattern(arguments)), headers)

    async def _get_matches(
        self, request: web.Request, arguments: list[str], headers: Headers
    ) -> web.StreamResponse:
        pattern = _pattern(arguments)
        if isinstance(pattern, WithLabel):
            raise errors.only_for_indexing()
        filters = read_filter(query_items(request.rel_url.raw_query_string))
        as_text = _AS_TEXT in request.headers.get("Accept", "")
        found = self._matches.find(pattern, filters, as_text=as_text)
        media = f"{answers.JSON};{_AS_TEXT}" if as_text else answers.JSON
        return await answers.streamed(request, found, headers, media=media)

    async def _get_datum(
        self, _request: web.Request, arguments: list[str], headers: Headers
    ) -> web.StreamResponse:
        datum = self._matches.datum(_digest("datums", arguments))
        return answers.whole(None if datum is None else {"datum": datum.hex()}, headers)

    async def _get_script(
        self, _request: web.Request, arguments: list[str], headers: Headers
    ) -> web.StreamResponse:
        return answers.whole(self._matches.script(_digest("scripts", arguments)), headers)

    async def _get_checkpoints(
        self, request: web.Request, arguments: list[str], headers: Headers
    ) -> web.StreamResponse:
        if not arguments:
            sample = self._index.checkpoints()
            return await answers.streamed(request, (point_json(*p) for p in sample), headers)
        slot, items = _slot(arguments), query_items(request.rel_url.raw_query_string)
        if items not in ([], [("strict", None)]):
            raise errors.bad_request(
                "Invalid strict-mode query flag! This endpoint only accepts a single query flag"
                " '?strict', without a value."
            )
        found = self._index.checkpoint_before(slot)
        if found is None or (items and found.slot != slot):
            return answers.whole(None, headers)
        return answers.whole(point_json(*found), headers)

    async def _get_metadata(
        self, request: web.Request, arguments: list[str], headers: Headers
    ) -> web.StreamResponse:
        """Metadata of the block at a slot; of the next one where there is none."""
        slot = _slot(arguments)
        wanted = transaction_filter(query_items(request.rel_url.raw_query_string))
        if slot == 0:
            return await answers.streamed(request, (), headers)
        block = self._index.block_from(slot)
        if block is None:
            raise errors.no_block_there()
        height, header = block
        found = list(metadata_of_block(self._index.connection, height, wanted))
        return await answers.streamed(
            request, found, {**headers, "X-Block-Header-Hash": header.hex()}
        )


def _segments(request: web.Request) -> list[str]:
    raw = request.rel_url.raw_path.split("/")
    return [unquote(segment) for segment in raw if segment]


def _no_more(arguments: list[str]) -> None:
    if arguments:
        raise errors.not_found()


def _pattern(arguments: list[str]) -> Pattern:
    """The pattern of a path: none is the wildcard, two segments are credentials."""
    try:
        if len(arguments) > 2:
            raise InvalidPattern
        return parse("/".join(arguments) or "*")
    except InvalidPattern:
        raise errors.invalid_pattern() from None


def _slot(arguments: list[str]) -> int:
    if len(arguments) != 1:
        raise errors.not_found()
    (slot,) = arguments
    if not (slot.isascii() and slot.isdigit()) or len(slot) > _MAX_SLOT_DIGITS:
        raise errors.bad_request(
            "The path parameter for the endpoint must be an absolute slot number, a non-negative"
            " integer."
        )
    return int(slot)


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
