"""What ``/health`` and ``/metrics`` tell about the server and the chain."""

from __future__ import annotations

import time
from typing import Any

from milestone_devnet.chain.chain import Chain
from milestone_devnet.clock import iso_time
from milestone_devnet.network import EPOCH_LENGTH, NETWORK_MAGIC, epoch_of
from milestone_devnet.ogmios.points import tip_json
from milestone_devnet.ogmios.versions import Version

# A tip that is this close to the time counts as in sync, as upstream has it.
_TOLERANCE_SECONDS = 60
_PRECISION = 100_000


class Metrics:
    """Counts of connections and messages, and how long connections lasted."""

    def __init__(self) -> None:
        self.total_connections = self.messages = self.unrouted = 0
        self._opened: dict[int, float] = {}
        self._durations: list[float] = []

    @property
    def active_connections(self) -> int:
        """How many connections are open."""
        return len(self._opened)

    def opened(self) -> int:
        """Count a connection; returns its number for ``closed``."""
        self.total_connections += 1
        self._opened[self.total_connections] = time.monotonic()
        return self.total_connections

    def closed(self, connection: int) -> None:
        """A connection has ended."""
        lasted = 1000 * (time.monotonic() - self._opened.pop(connection))
        low, mean, high = self._durations or (lasted, 0.0, lasted)
        ended = self.total_connections - self.active_connections
        self._durations = [min(low, lasted), mean + (lasted - mean) / ended, max(high, lasted)]

    def as_json(self) -> dict[str, Any]:
        """The member ``metrics`` of ``/health``; durations in ms, the heap is not measured."""
        low, mean, high = self._durations or (0.0, 0.0, 0.0)
        return {
            "totalUnrouted": self.unrouted,
            "totalMessages": self.messages,
            "runtimeStats": {
                "gcCpuTime": 0,
                "cpuTime": time.process_time_ns(),
                "maxHeapSize": 0,
                "currentHeapSize": 0,
            },
            "totalConnections": self.total_connections,
            "sessionDurations": {"max": high, "mean": mean, "min": low},
            "activeConnections": self.active_connections,
        }


def synchronization(chain: Chain) -> float:
    """How far the tip has come on the way from the network's start to now, 1 when it is there."""
    slots = chain.clock.slots
    reached = round((slots.time_of(chain.tip.slot) - slots.zero_time_ms) / 1000)
    elapsed = round((chain.clock.now_ms() - slots.zero_time_ms) / 1000)
    if abs(reached - elapsed) <= _TOLERANCE_SECONDS:
        return 1.0
    return min(1.0, reached * _PRECISION // elapsed / _PRECISION)


def health_json(
    chain: Chain, version: Version, metrics: Metrics, started_ms: int
) -> dict[str, Any]:
    """The answer to ``GET /health``."""
    tip = chain.tip
    return {
        "startTime": iso_time(started_ms),
        "lastKnownTip": tip_json(tip),
        "lastTipUpdate": iso_time(chain.clock.slots.time_of(tip.slot)),
        "networkSynchronization": synchronization(chain),
        "currentEra": "conway",
        "metrics": metrics.as_json(),
        "connectionStatus": "connected",
        "currentEpoch": epoch_of(tip.slot),
        "slotInEpoch": tip.slot % EPOCH_LENGTH,
        "version": version.full,
        "network": f"unknown ({NETWORK_MAGIC})",
    }


def prometheus_text(health: dict[str, Any]) -> str:
    """The answer to ``GET /metrics``, with the names that upstream exposes."""
    metrics, tip = health["metrics"], health["lastKnownTip"]
    runtime, durations = metrics["runtimeStats"], metrics["sessionDurations"]
    gauges = {
        "active_connections": metrics["activeConnections"],
        "connected": 1,
        "current_heap_size": runtime["currentHeapSize"],
        "max_heap_size": runtime["maxHeapSize"],
        "network_synchronization": health["networkSynchronization"],
        "session_duration_max": durations["max"],
        "session_duration_mean": durations["mean"],
        "session_duration_min": durations["min"],
    }
    counters = {
        "cpu_time": runtime["cpuTime"],
        "current_epoch": health["currentEpoch"],
        "gc_cpu_time": runtime["gcCpuTime"],
        "slot_in_epoch": health["slotInEpoch"],
        "tip_block": tip["height"],
        "tip_slot": tip["slot"],
        "total_connections": metrics["totalConnections"],
        "total_messages": metrics["totalMessages"],
        "total_unrouted": metrics["totalUnrouted"],
    }
    lines = [(name, "gauge", str(float(value))) for name, value in gauges.items()]
    lines += [(name, "counter", str(value)) for name, value in counters.items()]
    return "".join(
        f"# TYPE ogmios_{name} {kind}\nogmios_{name} {value}\n\n"
        for name, kind, value in sorted(lines)
    )
