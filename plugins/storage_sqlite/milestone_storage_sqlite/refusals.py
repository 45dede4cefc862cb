"""SQLite's errors, told as Milestone's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from milestone_core.api import CorruptStore, MilestoneError, Misconfigured, lock_is_busy

# Primary result codes, https://www.sqlite.org/rescode.html
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
# Our statements are fixed: one that SQLite cannot compile meets a schema that is not ours.
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_UNUSABLE = {
    sqlite3.SQLITE_CANTOPEN: "check that the path exists and may be written",
    sqlite3.SQLITE_FULL: "free space on the disk, then run the command again",
    sqlite3.SQLITE_IOERR: "check the disk and its free space, then run the command again",
    sqlite3.SQLITE_PERM: "check the permissions of the file and of its folder",
    sqlite3.SQLITE_READONLY: "check the permissions of the file and of its folder",
}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what SQLite raises in the block as an error of Milestone about the file ``path``.

    :raises Busy: somebody else holds the file.
    :raises CorruptStore: the file is damaged or foreign.
    :raises Misconfigured: the disk is full or broken, or the permissions do not suffice.
    """
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise  # a misuse of the sqlite3 module: a defect, no condition of the file
    except sqlite3.Error as error:
        refusal = _refusal(error, path)
        if refusal is None:
            raise
        raise refusal from error


def unusable(path: Path, cause: object, hint: str) -> Misconfigured:
    """The error for a store that the operating system does not let us use."""
    return Misconfigured(
        f"the store {path} cannot be used: {cause}. What it held before is unchanged.",
        hint=hint,
        details={"path": str(path), "cause": str(cause)},
    )


def _refusal(error: sqlite3.Error, path: Path) -> MilestoneError | None:
    # The module's own errors about content (text that is not UTF-8) carry no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in _BUSY:
        return lock_is_busy(path)
    if code in _CORRUPT:
        return CorruptStore(path, str(error))
    if code in _UNUSABLE:
        return unusable(path, error, _UNUSABLE[code])
    return None
