"""The configuration as the rest of the program sees it, each value with where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from milestone_core.errors import Misconfigured
from milestone_core.networks import NETWORKS, Network
from milestone_core.providers import Provider
from milestone_core.settings import settings_of

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Entry:
    """One value: its dotted key as in milestone.toml, and for people where it came from."""

    key: str
    value: object
    source: str


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that was configured, validated; ``entries`` is keyed by the dotted key.

    ``project_file`` is the milestone.toml in force, None where none was found.
    """

    entries: Mapping[str, Entry]
    project_file: Path | None

    @property
    def network(self) -> Network:
        return NETWORKS[cast("str", self.entries["network"].value)]

    @property
    def data_dir(self) -> Path:
        """The folder of the project's data; it may not exist yet."""
        return cast("Path", self.entries["data_dir"].value)

    def use(self, port: str) -> str:
        """The name of the provider chosen for ``chain``, ``utxo``, ``contract`` or ``storage``."""
        return cast("str", self.entries[f"use.{port}"].value)

    def settings(self, provider: Provider[Any]) -> Any:
        """The settings object of a provider.

        :raises Misconfigured: the provider itself refuses a value.
        """
        keys = {name: f"{provider.name}.{name}" for name in settings_of(provider.settings)}
        chosen = {
            name: self.entries[key].value
            for name, key in keys.items()
            if self.entries[key].source != DEFAULT
        }
        try:
            return provider.settings(**chosen)
        except ValueError as error:
            sources = sorted({self.entries[keys[name]].source for name in chosen})
            raise Misconfigured(
                f"[{provider.name}]: {error}", hint=f"Set in: {', '.join(sources)}"
            ) from error
