"""Chain-sync: a client follows the chain block by block, and is told when it was rolled back."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from milestone_devnet.chain.block import Block
from milestone_devnet.chain.chain import Chain
from milestone_devnet.network import SECURITY_PARAMETER
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios.block_json import block_json
from milestone_devnet.ogmios.history import History
from milestone_devnet.ogmios.points import point_json, read_point, tip_json
from milestone_devnet.ogmios.rpc import MethodError
from milestone_devnet.ogmios.versions import Version

Json = dict[str, Any]

_BEFORE_THE_FIRST = -1


class ChainSyncSession:
    """One connection's place on the chain. It begins at the origin.

    The blocks that lie behind are remembered, as many as a network may roll back, so that after a
    rollback the newest one that is still on the chain can be found.

    :param changed: waits until mempool or tip have changed.
    """

    def __init__(
        self, chain: Chain, version: Version, changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._chain = chain
        self._version = version
        self._changed = changed
        self._behind: deque[Block] = deque(maxlen=SECURITY_PARAMETER)
        # What comes first after an intersection, and on a new connection, is a roll-back to it.
        self._must_roll_back = True

    def find_intersection(self, params: Mapping[str, Any]) -> Json:
        """Go to the first of the given points that is on the chain.

        :raises MethodError: none of them is (1000); the place stays as it was.
        """
        points = [read_point(value) for value in read.field(params, "points", list)]
        history, tip = self._history, tip_json(self._chain.tip)
        for point in points:
            block = history.block_at(point) if point else None
            if point is None or block is not None:
                self._go_to(block)
                return {"intersection": point_json(block), "tip": tip}
        raise MethodError(1000, "No intersection found.", {"tip": tip})

    async def next_block(self) -> Json:
        """The next step: forward by a block, or backward. At the tip it waits."""
        while (step := self._step()) is None:
            await self._changed()
        return step

    @property
    def _history(self) -> History:
        return History(self._chain.store.connection)

    def _go_to(self, block: Block | None) -> None:
        behind = self._history.blocks_up_to(block.height, SECURITY_PARAMETER) if block else ()
        self._behind.clear()
        self._behind.extend(behind)
        self._must_roll_back = True

    def _step(self) -> Json | None:
        history = self._history
        while self._behind and history.block(self._behind[-1].height) != self._behind[-1]:
            self._behind.pop()
            self._must_roll_back = True
        here = self._behind[-1] if self._behind else None
        tip = tip_json(self._chain.tip)
        if self._must_roll_back:
            self._must_roll_back = False
            return {"direction": "backward", "point": point_json(here), "tip": tip}
        block = history.block((here.height if here else _BEFORE_THE_FIRST) + 1)
        if block is None:
            return None
        self._behind.append(block)
        transactions = history.transactions(block.height)
        told = block_json(block, transactions, self._chain.parameters, self._version)
        return {"direction": "forward", "block": told, "tip": tip}
