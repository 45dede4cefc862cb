"""What the project's own plugins provide, so that a missing one can be named.

Nothing is loaded from here: plugins are found by their entry points. This only knows what to
install when something of ours is asked for and is not there.
"""

from __future__ import annotations

PROVIDERS = {
    ("chain", "ogmios"): "milestone-ogmios",
    ("utxo", "kupo"): "milestone-kupo",
    ("storage", "sqlite"): "milestone-storage-sqlite",
    ("storage", "tinydb"): "milestone-storage-tinydb",
}
COMMANDS = {"devnet": "milestone-devnet"}


def distribution_of(port: str, name: str) -> str | None:
    """The distribution of ours that provides ``name``, None where none does."""
    return COMMANDS.get(name) if port == "command" else PROVIDERS.get((port, name))
