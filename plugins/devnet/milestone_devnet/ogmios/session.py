"""One client's conversation: each request gets an answer, in order within its queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from milestone_core.api import MilestoneError
from milestone_devnet.chain.chain import Chain
from milestone_devnet.ledger import DeserialisationFailure, EvaluationFailed, Refused
from milestone_devnet.ogmios import rpc
from milestone_devnet.ogmios.mempool import MEMPOOL_METHODS, MempoolSession
from milestone_devnet.ogmios.methods import METHODS, MethodError
from milestone_devnet.ogmios.rpc import InvalidRequest, MethodNotFound, Request

_log = logging.getLogger(__name__)

_MAX_WAITING = 1000

# Ogmios v7.0 has these too; a client that calls one is told what is the matter.
_NOT_HERE = frozenset(
    [
        "findIntersection",
        "nextBlock",
        "acquireLedgerState",
        "releaseLedgerState",
        *(
            f"queryLedgerState/{name}"
            for name in (
                "constitution",
                "constitutionalCommittee",
                "delegateRepresentatives",
                "dump",
                "eraStart",
                "governanceProposals",
                "liveStakeDistribution",
                "nonces",
                "operationalCertificates",
                "projectedRewards",
                "rewardAccountSummaries",
                "rewardsProvenance",
                "stakePools",
                "stakePoolsPerformances",
                "treasuryAndReserves",
            )
        ),
    ]
)


class Session:
    """Answers the requests of one connection.

    Mempool requests have a queue of their own, because ``acquireMempool`` may wait for a change
    while the connection's other requests go on.

    :param send: writes one answer to the client.
    :param changed: waits until mempool or tip have changed.
    """

    def __init__(
        self,
        chain: Chain,
        changed: Callable[[], Awaitable[None]],
        send: Callable[[str], Awaitable[None]],
    ) -> None:
        self._chain = chain
        self._send = send
        self._mempool = MempoolSession(chain, changed)
        self._mempool_requests: asyncio.Queue[Request] = asyncio.Queue(_MAX_WAITING)

    async def receive(self, text: str) -> None:
        """Take one message of the client, and answer it or put it into its queue."""
        request_id, request = rpc.parse(text)
        if isinstance(request, str):
            fault = rpc.fault(request_id, rpc.INVALID_REQUEST, f"Invalid request: {request}.")
            await self._send(fault)
        elif request.method in MEMPOOL_METHODS:
            await self._mempool_requests.put(request)
        else:
            await self._send(await _answer(request, self._call(request)))

    async def serve_mempool(self) -> None:
        """Answer the mempool requests, one after another, until cancelled."""
        while True:
            request = await self._mempool_requests.get()
            call = self._mempool.call(request.method, request.params)
            await self._send(await _answer(request, call))

    async def _call(self, request: Request) -> Any:
        if request.method in METHODS:
            return METHODS[request.method](self._chain, request.params)
        if request.method in _NOT_HERE:
            raise MethodNotFound(request.method)
        raise InvalidRequest("unknown method in 'method' (beware names are case-sensitive)")


async def _answer(request: Request, call: Awaitable[Any]) -> str:
    """Run a call; whatever goes wrong becomes the JSON-RPC error that Ogmios would send."""
    try:
        return rpc.result(request, await call)
    except InvalidRequest as reason:
        return rpc.fault(request.id, rpc.INVALID_REQUEST, f"Invalid request: {reason}.")
    except MethodNotFound:
        return rpc.fault(
            request.id,
            rpc.METHOD_NOT_FOUND,
            f"The devnet does not have {request.method!r}; a real Ogmios does.",
        )
    except (DeserialisationFailure, Refused, EvaluationFailed, MethodError) as error:
        return rpc.failure(request, error.code, error.message, error.data)
    except MilestoneError as error:
        return rpc.fault(request.id, rpc.INTERNAL_ERROR, error.message)
    except Exception as error:  # noqa: BLE001 - a defect of ours must not take the server down
        _log.exception("a defect of the devnet, in %s", request.method)
        return rpc.fault(request.id, rpc.INTERNAL_ERROR, f"{type(error).__name__}: {error}")
