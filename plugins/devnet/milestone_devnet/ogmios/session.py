"""One client's conversation: each request gets an answer, in order within its queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from milestone_core.api import MilestoneError
from milestone_devnet.chain.chain import Chain
from milestone_devnet.ledger import DeserialisationFailure, EvaluationFailed, Refused
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios import rpc
from milestone_devnet.ogmios.chain_sync import ChainSyncSession
from milestone_devnet.ogmios.mempool import MempoolSession
from milestone_devnet.ogmios.rpc import (
    Answer,
    InvalidRequest,
    MethodError,
    MethodNotFound,
    Request,
)
from milestone_devnet.ogmios.state_query import QUERIES, StateQuerySession
from milestone_devnet.ogmios.submission import SUBMISSION
from milestone_devnet.ogmios.versions import Version

_log = logging.getLogger(__name__)

_MAX_WAITING = 1000

Method = Callable[[Any], Awaitable[Any]]


class _Queue:
    """Requests that are answered one after another, while others may overtake them."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self.methods = methods
        self.unanswered = 0
        self._requests: asyncio.Queue[Request] = asyncio.Queue(_MAX_WAITING)

    async def put(self, request: Request) -> None:
        """Take a request; waits while the queue is full."""
        self.unanswered += 1
        await self._requests.put(request)

    async def serve(self, answer: Callable[[Request, Method], Awaitable[None]]) -> None:
        """Answer what comes, until cancelled."""
        while True:
            request = await self._requests.get()
            await answer(request, self.methods[request.method])
            self.unanswered -= 1


class Session:
    """Answers the requests of one connection.

    Chain-sync and mempool have queues of their own, because ``nextBlock`` and ``acquireMempool``
    may wait for a change while the connection's other requests go on.

    :param send: writes one answer to the client.
    :param changed: waits until mempool or tip have changed.
    """

    def __init__(
        self,
        chain: Chain,
        version: Version,
        changed: Callable[[], Awaitable[None]],
        send: Callable[[Answer], Awaitable[None]],
    ) -> None:
        self._chain = chain
        self._version = version
        self._send = send
        self._chain_sync = _Queue(self._chain_sync_methods(changed))
        self._mempool = _Queue(self._mempool_methods(changed))
        self._at_once = self._other_methods()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Work on the queues for as long as the context lasts."""
        queues = (self._chain_sync, self._mempool)
        workers = [asyncio.create_task(queue.serve(self._answer)) for queue in queues]
        try:
            yield
        finally:
            for worker in workers:
                worker.cancel()
                with suppress(asyncio.CancelledError, ConnectionError):
                    await worker

    async def receive(self, text: str) -> bool:
        """Take one message of the client, and answer it or put it into its queue.

        :return: whether it named a method that there is.
        """
        request_id, request = rpc.parse(text)
        if isinstance(request, str):
            await self._send_fault(request_id, request)
            return False
        for queue in (self._chain_sync, self._mempool):
            if request.method in queue.methods:
                await self._route(queue, request)
                return True
        method = self._at_once.get(request.method)
        if method is None:
            reason = "unknown method in 'method' (beware names are case-sensitive)"
            await self._send_fault(request_id, reason)
            return False
        await self._answer(request, method)
        return True

    async def _route(self, queue: _Queue, request: Request) -> None:
        if request.method == "findIntersection" and queue.unanswered:
            await self._answer(request, _interleaved)
        else:
            await queue.put(request)

    def _chain_sync_methods(self, changed: Callable[[], Awaitable[None]]) -> Mapping[str, Method]:
        chain_sync = ChainSyncSession(self._chain, self._version, changed)

        async def find_intersection(params: Any) -> Any:
            return chain_sync.find_intersection(read.members(params))

        async def next_block(_params: Any) -> Any:
            return await chain_sync.next_block()

        return {"findIntersection": find_intersection, "nextBlock": next_block}

    def _mempool_methods(self, changed: Callable[[], Awaitable[None]]) -> Mapping[str, Method]:
        mempool = MempoolSession(self._chain, self._version, changed)

        async def acquire(_params: Any) -> Any:
            return await mempool.acquire()

        async def next_transaction(params: Any) -> Any:
            return mempool.next_transaction(read.query_parameters(params))

        async def has_transaction(params: Any) -> Any:
            return mempool.has_transaction(read.members(params))

        async def size(_params: Any) -> Any:
            return mempool.size()

        async def release(_params: Any) -> Any:
            return mempool.release()

        return {
            "acquireMempool": acquire,
            "nextTransaction": next_transaction,
            "hasTransaction": has_transaction,
            "sizeOfMempool": size,
            "releaseMempool": release,
        }

    def _other_methods(self) -> Mapping[str, Method]:
        queries = StateQuerySession(self._chain, self._version)

        async def acquire(params: Any) -> Any:
            return queries.acquire(read.members(params))

        async def release(_params: Any) -> Any:
            return queries.release()

        def query(name: str) -> Method:
            async def answer(params: Any) -> Any:
                return queries.query(name, params)

            return answer

        def submission(name: str) -> Method:
            async def answer(params: Any) -> Any:
                return SUBMISSION[name](self._chain, read.members(params))

            return answer

        return {
            "acquireLedgerState": acquire,
            "releaseLedgerState": release,
            **{name: query(name) for name in QUERIES},
            **{name: submission(name) for name in SUBMISSION},
        }

    async def _send_fault(self, request_id: Any, reason: str) -> None:
        await self._send(rpc.fault(request_id, rpc.INVALID_REQUEST, f"Invalid request: {reason}."))

    async def _answer(self, request: Request, method: Method) -> None:
        """Run a method and send what came of it, as the real server would put it."""
        await self._send(await self._outcome(request, method))

    async def _outcome(self, request: Request, method: Method) -> Answer:
        try:
            return rpc.result(request, await method(request.params))
        except InvalidRequest as reason:
            return rpc.fault(request.id, rpc.INVALID_REQUEST, f"Invalid request: {reason}.")
        except MethodNotFound:
            return rpc.fault(
                request.id,
                rpc.METHOD_NOT_FOUND,
                f"The devnet does not have {request.method!r}; a real Ogmios does.",
            )
        except DeserialisationFailure as failure:
            hints = dict.fromkeys(self._version.eras_of_hints, "not an era of this network")
            return rpc.failure(request, failure.code, failure.message, hints | (failure.data or {}))
        except (Refused, EvaluationFailed, MethodError) as error:
            return rpc.failure(request, error.code, error.message, error.data)
        except MilestoneError as error:
            return rpc.fault(request.id, rpc.INTERNAL_ERROR, error.message)
        except Exception as error:  # noqa: BLE001 - a defect of ours must not take the server down
            _log.exception("a defect of the devnet, in %s", request.method)
            return rpc.fault(request.id, rpc.INTERNAL_ERROR, f"{type(error).__name__}: {error}")


async def _interleaved(_params: Any) -> Any:
    raise MethodError(1001, "Cannot interleave 'findIntersection' requests with 'nextBlock'.")
