"""Whether the index keeps up with the node."""

from __future__ import annotations

from milestone_core.domain.chain import Tip
from milestone_core.services.context import Context

MAX_LAG_SLOTS = 120
"""How far the index may be behind the node before what it shows is too old to build on."""


def lag(context: Context, tip: Tip) -> int:
    """How many slots the index is behind the node's ``tip``."""
    return max(0, tip.slot - context.utxo.health().checkpoint)
