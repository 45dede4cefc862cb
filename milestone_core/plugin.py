"""A plugin as it was found, what it offers, and why what it offers cannot be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from milestone_core.errors import Misconfigured

LOAD_VARIABLE, BLOCK_VARIABLE = "MILESTONE_LOAD_PLUGINS", "MILESTONE_BLOCK_PLUGINS"


class PluginState(Enum):
    """Whether a plugin takes part: loaded, broken, or switched off by the user."""

    LOADED = "loaded"
    BROKEN = "broken"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that was found: the name of its entry point, and where it comes from.

    ``hooks`` are those it implements; ``error`` is why it is broken.
    """

    name: str
    distribution: str
    version: str
    state: PluginState = PluginState.LOADED
    hooks: tuple[str, ...] = ()
    error: BaseException | None = field(default=None, repr=False)

    @property
    def origin(self) -> str:
        return f"{self.distribution} {self.version}"

    @property
    def cause(self) -> str:
        """Why it is broken, in a line; empty where it is not."""
        return f"{type(self.error).__name__}: {self.error}" if self.error else ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a plugin yielded from a hook: a provider or a command."""

    port: str
    name: str
    value: Any
    plugin: Plugin


def conflict(offers: Sequence[Offer]) -> str:
    """Why a name that several plugins offer cannot be had."""
    who = " and ".join(offer.plugin.origin for offer in offers)
    return f"the {offers[0].port} {offers[0].name!r} is offered by {who}, so it is refused"


def refusal(port: str, name: str, plugin: Plugin) -> Misconfigured:
    """Why what a plugin would offer cannot be had, if it is broken or switched off."""
    details = {
        "port": port,
        "name": name,
        "distribution": plugin.distribution,
        "entry_point": plugin.name,
        "cause": plugin.cause,
    }
    if plugin.state is PluginState.OFF:
        return Misconfigured(
            f"the {port} {name!r} comes with {plugin.origin}, which is switched off",
            hint=f"Let {plugin.name} in: see the variables {LOAD_VARIABLE} and {BLOCK_VARIABLE}.",
            details=details,
        )
    error = Misconfigured(
        f"the {port} {name!r} comes with {plugin.origin}, "
        f"whose plugin {plugin.name!r} is broken: {plugin.cause}",
        hint=f"Reinstall or update {plugin.distribution}; --verbose shows where it fails.",
        details=details,
    )
    error.__cause__ = plugin.error
    return error
