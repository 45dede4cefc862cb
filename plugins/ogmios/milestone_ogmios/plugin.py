"""The entry point: light, for it is imported at every start of the program."""

from __future__ import annotations

from milestone_core.api import ChainQuery, Provider, Surroundings, hookimpl
from milestone_ogmios.settings import OgmiosSettings


def connect(settings: OgmiosSettings, surroundings: Surroundings) -> ChainQuery:
    """An Ogmios client; it connects when it is first asked.

    :raises Misconfigured: the URL is not one of a WebSocket, or a limit is not above zero.
    """
    from milestone_ogmios.client import OgmiosClient

    return OgmiosClient(settings, surroundings)


@hookimpl
def milestone_chain_query() -> list[Provider[ChainQuery]]:
    """Ogmios, selectable as ``chain = "ogmios"``."""
    return [Provider("ogmios", "a node's Ogmios, over WebSocket", connect, settings=OgmiosSettings)]
