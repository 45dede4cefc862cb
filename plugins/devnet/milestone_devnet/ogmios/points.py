"""Points and tips in Ogmios's JSON. ``None`` is the origin, before the first block."""

from __future__ import annotations

from typing import Any

from milestone_devnet.chain.block import Block
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios.history import Point
from milestone_devnet.ogmios.rpc import InvalidRequest

ORIGIN = "origin"


def point_json(block: Block | Point | None) -> Any:
    """``PointOrOrigin``."""
    return ORIGIN if block is None else {"slot": block.slot, "id": block.hash.hex()}


def tip_json(block: Block) -> dict[str, Any]:
    """``Tip``: a point with the block's height."""
    return {"slot": block.slot, "id": block.hash.hex(), "height": block.height}


def read_point(value: object) -> Point | None:
    """A point or the origin.

    :raises InvalidRequest: it is neither.
    """
    if value == ORIGIN:
        return None
    if not isinstance(value, dict):
        raise InvalidRequest("a point is an object with 'slot' and 'id', or \"origin\"")
    slot = read.field(value, "slot", int)
    if not 0 <= slot < 2**63:
        raise InvalidRequest("a slot is between 0 and 2^63 - 1")
    return Point(slot, read.hex_bytes(read.field(value, "id", str), 32))
