"""A store to test, and how to open another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from milestone_core.api import Storage
from milestone_core.conformance.plugin import PluginConformance, surroundings
from milestone_core.conformance.workers import Worker


class StorageTests(PluginConformance):
    """The base of all tests of a storage."""

    hook: ClassVar[str] = "milestone_storage"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        """A data folder that does not exist yet."""
        return tmp_path / "project" / "data"

    @pytest.fixture
    def store(self, data_dir: Path) -> Iterator[Storage]:
        """A fresh store in ``data_dir``."""
        store = self.open(data_dir)
        yield store
        store.close()

    def open(self, data_dir: Path) -> Storage:
        """A store of the provider under test over ``data_dir``, with default settings."""
        provider = self.provider()
        store: Storage = provider.create(provider.settings(), surroundings(data_dir))
        return store

    def start(self, task: str, *arguments: object) -> Worker:
        """Another process that works on a store of the same provider; see :mod:`.worker`."""
        return Worker([self.plugin, self.provider().name, task, *map(str, arguments)])
