"""The control API's server.

    GET  /status    endpoints, tip, time, mempool, faults, and what the faucet has
    POST /fund      {"address", "lovelace"?, "tokens"?}; answers when the payment is in a block
    POST /advance   {"seconds"} or {"to_ms"}; answers when the block at the new time is made
    POST /rollback  {"blocks", "keep"?}
    POST /reset     {}
    GET  /snapshot  the whole chain as a file
    POST /restore   such a file
    POST /fault     {"kind", "server"?, "times"?, "seconds"?, "blocks"?}

Amounts are strings of base units. An error is ``{"error": {code, exit, message, hint, details}}``.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from milestone_core.api import BadInput
from milestone_devnet.chain.chain import Chain
from milestone_devnet.changes import Changes
from milestone_devnet.clock import iso_time
from milestone_devnet.control.faucet import Faucet, token
from milestone_devnet.control.faults import set_fault
from milestone_devnet.control.http import Json, answer, body_of, errors_as_json, member, optional
from milestone_devnet.control.snapshots import Snapshots
from milestone_devnet.faults.board import FaultBoard

_MAX_BODY_BYTES = 64 * 1024


class ControlServer:
    """The aiohttp application over a chain. ``describe`` tells the endpoints of all servers."""

    def __init__(
        self, chain: Chain, changes: Changes, faults: FaultBoard, describe: Callable[[], Json]
    ) -> None:
        self._chain = chain
        self._faults = faults
        self._describe = describe
        self._faucet = Faucet(chain, changes)
        self._snapshots = Snapshots(chain)

    def application(self) -> web.Application:
        """The routes."""
        application = web.Application(middlewares=[errors_as_json], client_max_size=_MAX_BODY_BYTES)
        router = application.router
        router.add_get("/status", self._status)
        router.add_post("/fund", self._faucet.fund)
        router.add_post("/advance", self._advance)
        router.add_post("/rollback", self._rollback)
        router.add_post("/reset", self._reset)
        router.add_get("/snapshot", self._snapshots.save)
        router.add_post("/restore", self._restore)
        router.add_post("/fault", self._fault)
        return application

    async def _status(self, _request: web.Request) -> web.Response:
        return answer(
            {
                **self._describe(),
                **self._now(),
                "mempool": len(self._chain.mempool),
                "slot_length_ms": self._chain.clock.slots.slot_length_ms,
                "faults": self._faults.described(),
                "faucet": self._faucet.stock(),
                "token": token(),
            }
        )

    async def _advance(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        if "to_ms" in body:
            milliseconds = member(body, "to_ms", int) - self._chain.clock.now_ms()
        else:
            milliseconds = 1000 * member(body, "seconds", int)
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
        return answer(self._now())

    async def _rollback(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        blocks = member(body, "blocks", int)
        try:
            self._chain.rollback(blocks, keep=optional(body, "keep", bool, False))
        except ValueError as error:
            raise BadInput(
                f"{blocks} blocks cannot be rolled back: {error}",
                hint="milestone devnet reset begins another chain",
                details={"blocks": self._chain.tip.height},
            ) from error
        return answer(self._now())

    async def _reset(self, request: web.Request) -> web.Response:
        await body_of(request)
        self._chain.reset()
        return answer(self._now())

    async def _restore(self, request: web.Request) -> web.Response:
        await self._snapshots.restore(request)
        return answer(self._now())

    async def _fault(self, request: web.Request) -> web.Response:
        return answer(await set_fault(self._faults, request))

    def _now(self) -> Json:
        tip = self._chain.tip
        time = iso_time(self._chain.clock.now_ms())
        return {"time": time, "block": tip.height, "slot": tip.slot, "hash": tip.hash.hex()}
