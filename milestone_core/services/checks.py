"""Whether the servers are to be believed: the right network, and an index that keeps up."""

from __future__ import annotations

from milestone_core.domain.chain import Tip
from milestone_core.errors import ServiceUnavailable
from milestone_core.networks import NETWORKS, network_name
from milestone_core.services.context import Context

MAX_LAG_SLOTS = 120
"""How far the index may be behind the node before what it shows is too old to build on."""


def watch_hint(*patterns: str) -> str:
    """What to do about an index that does not watch these patterns."""
    matches = " ".join(f"--match '{pattern}'" for pattern in patterns)
    return f"Start Kupo with: {matches} (one that runs is told by PUT /patterns; see docs/infra.md)"


def lag(context: Context, tip: Tip) -> int:
    """How many slots the index is behind the node's ``tip``."""
    return max(0, tip.slot - context.utxo.health().checkpoint)


def require_network(context: Context) -> None:
    """Stop where the node follows another network than the project is for.

    :raises ServiceUnavailable: it does; names both.
    """
    expected, magic = NETWORKS[context.network].magic, context.chain.network_magic()
    if magic != expected:
        raise ServiceUnavailable(
            f"the node follows {network_name(magic)}, this project is for {context.network}",
            hint="Point [ogmios] url at a node of the right network; see: milestone doctor",
            details={"expected_magic": expected, "magic": magic},
        )


def require_fresh(context: Context, tip: Tip) -> None:
    """Stop where the index is too far behind to build on.

    :raises ServiceUnavailable: it is; says how far.
    """
    behind = lag(context, tip)
    if behind > MAX_LAG_SLOTS:
        raise ServiceUnavailable(
            f"the index is {behind} slots behind the node: what it shows is too old to build on",
            hint="Wait until it has caught up; see: milestone doctor",
            details={"lag_slots": behind},
        )
