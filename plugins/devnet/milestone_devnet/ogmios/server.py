"""Ogmios's endpoints: the WebSocket on any path, and GET /health."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from milestone_devnet.chain.chain import Chain
from milestone_devnet.changes import Changes
from milestone_devnet.clock import iso_time
from milestone_devnet.network import EPOCH_LENGTH, NETWORK_MAGIC, epoch_of
from milestone_devnet.ogmios.session import Session

# The version of Ogmios whose protocol is spoken; clients choose their codecs by it.
PROTOCOL_VERSION = "v7.0.0"

# A request is a transaction of 16 KiB in hex and perhaps outputs beside it; this is plenty.
MAX_FRAME_BYTES = 4 * 1024 * 1024
_PING_SECONDS = 30.0
_CORS = {"Access-Control-Allow-Origin": "*"}


class OgmiosServer:
    """The aiohttp application over a chain."""

    def __init__(self, chain: Chain, changes: Changes) -> None:
        self._chain = chain
        self._changes = changes
        self._started_ms = chain.clock.now_ms()
        self._connections = self._total_connections = self._messages = 0
        self._sockets: set[web.WebSocketResponse] = set()

    def application(self) -> web.Application:
        """The routes."""
        application = web.Application()
        application.router.add_get("/health", self._health)
        application.router.add_get("/{path:.*}", self._websocket)
        application.on_shutdown.append(self._close_sockets)
        return application

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=MAX_FRAME_BYTES, heartbeat=_PING_SECONDS)
        if not socket.can_prepare(request).ok:
            return web.Response(
                status=404, text="This is the devnet's Ogmios: open a WebSocket, or GET /health.\n"
            )
        await socket.prepare(request)
        self._sockets.add(socket)
        self._total_connections += 1
        try:
            await self._converse(socket)
        finally:
            self._sockets.discard(socket)
        return socket

    async def _converse(self, socket: web.WebSocketResponse) -> None:
        session = Session(self._chain, self._changes.wait, socket.send_str)
        mempool = asyncio.create_task(session.serve_mempool())
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self._messages += 1
                    await session.receive(_text(message.data))
        except ConnectionResetError:
            pass  # the client left before its answer was written
        finally:
            mempool.cancel()
            with suppress(asyncio.CancelledError, ConnectionResetError):
                await mempool

    async def _close_sockets(self, _application: web.Application) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1001, message=b"the devnet stops")

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response(self._health_json(), headers=_CORS)

    def _health_json(self) -> dict[str, Any]:
        chain = self._chain
        tip = chain.tip
        return {
            "startTime": iso_time(self._started_ms),
            "lastKnownTip": {"slot": tip.slot, "id": tip.hash.hex(), "height": tip.height},
            "lastTipUpdate": iso_time(chain.clock.slots.time_of(tip.slot)),
            "networkSynchronization": 1.0,
            "currentEra": "conway",
            "metrics": {
                "runtimeStats": {
                    "maxHeapSize": 0,
                    "currentHeapSize": 0,
                    "cpuTime": 0,
                    "gcCpuTime": 0,
                },
                "activeConnections": len(self._sockets),
                "totalConnections": self._total_connections,
                "sessionDurations": {"max": 0, "mean": 0, "min": 0},
                "totalMessages": self._messages,
                "totalUnrouted": 0,
            },
            "connectionStatus": "connected",
            "currentEpoch": epoch_of(tip.slot),
            "slotInEpoch": tip.slot % EPOCH_LENGTH,
            "version": PROTOCOL_VERSION,
            "network": f"unknown ({NETWORK_MAGIC})",
        }


def _text(data: str | bytes) -> str:
    # What is no UTF-8 becomes no JSON, and is answered so.
    return data if isinstance(data, str) else data.decode("utf-8", "replace")
