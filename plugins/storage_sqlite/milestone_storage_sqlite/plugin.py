"""The entry point: light, for it is imported at every start of the program."""

from __future__ import annotations

from milestone_core.api import NoSettings, Provider, Storage, Surroundings, hookimpl


def open_store(_settings: NoSettings, surroundings: Surroundings) -> Storage:
    """The store in ``milestone.sqlite`` of the data folder; both are made where missing.

    :raises CorruptStore: the file exists and is not ours, or is damaged.
    :raises Misconfigured: the file or its folder cannot be used.
    :raises Busy: other processes have been making the file for more than five seconds.
    """
    from milestone_storage_sqlite.store import SqliteStorage

    return SqliteStorage(surroundings.data_dir / "milestone.sqlite")


@hookimpl
def milestone_storage() -> list[Provider[Storage]]:
    """SQLite, selectable as ``storage = "sqlite"``."""
    return [Provider("sqlite", "one SQLite file", open_store)]
