"""The control API's faults: ``POST /fault``, and what of it is in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from milestone_core.api import BadInput
from milestone_devnet.control.http import Json, body_of, member, optional
from milestone_devnet.faults.board import SERVERS, FaultBoard
from milestone_devnet.faults.faults import Fault, Kind

CLEAR, STALE, NODE_LOST = "clear", "stale", "node-lost"
KINDS = (*(kind.value for kind in Kind), STALE, NODE_LOST, CLEAR)

_DEFAULT_LAG_SECONDS = 1.0
_MOST_SECONDS = 3600
_MOST = 10**6


async def set_fault(board: FaultBoard, request: web.Request) -> Json:
    """Do what ``{"kind", "server"?, "times"?, "seconds"?, "blocks"?}`` asks for.

    :raises BadInput: an unknown kind or server, or a number out of range.
    """
    body = await body_of(request)
    kind = member(body, "kind", str)
    if kind not in KINDS:
        raise BadInput(f"{kind[:80]!r} is no fault; there are {', '.join(KINDS)}")
    if kind == CLEAR:
        board.clear()
    elif kind == STALE:
        blocks = optional(body, "blocks", int, None)
        _check(blocks, "blocks", _MOST)
        board.fall_behind(blocks)
    elif kind == NODE_LOST:
        await board.lose_node()
    else:
        times = optional(body, "times", int, None)
        _check(times, "times", _MOST)
        board.set(_servers(optional(body, "server", str, None)), _fault(kind, times, body))
    return {"faults": board.described()}


def _fault(kind: str, times: int | None, body: Mapping[str, Any]) -> Fault:
    seconds = optional(body, "seconds", int | float, None)
    if kind != Kind.LAG.value:
        return Fault(Kind(kind), times)
    if seconds is None:
        seconds = _DEFAULT_LAG_SECONDS
    if not 0 < seconds <= _MOST_SECONDS:
        raise BadInput(f"'seconds' is above 0 and at most {_MOST_SECONDS}")
    return Fault(Kind.LAG, times, float(seconds))


def _servers(name: str | None) -> tuple[str, ...]:
    if name is None:
        return SERVERS
    if name not in SERVERS:
        raise BadInput(f"{name[:80]!r} is no server; there are {', '.join(SERVERS)}")
    return (name,)


def _check(number: int | None, name: str, most: int) -> None:
    if number is not None and not 1 <= number <= most:
        raise BadInput(f"{name!r} is between 1 and {most}")
