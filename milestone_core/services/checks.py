"""Whether the servers are to be believed: the right network, and an index that keeps up."""

from __future__ import annotations

from fractions import Fraction

from milestone_core.domain.chain import ChainHealth, Tip
from milestone_core.errors import ServiceUnavailable
from milestone_core.networks import NETWORKS, network_name
from milestone_core.services.context import Context

_SYNCHRONISED = Fraction(999, 1000)
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


def far_behind(health: ChainHealth) -> bool:
    """Whether a node still has more than a thousandth of the chain to read."""
    done = health.synchronisation
    return done is not None and done < _SYNCHRONISED


def _require_synchronised(context: Context) -> None:
    health = context.chain.health()
    if not health.connected:
        raise ServiceUnavailable(
            "Ogmios is not connected to a node",
            hint="Start cardano-node, and give Ogmios the path of its socket.",
        )
    if far_behind(health):
        assert health.synchronisation is not None, "it is a part of the whole"
        raise ServiceUnavailable(
            f"the node is {float(100 * health.synchronisation):.2f} % synchronised: what it shows "
            "is too old to build on",
            hint="Wait until it has caught up; see: milestone doctor",
            details={"synchronisation": str(health.synchronisation)},
        )


def require_fresh(context: Context, tip: Tip) -> None:
    """Stop where the node, or the index behind it, is too far behind to build on.

    :raises ServiceUnavailable: it is; says how far.
    """
    _require_synchronised(context)
    behind = lag(context, tip)
    if behind > MAX_LAG_SLOTS:
        raise ServiceUnavailable(
            f"the index is {behind} slots behind the node: what it shows is too old to build on",
            hint="Wait until it has caught up; see: milestone doctor",
            details={"lag_slots": behind},
        )
