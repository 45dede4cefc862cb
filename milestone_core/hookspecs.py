"""The hooks that a plugin may implement, one for each port and one for commands.

A plugin is a module (or object) with functions marked by ``milestone_core.api.hookimpl``, named in
the entry point group ``milestone.plugins`` of its distribution::

    [project.entry-points."milestone.plugins"]
    holdback = "milestone_policy_holdback"
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import click

    from milestone_core.ports import (
        ChainQuery,
        ContractLoader,
        ReleasePolicy,
        Storage,
        UtxoLookup,
    )
    from milestone_core.providers import Provider

PROJECT = "milestone"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def milestone_chain_query() -> Iterable[Provider[ChainQuery]]:  # type: ignore[empty-body]
    """Ways to ask the ledger.

    :return: the providers, each selectable as ``chain``.

    Example::

        @hookimpl
        def milestone_chain_query():
            return [Provider("ogmios", "Ogmios over WebSocket", connect, OgmiosSettings)]
    """


@hookspec
def milestone_utxo_lookup() -> Iterable[Provider[UtxoLookup]]:  # type: ignore[empty-body]
    """Ways to look outputs up.

    :return: the providers, each selectable as ``utxo``.

    Example::

        @hookimpl
        def milestone_utxo_lookup():
            return [Provider("kupo", "Kupo's HTTP API", connect, KupoSettings)]
    """


@hookspec
def milestone_contract_loader() -> Iterable[Provider[ContractLoader]]:  # type: ignore[empty-body]
    """Sources of the compiled contract.

    :return: the providers, each selectable as ``contract``.

    Example::

        @hookimpl
        def milestone_contract_loader():
            return [Provider("blueprint", "a CIP-57 plutus.json", load, BlueprintSettings)]
    """


@hookspec
def milestone_storage() -> Iterable[Provider[Storage]]:  # type: ignore[empty-body]
    """Places to keep documents.

    :return: the providers, each selectable as ``storage``.

    Example::

        @hookimpl
        def milestone_storage():
            return [Provider("sqlite", "one SQLite file", open_store, SqliteSettings)]
    """


@hookspec
def milestone_release_policy() -> Iterable[Provider[ReleasePolicy]]:  # type: ignore[empty-body]
    """Rules of release. A schedule names its policy; its settings come from the schedule too.

    :return: the providers, each selectable by a schedule's ``[policy] name``.

    Example::

        @hookimpl
        def milestone_release_policy():
            return [Provider("holdback", "a tenth stays until all is proven", create, Holdback)]
    """


@hookspec
def milestone_commands() -> Iterable[click.Command]:  # type: ignore[empty-body]
    """Commands to add to ``milestone``.

    :return: Click commands or groups; what they need is imported when they run.

    Example::

        @hookimpl
        def milestone_commands():
            return [devnet]
    """
