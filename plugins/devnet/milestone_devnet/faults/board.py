"""All faults of a devnet: those of its two servers' connections, and a Kupo that falls behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from milestone_devnet.faults.faults import Fault, Faults
from milestone_devnet.kupo.index import Index

SERVERS = ("ogmios", "kupo")


class FaultBoard:
    """Where faults are set and cleared.

    :param lose_node: ends Ogmios's WebSockets as when its node is gone.
    """

    def __init__(self, index: Index, lose_node: Callable[[], Awaitable[None]]) -> None:
        self._index = index
        self._servers: Mapping[str, Faults] = {name: Faults() for name in SERVERS}
        self.lose_node = lose_node

    def of(self, server: str) -> Faults | None:
        """The faults of a server; None for one that never has any."""
        return self._servers.get(server)

    def set(self, servers: tuple[str, ...], fault: Fault | None) -> None:
        """Put a fault in force at servers instead of what was there; None for none."""
        for server in servers:
            self._servers[server].set(fault)

    def fall_behind(self, blocks: int | None) -> None:
        """Let Kupo stay so many blocks behind from now on; None for standing still."""
        self._index.behind = blocks
        self._index.follow()

    def clear(self) -> None:
        """Put an end to all faults."""
        self.set(SERVERS, None)
        self.fall_behind(0)

    def described(self) -> dict[str, Any]:
        """What is in force, as the control API tells it."""
        described: dict[str, Any] = {}
        for server, faults in self._servers.items():
            fault = faults.current
            if fault is not None:
                described[server] = {"kind": fault.kind.value, "times": fault.times}
        if self._index.behind != 0:
            described["stale"] = {"blocks": self._index.behind}
        return described
