"""Finds plugins, loads each on its own, and picks what they offer by name.

A plugin that cannot be loaded takes nothing down with it: it is recorded with its cause, and only
who asks for what it would have offered is told to stop.
"""

from __future__ import annotations

import importlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pluggy

from milestone_core import __version__, hookspecs, shipped
from milestone_core.errors import Misconfigured
from milestone_core.plugin import (
    BLOCK_VARIABLE,
    LOAD_VARIABLE,
    Offer,
    Plugin,
    PluginState,
    conflict,
    refusal,
)
from milestone_core.providers import Provider
from milestone_core.settings import Setting, settings_of

if TYPE_CHECKING:
    import click

GROUP = "milestone.plugins"
HOOKS = MappingProxyType(
    {
        "chain": "milestone_chain_query",
        "utxo": "milestone_utxo_lookup",
        "contract": "milestone_contract_loader",
        "storage": "milestone_storage",
        "policy": "milestone_release_policy",
        "command": "milestone_commands",
    }
)
"""What can be selected, and the hook that offers it."""

BACKENDS = ("chain", "utxo", "contract", "storage")
"""What the configuration selects; a policy is selected by the schedule."""

_BUILT_IN = {"blueprint": "milestone_core.builtins", "quorum-vesting": "milestone_core.policies"}
_PROVIDER_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_RESERVED_NAMES = ("network", "data_dir", "use")  # of milestone.toml, where a provider has a table


