"""What is asked of every plugin: it registers, offers what it says, and loads fast."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path
from typing import Any, ClassVar

import pluggy
import pytest

from milestone_core import hookspecs
from milestone_core.api import Provider, Surroundings

# What takes long to import; ``create`` may import it, loading the plugin may not.
HEAVY = ("aiohttp", "cometa", "marshmallow", "pycardano", "requests", "websockets")


def offered(plugin: str, hook: str) -> list[Provider[Any]]:
    """The providers that the module ``plugin`` yields for ``hook``, through a plugin manager.

    :raises pluggy.PluginValidationError: a hook of the module is misspelt or mistyped.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(importlib.import_module(plugin))
    manager.check_pending()
    return [provider for providers in getattr(manager.hook, hook)() for provider in providers]


def select(plugin: str, hook: str, name: str) -> Provider[Any]:
    """The provider called ``name``; the only one, where ``name`` is empty."""
    providers = offered(plugin, hook)
    matching = [provider for provider in providers if name in ("", provider.name)]
    assert len(matching) == 1, (
        f"{plugin} offers {[provider.name for provider in providers]} for {hook}: "
        "set `provider_name` to the one under test"
    )
    return matching[0]


def surroundings(data_dir: Path) -> Surroundings:
    """Surroundings as a project's, with its data in ``data_dir``."""
    return Surroundings(data_dir=data_dir, network="devnet", user_agent="milestone-conformance")


def environment() -> dict[str, str]:
    """The environment for a Python process that finds the same modules as this one."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


class PluginConformance:
    """The tests of any plugin with a provider; the base of those for one port."""

    plugin: ClassVar[str]
    """The module of the entry point."""

    provider_name: ClassVar[str] = ""
    """Which provider is under test; needed only where the plugin offers several."""

    hook: ClassVar[str]

    def provider(self) -> Provider[Any]:
        return select(self.plugin, self.hook, self.provider_name)

    def test_the_provider_describes_itself(self) -> None:
        provider = self.provider()
        assert provider.name.strip() == provider.name != ""
        assert provider.summary.strip()

    def test_the_settings_are_a_frozen_dataclass_with_a_default_for_every_field(self) -> None:
        defaults = self.provider().settings()
        assert is_dataclass(defaults)
        for field in fields(defaults):
            with pytest.raises(FrozenInstanceError):
                setattr(defaults, field.name, getattr(defaults, field.name))

    def test_loading_the_plugin_imports_nothing_heavy(self) -> None:
        program = f"import sys, {self.plugin}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
        loaded = subprocess.run(
            [sys.executable, "-c", program],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        assert loaded.stdout.split() == []
