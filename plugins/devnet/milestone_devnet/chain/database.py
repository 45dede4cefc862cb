"""The database under a chain: what makes it a devnet's, and how it is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

APPLICATION_ID = 0x4D494C44  # "MILD", in the header of the file
FORMAT = "3"


def check(connection: sqlite3.Connection, schema: str = "main") -> None:
    """Check that a database is a devnet's of this version, and whole.

    :raises sqlite3.DatabaseError: it is not.
    """
    (application,) = connection.execute(f"PRAGMA {schema}.application_id").fetchone()
    if application != APPLICATION_ID:
        raise sqlite3.DatabaseError("it is not the state file of a devnet")
    row = connection.execute(f"SELECT value FROM {schema}.meta WHERE key = 'format'").fetchone()
    if row != (FORMAT,):
        raise sqlite3.DatabaseError("it was written by another version of the devnet")
    (verdict,) = connection.execute(f"PRAGMA {schema}.quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(str(verdict))


def connect(name: str) -> sqlite3.Connection:
    """A connection, to a path or URI, that keeps its lock for as long as it is open."""
    connection = sqlite3.connect(name, uri=True, isolation_level=None, timeout=0.2)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all or nothing; durable when the block ends."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back itself after some failures, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
