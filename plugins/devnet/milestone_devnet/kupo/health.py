"""Kupo's health, as JSON and for Prometheus."""

from __future__ import annotations

from typing import Any

from milestone_devnet.chain.chain import Chain
from milestone_devnet.kupo.index import Index

PROTOCOL_VERSION = "v2.12.0"

# Nearer to the node's tip than this, in slots, the real one calls itself synchronised.
_NEAR = 4_000
# Nearer to the present than this, in seconds, it says 1.
_TOLERANCE = 120


def health_json(chain: Chain, index: Index) -> dict[str, Any]:
    """``Health``."""
    checkpoint = index.checkpoint()
    slots, now_ms = chain.clock.slots, chain.clock.now_ms()
    indexed_ms = slots.zero_time_ms if checkpoint is None else slots.time_of(checkpoint.slot)
    return {
        "connection_status": "connected",
        "most_recent_checkpoint": None if checkpoint is None else checkpoint.slot,
        "most_recent_node_tip": chain.tip.slot,
        "seconds_since_last_block": max(0, (now_ms - indexed_ms) // 1000),
        "network_synchronization": _synchronisation(
            (indexed_ms - slots.zero_time_ms) // 1000, (now_ms - slots.zero_time_ms) // 1000
        ),
        "configuration": {"indexes": "installed"},
        "version": PROTOCOL_VERSION,
    }


def health_status(health: dict[str, Any]) -> int:
    """200, or 202 where the index is far behind the node."""
    checkpoint, tip = health["most_recent_checkpoint"], health["most_recent_node_tip"]
    return 200 if checkpoint is not None and tip - checkpoint < _NEAR else 202


def health_text(health: dict[str, Any]) -> str:
    """``HealthPrometheus``. What is not known is left out."""
    metrics = (
        ("configuration_indexes", "gauge", 1.0),
        ("connection_status", "gauge", 1.0),
        ("most_recent_checkpoint", "counter", health["most_recent_checkpoint"]),
        ("most_recent_node_tip", "counter", health["most_recent_node_tip"]),
        ("network_synchronization", "gauge", health["network_synchronization"]),
        ("seconds_since_last_block", "gauge", float(health["seconds_since_last_block"])),
    )
    return "\n".join(
        f"# TYPE kupo_{name} {kind}\nkupo_{name}  {value}\n"
        for name, kind, value in metrics
        if value is not None
    )


def _synchronisation(indexed: int, now: int) -> float:
    """How much of the time since the system's start is indexed, to five places."""
    if now - indexed <= _TOLERANCE:
        return 1.0
    return 100_000 * indexed // now / 100_000
