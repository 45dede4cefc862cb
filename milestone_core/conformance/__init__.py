"""Tests that a plugin author gets for two lines: subclass, and name the plugin's module.

::

    class TestHoldback(ReleasePolicyConformance):
        plugin = "milestone_policy_holdback"

    class TestPostgres(StorageConformance):
        plugin = "milestone_storage_postgres.plugin"

Needs pytest and hypothesis: ``pip install 'milestone-core[conformance]'``.
"""

from __future__ import annotations

import pytest

# Before they are imported, so that their assertions tell what they compared.
pytest.register_assert_rewrite(
    "milestone_core.conformance.file_storage",
    "milestone_core.conformance.plugin",
    "milestone_core.conformance.release_policy",
    "milestone_core.conformance.storage",
    "milestone_core.conformance.storage_processes",
)

from milestone_core.conformance.file_storage import FileStorageConformance  # noqa: E402
from milestone_core.conformance.release_policy import ReleasePolicyConformance  # noqa: E402
from milestone_core.conformance.storage import StorageConformance  # noqa: E402
from milestone_core.conformance.storage_processes import StorageEndurance  # noqa: E402

__all__ = [
    "FileStorageConformance",
    "ReleasePolicyConformance",
    "StorageConformance",
    "StorageEndurance",
]
