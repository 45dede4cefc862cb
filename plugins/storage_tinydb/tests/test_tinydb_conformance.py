"""The conformance tests, on TinyDB."""

from __future__ import annotations

import pytest

from milestone_core.conformance import FileStorageConformance, StorageEndurance


class TestTinyDb(FileStorageConformance):
    plugin = "milestone_storage_tinydb.plugin"
    file = "milestone.json"


@pytest.mark.slow
@pytest.mark.timeout(7200)
class TestTinyDbEndurance(StorageEndurance):
    plugin = "milestone_storage_tinydb.plugin"
