"""Kupo's health, as JSON and for Prometheus. The index is the chain's own, so never behind."""

from __future__ import annotations

from typing import Any

from milestone_devnet.chain.chain import Chain

PROTOCOL_VERSION = "v2.12.0"


def health_json(chain: Chain) -> dict[str, Any]:
    """``Health``."""
    since_block_ms = chain.clock.now_ms() - chain.clock.slots.time_of(chain.tip.slot)
    return {
        "connection_status": "connected",
        "most_recent_checkpoint": chain.tip.slot,
        "most_recent_node_tip": chain.tip.slot,
        "seconds_since_last_block": max(0, since_block_ms // 1000),
        "network_synchronization": 1.0,
        "configuration": {"indexes": "installed"},
        "version": PROTOCOL_VERSION,
    }


def health_text(health: dict[str, Any]) -> str:
    """``HealthPrometheus``."""
    metrics = (
        ("configuration_indexes", "gauge", "1.0"),
        ("connection_status", "gauge", "1.0"),
        ("most_recent_checkpoint", "counter", health["most_recent_checkpoint"]),
        ("most_recent_node_tip", "counter", health["most_recent_node_tip"]),
        ("network_synchronization", "gauge", health["network_synchronization"]),
        ("seconds_since_last_block", "gauge", float(health["seconds_since_last_block"])),
    )
    return "\n".join(
        f"# TYPE kupo_{name} {kind}\nkupo_{name}  {value}\n" for name, kind, value in metrics
    )
