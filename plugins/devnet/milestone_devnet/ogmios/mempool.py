"""The mempool's methods. They work on a snapshot, which a connection acquires and releases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from milestone_devnet.chain.chain import Chain
from milestone_devnet.chain.mempool import CAPACITY_IN_BLOCKS
from milestone_devnet.ledger import Transaction
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios.methods import MethodError
from milestone_devnet.ogmios.rpc import InvalidRequest

Json = dict[str, Any]

MEMPOOL_METHODS = frozenset(
    {"acquireMempool", "nextTransaction", "hasTransaction", "sizeOfMempool", "releaseMempool"}
)


class MempoolSession:
    """One connection's view of the mempool.

    :param changed: waits until mempool or tip have changed.
    """

    def __init__(self, chain: Chain, changed: Callable[[], Awaitable[None]]) -> None:
        self._chain = chain
        self._changed = changed
        self._snapshot: list[Transaction] | None = None
        self._slot = 0
        self._next = 0

    async def call(self, method: str, params: Mapping[str, Any]) -> Json | bool:
        """Answer a method; ``acquireMempool`` may take its time."""
        if method == "acquireMempool":
            return await self._acquire()
        if self._snapshot is None:
            raise MethodError(4000, "You must acquire a mempool snapshot prior to accessing it.")
        if method == "nextTransaction":
            return self._next_transaction(params)
        if method == "hasTransaction":
            wanted = read.hex_bytes(read.field(params, "id", str), 32)
            return any(transaction.id == wanted for transaction in self._snapshot)
        if method == "sizeOfMempool":
            return self._size(self._snapshot)
        self._snapshot = None
        return {"released": "mempool"}

    async def _acquire(self) -> Json:
        """The first time at once; with a snapshot in hand, not before there is a different one."""
        while self._snapshot is not None and (self._snapshot, self._slot) == self._current():
            await self._changed()
        self._snapshot, self._slot = self._current()
        self._next = 0
        return {"acquired": "mempool", "slot": self._slot}

    def _current(self) -> tuple[list[Transaction], int]:
        """The pending transactions, and the slot from which the next block can take them."""
        pending = [included.transaction for included in self._chain.mempool]
        return pending, self._chain.tip.slot + 1

    def _next_transaction(self, params: Mapping[str, Any]) -> Json:
        if read.optional(params, "fields", str) is not None:
            raise InvalidRequest(
                "the devnet tells the ids of pending transactions only, no 'fields'"
            )
        assert self._snapshot is not None
        if self._next == len(self._snapshot):
            return {"transaction": None}
        self._next += 1
        return {"transaction": {"id": self._snapshot[self._next - 1].id.hex()}}

    def _size(self, snapshot: list[Transaction]) -> Json:
        capacity = CAPACITY_IN_BLOCKS * self._chain.parameters.max_block_body_size
        return {
            "maxCapacity": {"bytes": capacity},
            "currentSize": {"bytes": sum(len(transaction.raw) for transaction in snapshot)},
            "transactions": {"count": len(snapshot)},
        }
