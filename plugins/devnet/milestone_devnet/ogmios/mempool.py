"""The mempool's methods. They work on a snapshot, which a connection acquires and releases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from milestone_devnet.chain.chain import Chain
from milestone_devnet.chain.mempool import CAPACITY_IN_BLOCKS
from milestone_devnet.ledger import Transaction
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios.rpc import InvalidRequest, MethodError
from milestone_devnet.ogmios.transaction_json import transaction_json
from milestone_devnet.ogmios.versions import Version

Json = dict[str, Any]


class MempoolSession:
    """One connection's view of the mempool.

    :param changed: waits until mempool or tip have changed.
    """

    def __init__(
        self, chain: Chain, version: Version, changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._chain = chain
        self._version = version
        self._changed = changed
        self._acquired: list[Transaction] | None = None
        self._slot = 0
        self._next = 0

    async def acquire(self) -> Json:
        """The first time at once; with a snapshot in hand, not before there is a different one."""
        while self._acquired is not None and (self._acquired, self._slot) == self._current():
            await self._changed()
        self._acquired, self._slot = self._current()
        self._next = 0
        return {"acquired": "mempool", "slot": self._slot}

    def next_transaction(self, params: Mapping[str, Any]) -> Json:
        """The next of the snapshot: its id, or all of it; null after the last."""
        fields = read.optional(params, "fields", str)
        if fields not in (None, "all"):
            raise InvalidRequest("invalid argument to 'fields': 'all' expected")
        snapshot = self._snapshot()
        if self._next == len(snapshot):
            return {"transaction": None}
        transaction = snapshot[self._next]
        self._next += 1
        if fields is None:
            return {"transaction": {"id": transaction.id.hex()}}
        return {"transaction": transaction_json(transaction, self._version)}

    def has_transaction(self, params: Mapping[str, Any]) -> bool:
        """Whether a transaction is in the snapshot."""
        wanted = read.hex_bytes(read.field(params, "id", str), 32)
        return any(transaction.id == wanted for transaction in self._snapshot())

    def size(self) -> Json:
        """The size of the snapshot, and of what a mempool can hold."""
        snapshot = self._snapshot()
        capacity = CAPACITY_IN_BLOCKS * self._chain.parameters.max_block_body_size
        return {
            "maxCapacity": {"bytes": capacity},
            "currentSize": {"bytes": sum(len(transaction.raw) for transaction in snapshot)},
            "transactions": {"count": len(snapshot)},
        }

    def release(self) -> Json:
        """Let go of the snapshot."""
        self._snapshot()
        self._acquired = None
        return {"released": "mempool"}

    def _snapshot(self) -> list[Transaction]:
        if self._acquired is None:
            raise MethodError(4000, "You must acquire a mempool snapshot prior to accessing it.")
        return self._acquired

    def _current(self) -> tuple[list[Transaction], int]:
        """The pending transactions, and the slot from which the next block can take them."""
        pending = [included.transaction for included in self._chain.mempool]
        return pending, self._chain.tip.slot + 1
