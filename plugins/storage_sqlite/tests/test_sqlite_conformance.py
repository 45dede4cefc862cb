"""The conformance tests, on SQLite."""

from __future__ import annotations

import pytest

from milestone_core.conformance import FileStorageConformance, StorageEndurance


class TestSqlite(FileStorageConformance):
    plugin = "milestone_storage_sqlite.plugin"
    file = "milestone.sqlite"


@pytest.mark.slow
@pytest.mark.timeout(7200)
class TestSqliteEndurance(StorageEndurance):
    plugin = "milestone_storage_sqlite.plugin"