class PluginManager:
    """The plugins of this installation and what they offer.

    :param only: if not empty, entry point or distribution names; no others are loaded.
    :param blocked: entry point or distribution names that are not loaded.
    """

    def __init__(self, only: Collection[str] = (), blocked: Collection[str] = ()) -> None:
        self._only, self._blocked = only, blocked
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._plugins: list[Plugin] = []
        self._offers: dict[tuple[str, str], list[Offer]] = defaultdict(list)

    @classmethod
    def installed(cls, environ: Mapping[str, str] = os.environ) -> PluginManager:
        """Load what is built in and what is installed, as the environment limits it."""
        manager = cls(_names(environ.get(LOAD_VARIABLE)), _names(environ.get(BLOCK_VARIABLE)))
        for name, module in _BUILT_IN.items():
            plugin = Plugin(name, "milestone-core", __version__)
            manager.admit(plugin, partial(importlib.import_module, module))
        for found in sorted(entry_points(group=GROUP), key=_origin):
            plugin = Plugin(found.name, *_origin(found)[:2])
            if manager._is_off(plugin):
                manager._plugins.append(replace(plugin, state=PluginState.OFF))
            else:
                manager.admit(plugin, found.load)
        return manager

    def _is_off(self, plugin: Plugin) -> bool:
        names = {plugin.name, plugin.distribution}
        return bool(names & {*self._blocked}) or bool(self._only and not names & {*self._only})

    def admit(self, plugin: Plugin, load: Callable[[], object]) -> None:
        """Load one plugin and take what it offers; if anything fails, record that it is broken.

        :param load: answers the module or object that carries the hook implementations.
        """
        key = f"{plugin.distribution}:{plugin.name}"
        try:
            implementation = load()
            self._manager.register(implementation, name=key)
            self._manager.check_pending()
            plugin = replace(plugin, hooks=self._hooks_of(implementation))
            offers = list(self._offers_of(implementation, plugin))
        except (Exception, SystemExit) as error:  # noqa: BLE001 a stranger's code may raise anything
            self._manager.unregister(name=key)
            self._plugins.append(replace(plugin, state=PluginState.BROKEN, hooks=(), error=error))
            return
        self._plugins.append(plugin)
        for offer in offers:
            self._offers[offer.port, offer.name].append(offer)

    def _hooks_of(self, implementation: object) -> tuple[str, ...]:
        callers = self._manager.get_hookcallers(implementation) or []
        return tuple(sorted(caller.name for caller in callers))

    def _offers_of(self, implementation: object, plugin: Plugin) -> Iterable[Offer]:
        others = [other for other in self._manager.get_plugins() if other is not implementation]
        for port, hook in HOOKS.items():
            caller = self._manager.subset_hook_caller(hook, remove_plugins=others)
            for offered in caller():
                for value in offered:
                    _check(port, value)
                    yield Offer(port, value.name, value, plugin)

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """Every plugin found, the built-in ones first."""
        return tuple(self._plugins)

    @property
    def broken(self) -> tuple[Plugin, ...]:
        return tuple(p for p in self._plugins if p.state is PluginState.BROKEN)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """A sentence for every name that more than one plugin offers; such a name is refused."""
        return tuple(conflict(offers) for offers in self._offers.values() if len(offers) > 1)

    def names(self, port: str) -> tuple[str, ...]:
        """The names that can be selected for a port, sorted."""
        return tuple(
            sorted(n for (p, n), offers in self._offers.items() if p == port and len(offers) == 1)
        )

    def knows(self, port: str, name: str) -> bool:
        """Whether a name means something here, even if it cannot be had."""
        unloaded = (p.name for p in self._plugins if p.state is not PluginState.LOADED)
        known = (port, name) in self._offers or shipped.distribution_of(port, name) is not None
        return known or name in unloaded

    def provider(self, port: str, name: str) -> Provider[Any]:
        """The provider of that name for ``chain``, ``utxo``, ``contract``, ``storage``, ``policy``.

        :raises Misconfigured: nothing offers it, its plugin is broken or off, or two offer it.
        """
        provider: Provider[Any] = self._select(port, name)
        return provider

    def command(self, name: str) -> click.Command:
        """The command of that name that a plugin adds.

        :raises Misconfigured: as for :meth:`provider`.
        """
        command: click.Command = self._select("command", name)
        return command

    def _select(self, port: str, name: str) -> Any:
        offers = self._offers.get((port, name), [])
        if not offers:
            raise self._unavailable(port, name)
        if len(offers) > 1:
            raise Misconfigured(
                conflict(offers), hint=f"Uninstall one of them, or name it in {BLOCK_VARIABLE}."
            )
        return offers[0].value

    def _unavailable(self, port: str, name: str) -> Misconfigured:
        distribution = shipped.distribution_of(port, name)
        for plugin in self._plugins:
            # A plugin that did not load cannot say what it offers: its entry point is named for it.
            named = plugin.name == name or plugin.distribution == distribution
            if named and plugin.state is not PluginState.LOADED:
                return refusal(port, name, plugin)
        if distribution:
            return Misconfigured(
                f"the {port} {name!r} comes with {distribution}, which is not installed",
                hint=f"pip install {distribution}",
                details={"port": port, "name": name, "distribution": distribution},
            )
        known = self.names(port)
        return Misconfigured(
            f"there is no {port} {name!r}; installed: {', '.join(known) or 'none'}",
            hint="milestone plugins shows what is installed.",
            details={"port": port, "name": name, "installed": list(known)},
        )

    def tables(self) -> dict[str, dict[str, Setting]]:
        """The settings of every backend by its name: the tables of milestone.toml."""
        tables: dict[str, dict[str, Setting]] = defaultdict(dict)
        for (port, name), offers in self._offers.items():
            if port in BACKENDS:
                for offer in offers:
                    tables[name] |= settings_of(offer.value.settings)
        return dict(tables)

    def unloaded_tables(self) -> frozenset[str]:
        """Names of tables that may stand in milestone.toml although nothing here reads them.

        They belong to plugins of ours that are not installed, and to those broken or switched off.
        """
        ours = {name for _, name in shipped.PROVIDERS}
        absent = {p.name for p in self._plugins if p.state is not PluginState.LOADED}
        return frozenset((ours | absent) - self.tables().keys())


def _names(variable: str | None) -> frozenset[str]:
    return frozenset(name.strip() for name in (variable or "").split(",") if name.strip())


def _origin(found: EntryPoint) -> tuple[str, str, str]:
    if found.dist is None:
        return "unknown", "", found.name
    return found.dist.name, found.dist.version, found.name


def _check(port: str, value: object) -> None:
    """Refuse what a hook of this port may not yield, so that its plugin counts as broken."""
    if port == "command":
        import click

        if not isinstance(value, click.Command) or not value.name:
            raise TypeError(f"{HOOKS[port]} yielded {value!r}, which is no named Click command")
    elif isinstance(value, Provider):
        if not _PROVIDER_NAME.fullmatch(value.name) or value.name in _RESERVED_NAMES:
            raise ValueError(f"{HOOKS[port]}: {value.name!r} cannot be the name of a provider")
        settings_of(value.settings)
    else:
        raise TypeError(f"{HOOKS[port]} yielded {value!r}, which is no Provider")
