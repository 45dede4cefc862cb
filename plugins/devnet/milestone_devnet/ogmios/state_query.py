"""Queries, and the acquiring of a past state for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milestone_devnet.chain.chain import Chain
from milestone_devnet.network import SECURITY_PARAMETER
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios.context import Acquired, Context
from milestone_devnet.ogmios.history import History
from milestone_devnet.ogmios.ledger_queries import LEDGER_QUERIES
from milestone_devnet.ogmios.network_queries import NETWORK_QUERIES
from milestone_devnet.ogmios.points import point_json, read_point
from milestone_devnet.ogmios.rpc import MethodError
from milestone_devnet.ogmios.versions import Version

Json = dict[str, Any]

QUERIES = {**NETWORK_QUERIES, **LEDGER_QUERIES}


class StateQuerySession:
    """One connection's queries: of the newest state, or of the one it has acquired."""

    def __init__(self, chain: Chain, version: Version) -> None:
        self._chain = chain
        self._version = version
        self._acquired: Acquired | None = None

    def query(self, method: str, params: object) -> Any:
        """Answer a query; its parameters may be missing, null or an object."""
        context = Context(self._chain, self._version, self._acquired)
        return QUERIES[method](context, read.query_parameters(params))

    def acquire(self, params: Mapping[str, Any]) -> Json:
        """Keep the state after a block until it is released, whatever happens to the chain.

        :raises MethodError: the point is not on the chain, or too far back (2000).
        """
        point = read_point(params.get("point"))
        history = History(self._chain.store.connection)
        block = history.block_at(point) if point else None
        if point is not None and block is None:
            raise _failed_to_acquire("Target doesn't or no longer exist.")
        if block is None or block.height < self._chain.tip.height - SECURITY_PARAMETER:
            raise _failed_to_acquire("Target point is too old.")
        self._acquired = Acquired(block, history.state_at(block.height))
        return {"acquired": "ledgerState", "point": point_json(block)}

    def release(self) -> Json:
        """Ask the newest state again."""
        self._acquired = None
        return {"released": "ledgerState"}


def _failed_to_acquire(reason: str) -> MethodError:
    return MethodError(2000, "Failed to acquire requested point.", reason)
