"""``queryNetwork/...``: about the chain itself, whatever state has been acquired."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from milestone_devnet.clock import iso_time
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios.context import Context
from milestone_devnet.ogmios.genesis import GENESIS
from milestone_devnet.ogmios.points import point_json
from milestone_devnet.ogmios.rpc import InvalidRequest

Params = Mapping[str, Any]


def _tip(context: Context, params: Params) -> Any:
    read.nothing(params)
    return point_json(context.chain.tip)


def _block_height(context: Context, params: Params) -> int:
    read.nothing(params)
    return context.chain.tip.height


def _start_time(context: Context, params: Params) -> str:
    read.nothing(params)
    return iso_time(context.chain.clock.slots.zero_time_ms)


def _genesis(context: Context, params: Params) -> dict[str, Any]:
    era = read.field(params, "era", str).lower()
    if era not in context.version.eras_with_genesis:
        raise InvalidRequest(f"unknown era {era[:50]!r}")
    return GENESIS[era](context.chain, context.version)


NETWORK_QUERIES: Mapping[str, Callable[[Context, Params], Any]] = {
    "queryNetwork/tip": _tip,
    "queryNetwork/blockHeight": _block_height,
    "queryNetwork/startTime": _start_time,
    "queryNetwork/genesisConfiguration": _genesis,
}
