"""The entry point: light, for it is imported at every start of the program."""

from __future__ import annotations

from milestone_core.api import NoSettings, Provider, Storage, Surroundings, hookimpl


def open_store(_settings: NoSettings, surroundings: Surroundings) -> Storage:
    """The store in ``milestone.json`` of the data folder, which is made where missing.

    :raises CorruptStore: the file exists and is not ours, or is damaged.
    :raises Misconfigured: the file or its folder cannot be used.
    """
    from milestone_storage_tinydb.store import TinyStorage

    return TinyStorage(surroundings.data_dir / "milestone.json")


@hookimpl
def milestone_storage() -> list[Provider[Storage]]:
    """TinyDB, selectable as ``storage = "tinydb"``."""
    return [Provider("tinydb", "one readable JSON file, by TinyDB", open_store)]
