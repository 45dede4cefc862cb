"""TinyDB, set up for our documents: keys are text, and a transaction is one write."""

from __future__ import annotations

import sys
from pathlib import Path

from tinydb import TinyDB
from tinydb.middlewares import CachingMiddleware
from tinydb.table import Table

from milestone_storage_tinydb.file import DurableFile


class _KeyedTable(Table):
    document_id_class = str  # type: ignore[assignment]  # TinyDB's own type is too narrow


class _OneWrite(CachingMiddleware):
    """Reads the file once and writes it once, when it is flushed."""

    WRITE_CACHE_SIZE = sys.maxsize


class Database(TinyDB):
    """A TinyDB over the file ``path``, whose tables are collections."""

    table_class = _KeyedTable


def to_read(path: Path) -> Database:
    """A database of the file as it is."""
    return Database(path, storage=DurableFile)


def to_write(path: Path) -> Database:
    """A database whose changes stay in memory until its ``storage.flush()``."""
    return Database(path, storage=_OneWrite(DurableFile))  # type: ignore[no-untyped-call]
