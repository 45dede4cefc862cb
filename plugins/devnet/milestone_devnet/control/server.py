"""The control API's server.

    GET  /status    endpoints, tip, time, and what the faucet has
    POST /fund      {"address", "lovelace"?, "tokens"?}; answers when the payment is in a block
    POST /advance   {"seconds"} or {"to_ms"}; answers when the block at the new time is made

Amounts are strings of base units. An error is ``{"error": {code, exit, message, hint, details}}``.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from milestone_core.api import BadInput, MilestoneError, TransactionRefused
from milestone_devnet.amounts import MAX_TOKENS, recipient
from milestone_devnet.chain.chain import Chain
from milestone_devnet.changes import Changes
from milestone_devnet.clock import iso_time
from milestone_devnet.faucet import FAUCET, TOKEN, payment
from milestone_devnet.ledger import Refused
from milestone_devnet.ledger.addresses import address_text

_log = logging.getLogger(__name__)

Json = dict[str, Any]
_MAX_BODY_BYTES = 64 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class ControlServer:
    """The aiohttp application over a chain. ``describe`` tells the endpoints of all servers."""

    def __init__(self, chain: Chain, changes: Changes, describe: Callable[[], Json]) -> None:
        self._chain = chain
        self._changes = changes
        self._describe = describe

    def application(self) -> web.Application:
        """The routes."""
        application = web.Application(
            middlewares=[_errors_as_json], client_max_size=_MAX_BODY_BYTES
        )
        application.router.add_get("/status", self._status)
        application.router.add_post("/fund", self._fund)
        application.router.add_post("/advance", self._advance)
        return application

    async def _status(self, _request: web.Request) -> web.Response:
        unspent = self._chain.mempool.unspent_at(FAUCET.address).values()
        faucet = {
            "address": address_text(FAUCET.address),
            "lovelace": str(sum(output.coin for output in unspent)),
            "tokens": str(sum(output.assets.get(TOKEN, 0) for output in unspent)),
        }
        return _answer({**self._describe(), **self._now(), "faucet": faucet, "token": _token()})

    async def _fund(self, request: web.Request) -> web.Response:
        body = await _body(request)
        to = recipient(_member(body, "address", str))
        lovelace, tokens = _amount(body, "lovelace"), _amount(body, "tokens")
        if lovelace is None and tokens is None:
            raise BadInput("neither ADA nor tokens are asked for")
        unspent = self._chain.mempool.unspent_at(FAUCET.address)
        cbor, paid = payment(unspent, to, lovelace, tokens or 0, self._chain.parameters)
        try:
            transaction_id = self._chain.submit(cbor)
        except Refused as refusal:
            raise TransactionRefused(
                refusal.message, ledger_code=refusal.code, data=refusal.data
            ) from refusal
        height = await self._included(transaction_id)
        return _answer(
            {
                "transaction": transaction_id.hex(),
                "address": address_text(to),
                "lovelace": str(paid),
                "tokens": str(tokens or 0),
                "token": _token(),
                "block": height,
            }
        )

    async def _included(self, transaction_id: bytes) -> int:
        while (height := self._chain.store.height_of(transaction_id)) is None:
            if transaction_id not in self._chain.mempool:
                raise TransactionRefused("the payment fell out of the mempool", ledger_code=3997)
            await self._changes.wait()
        return height

    async def _advance(self, request: web.Request) -> web.Response:
        body = await _body(request)
        if "to_ms" in body:
            milliseconds = _member(body, "to_ms", int) - self._chain.clock.now_ms()
        else:
            milliseconds = 1000 * _member(body, "seconds", int)
        if milliseconds <= 0:
            now = iso_time(self._chain.clock.now_ms())
            raise BadInput(
                f"the devnet's time is {now} already, and time never goes back",
                hint="give a later time",
                details={"now": now},
            )
        try:
            self._chain.advance(milliseconds)
        except ValueError as error:
            raise BadInput(f"time cannot be advanced so far: {error}") from error
        return _answer(self._now())

    def _now(self) -> Json:
        tip = self._chain.tip
        time = iso_time(self._chain.clock.now_ms())
        return {"time": time, "block": tip.height, "slot": tip.slot, "hash": tip.hash.hex()}


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    # A web page of another origin must not reach the faucet by a name that it controls.
    if request.host.rsplit(":", 1)[0] not in _LOOPBACK:
        raise web.HTTPForbidden(text="the control API is for this machine only\n")
    try:
        return await handler(request)
    except MilestoneError as error:
        described = {
            "code": error.code,
            "exit": error.exit,
            "message": error.message,
            "hint": error.hint,
            "details": error.details,
        }
        return web.json_response({"error": described}, status=400)


def _token() -> Json:
    return {"policy": TOKEN.policy.hex(), "name": TOKEN.name.hex()}


def _answer(body: Json) -> web.Response:
    return web.json_response({"schema": 1, **body})


async def _body(request: web.Request) -> Mapping[str, Any]:
    # The media type is not one that a web page may send elsewhere without asking.
    if request.content_type != "application/json":
        raise BadInput("the control API takes application/json")
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadInput("the request is not a JSON object")
    return body


def _member(body: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadInput(f"the request lacks {name!r}, or it is not {kind.__name__}")
    return value


def _amount(body: Mapping[str, Any], name: str) -> int | None:
    text = body.get(name)
    if text is None:
        return None
    if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20):
        raise BadInput(f"{name!r} is a string of digits")
    amount = int(text)
    if not 0 < amount <= MAX_TOKENS:
        raise BadInput(f"{name!r} is between 1 and {MAX_TOKENS}")
    return amount
