"""Ogmios's endpoints: the WebSocket on any path, POST /, GET /health and GET /metrics."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from aiohttp import WSMsgType, web

from milestone_devnet.chain.chain import Chain
from milestone_devnet.changes import Changes
from milestone_devnet.ogmios import rpc
from milestone_devnet.ogmios.health import Metrics, health_json, prometheus_text
from milestone_devnet.ogmios.rpc import Answer
from milestone_devnet.ogmios.session import Session
from milestone_devnet.ogmios.versions import Version

# A request is a transaction of 16 KiB in hex and perhaps outputs beside it; this is plenty.
MAX_FRAME_BYTES = 4 * 1024 * 1024
_PING_SECONDS = 30.0
# How long a client may take to agree to a close.
_CLOSE_SECONDS = 1.0
_CORS = {"Access-Control-Allow-Origin": "*"}
_JSON = "application/json"
_PAGE = """<!doctype html><title>Ogmios</title>
<p>This is the devnet's Ogmios: open a WebSocket, POST JSON-RPC to /, or GET
<a href="/health">/health</a> or <a href="/metrics">/metrics</a>.</p>
"""


class OgmiosServer:
    """The aiohttp application over a chain."""

    def __init__(self, chain: Chain, changes: Changes, version: Version = Version.V7_0) -> None:
        self._chain = chain
        self._changes = changes
        self._version = version
        self._started_ms = chain.clock.now_ms()
        self._metrics = Metrics()
        self._sockets: set[web.WebSocketResponse] = set()

    def application(self) -> web.Application:
        """The routes."""
        application = web.Application(client_max_size=MAX_FRAME_BYTES)
        application.router.add_route("*", "/{path:(?s:.*)}", self._route)
        application.on_shutdown.append(self._on_shutdown)
        return application

    async def lose_node(self) -> None:
        """End every WebSocket as a real server does when its node is gone."""
        message = "Connection with the node lost or failed."
        reason = rpc.write(rpc.fault(None, rpc.NODE_LOST, message))
        await asyncio.gather(
            *(socket.close(code=1000, message=reason.encode()) for socket in self._sockets)
        )

    async def _on_shutdown(self, _application: web.Application) -> None:
        await self.lose_node()

    async def _route(self, request: web.Request) -> web.StreamResponse:
        """The real server's routing: what has no answer gets a bare 404, or 406 for the method."""
        method, path = request.method, request.path
        if method == "GET" and request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._websocket(request)
        if method == "OPTIONS":
            return web.Response(headers=_CORS)
        answers = {
            ("GET", "/"): self._page,
            ("POST", "/"): self._post,
            ("GET", "/health"): self._health,
            ("GET", "/metrics"): self._prometheus,
        }
        if (method, path) in answers:
            return await answers[method, path](request)
        return web.Response(status=406 if any(path == known for _, known in answers) else 404)

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(
            max_msg_size=MAX_FRAME_BYTES,
            heartbeat=_PING_SECONDS,
            timeout=_CLOSE_SECONDS,
            compress=False,
        )
        if not socket.can_prepare(request).ok:
            return web.Response(status=400)
        await socket.prepare(request)
        self._sockets.add(socket)
        connection = self._metrics.opened()
        try:
            await self._converse(socket)
        finally:
            self._metrics.closed(connection)
            self._sockets.discard(socket)
        return socket

    async def _converse(self, socket: web.WebSocketResponse) -> None:
        async def send(answer: Answer) -> None:
            await socket.send_str(rpc.write(answer))

        session = Session(self._chain, self._version, self._changes.wait, send)
        # The client may leave before its answer is written.
        with suppress(ConnectionError):
            async with session.serving():
                async for message in socket:
                    if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                        await self._receive(session, _text(message.data))

    async def _receive(self, session: Session, text: str) -> None:
        self._metrics.messages += 1
        if not await session.receive(text):
            self._metrics.unrouted += 1

    async def _post(self, request: web.Request) -> web.Response:
        """One request in a session of its own; its error is an HTTP 400 with the answer's body."""
        text = _text(await request.read())
        answers: asyncio.Queue[Answer] = asyncio.Queue()
        session = Session(self._chain, self._version, self._changes.wait, answers.put)
        connection = self._metrics.opened()
        try:
            async with session.serving():
                await self._receive(session, text)
                answer = await answers.get()
        finally:
            self._metrics.closed(connection)
        return web.Response(
            status=400 if "error" in answer else 200,
            text=rpc.write(answer),
            content_type=_JSON,
            charset="utf-8",
            headers=_CORS,
        )

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text=_PAGE, content_type="text/html", headers=_CORS)

    async def _health(self, _request: web.Request) -> web.Response:
        health = health_json(self._chain, self._version, self._metrics, self._started_ms)
        return web.Response(
            status=200 if health["networkSynchronization"] == 1 else 202,
            text=json.dumps(health),
            content_type=_JSON,
            charset="utf-8",
            headers=_CORS,
        )

    async def _prometheus(self, _request: web.Request) -> web.Response:
        health = health_json(self._chain, self._version, self._metrics, self._started_ms)
        return web.Response(text=prometheus_text(health), content_type="text/plain", headers=_CORS)


def _text(data: str | bytes) -> str:
    # What is no UTF-8 becomes no JSON, and is answered so.
    return data if isinstance(data, str) else data.decode("utf-8", "replace")
