"""The patterns that Kupo watches, kept beside the chain as Kupo keeps them in its database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from milestone_core.api import BadInput
from milestone_devnet.chain.database import writing
from milestone_devnet.kupo.patterns import Pattern, parse

_EVERYTHING = "*"


def watched(connection: sqlite3.Connection, configured: Sequence[Pattern]) -> list[Pattern]:
    """The patterns to begin with: those that are kept; before there are any, those configured.

    :raises BadInput: others are configured than are kept, which a real Kupo refuses too.
    """
    rows = connection.execute("SELECT pattern FROM watched ORDER BY position")
    kept = [parse(text) for (text,) in rows]
    if kept and configured and set(kept) != set(configured):
        listed = " ".join(f"--match '{pattern}'" for pattern in kept)
        raise BadInput(
            f"this chain's Kupo watches other patterns: {listed}",
            hint="leave --match out, and change patterns by PUT and DELETE /patterns",
        )
    if kept:
        return kept
    first = list(configured) or [parse(_EVERYTHING)]
    keep(connection, first)
    return first


def keep(connection: sqlite3.Connection, patterns: Iterable[Pattern]) -> None:
    """Write down the patterns that are watched now."""
    with writing(connection):
        connection.execute("DELETE FROM watched")
        connection.executemany(
            "INSERT INTO watched VALUES (?, ?)",
            [(position, str(pattern)) for position, pattern in enumerate(patterns)],
        )
