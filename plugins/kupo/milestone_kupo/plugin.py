"""The entry point: light, for it is imported at every start of the program."""

from __future__ import annotations

from milestone_core.api import Provider, Surroundings, UtxoLookup, hookimpl
from milestone_kupo.settings import KupoSettings


def connect(settings: KupoSettings, surroundings: Surroundings) -> UtxoLookup:
    """A Kupo client; it connects when it is first asked.

    :raises Misconfigured: the URL is not one of an HTTP server, or a limit is not above zero.
    """
    from milestone_kupo.client import KupoClient

    return KupoClient(settings, surroundings)


@hookimpl
def milestone_utxo_lookup() -> list[Provider[UtxoLookup]]:
    """Kupo, selectable as ``utxo = "kupo"``."""
    return [Provider("kupo", "a Kupo index, over HTTP", connect, settings=KupoSettings)]
