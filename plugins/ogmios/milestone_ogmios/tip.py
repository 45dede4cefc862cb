"""A tip, as queries and ``/health`` give it."""

from __future__ import annotations

from milestone_core.api import Tip
from milestone_ogmios.fields import Field

_HEADER_BYTES = 32


def read_tip(field: Field) -> Tip:
    """``{slot, id}``, or ``"origin"`` for a chain without a block."""
    if field.value == "origin":
        return Tip(0, b"")
    return Tip(field["slot"].integer(0), field["id"].hex(_HEADER_BYTES))
