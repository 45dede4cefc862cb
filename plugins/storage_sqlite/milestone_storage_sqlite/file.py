"""The file: made complete or not at all, opened, and recognised as ours."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from milestone_core.api import LOCK_WAIT_SECONDS, CorruptStore, Misconfigured, exclusive_lock
from milestone_storage_sqlite.refusals import translated, unusable

# "MLST", in the header's field for it: https://www.sqlite.org/fileformat2.html#application_id
APPLICATION_ID = 0x4D4C5354
VERSION = 1
_SCHEMA = f"""
BEGIN;
CREATE TABLE documents (
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (collection, key)
);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
COMMIT;
"""


def ensure(path: Path) -> None:
    """Make the store and its folder where they are missing.

    :raises CorruptStore: the file is gone but its write-ahead log is there.
    :raises Misconfigured: the folder cannot be made or written.
    :raises Busy: other processes have been making the file for more than five seconds.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            with exclusive_lock(path.with_name(path.name + ".lock")):
                if not path.exists():
                    _create(path)
    except OSError as error:
        raise unusable(path, error, "check the folder and its permissions") from error


def _create(path: Path) -> None:
    """Build the file aside and move it into place, so that nobody ever opens half of one."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        # SQLite would replay this log of another file over the new one.
        raise CorruptStore(log, f"it is a write-ahead log, and its database {path.name} is missing")
    aside = path.with_name(path.name + ".new")
    for leftover in path.parent.glob(aside.name + "*"):
        leftover.unlink()
    with translated(path), closing(connect(aside, mode="rwc")) as connection:
        connection.executescript(_SCHEMA)
        # Last, so that nothing but the file itself holds what has been written.
        connection.execute("PRAGMA journal_mode = WAL")
    aside.replace(path)
    if os.name != "nt":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    """A connection that waits for others and commits durably.

    :raises sqlite3.Error: see :func:`milestone_storage_sqlite.refusals.translated`.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=LOCK_WAIT_SECONDS,
        isolation_level=None,  # transactions begin where we say
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone stops at the drive
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def open_checked(path: Path) -> sqlite3.Connection:
    """A connection to a file that is ours, whole, and of a version that we know.

    :raises CorruptStore: the file is damaged or foreign; it is left as it is.
    :raises Misconfigured: a newer version wrote it, or it cannot be opened.
    """
    # Never look into the file by hand: closing it would drop SQLite's locks of this process
    # (https://www.sqlite.org/howtocorrupt.html, 2.2). SQLite would take an empty file for a new
    # one, and delete the log beside it.
    if path.is_file() and path.stat().st_size == 0:
        raise CorruptStore(path, "it is empty")
    with translated(path):
        # Read-only, for the last writer to close a file folds the write-ahead log into it.
        with closing(connect(path, mode="ro")) as connection:
            _recognise(connection, path)
        return connect(path)


def _recognise(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise CorruptStore(path, "it is an SQLite file of another program")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise Misconfigured(
            f"{path} is of version {version}, and this plugin knows {VERSION}",
            hint="upgrade milestone-storage-sqlite",
            details={"path": str(path), "version": version, "known": VERSION},
        )
    connection.execute("SELECT collection, key, document FROM documents LIMIT 0")
    (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if finding != "ok":
        raise CorruptStore(path, str(finding))
