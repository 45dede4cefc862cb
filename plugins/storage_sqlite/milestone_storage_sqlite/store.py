"""The store: one table of documents, a connection to read and one for each transaction.

In WAL mode readers see the last committed state and never wait for the writer; ``BEGIN
IMMEDIATE`` is the exclusive lock of writers, between processes, openings and threads alike
(https://www.sqlite.org/wal.html).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

from milestone_core.api import (
    CorruptStore,
    Document,
    StorageTransaction,
    check_name,
    plain_document,
)
from milestone_storage_sqlite.file import connect, ensure, open_checked
from milestone_storage_sqlite.refusals import translated


class SqliteStorage:
    """Documents in the SQLite file ``path``; safe to use from several threads.

    :raises CorruptStore: the file exists and is not ours, or is damaged.
    :raises Misconfigured: the file or its folder cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        ensure(path)
        self._reader = open_checked(path)
        # Not every build of SQLite lets threads share a connection (sqlite3.threadsafety).
        self._reading = threading.Lock()

    def read(self, collection: str, key: str) -> Document | None:
        """One document as last committed, None where there is none."""
        with self._reading:
            return _read(self._reader, self._path, collection, key)

    def scan(self, collection: str) -> Sequence[tuple[str, Document]]:
        """All documents of a collection as last committed, by key (in code point order)."""
        check_name("collection", collection)
        with self._reading, translated(self._path):
            rows = self._reader.execute(
                "SELECT key, document FROM documents WHERE collection = ? ORDER BY key",
                (collection,),
            ).fetchall()
        return [(key, _decode(self._path, collection, key, text)) for key, text in rows]

    @contextmanager
    def transaction(self) -> Iterator[StorageTransaction]:
        """Write; committed and on disk when the block ends, undone when it raises.

        :raises Busy: somebody else has been writing for more than five seconds.
        :raises Misconfigured: the disk is full or may not be written; nothing is changed.
        """
        with translated(self._path):
            connection = connect(self._path)
        # Closing a connection undoes what it has not committed.
        with closing(connection):
            with translated(self._path):
                connection.execute("BEGIN IMMEDIATE")
            yield _Transaction(connection, self._path)
            with translated(self._path):
                connection.execute("COMMIT")

    def location(self) -> str:
        """The path of the file."""
        return str(self._path)

    def close(self) -> None:
        """Let go of the file; the last to do so folds the write-ahead log into it."""
        with self._reading:
            self._reader.close()


class _Transaction:
    """The reads and writes of one transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def read(self, collection: str, key: str) -> Document | None:
        return _read(self._connection, self._path, collection, key)

    def put(self, collection: str, key: str, document: Document) -> None:
        check_name("collection", collection)
        check_name("key", key)
        text = json.dumps(plain_document(document), ensure_ascii=False, separators=(",", ":"))
        with translated(self._path):
            self._connection.execute(
                "INSERT OR REPLACE INTO documents (collection, key, document) VALUES (?, ?, ?)",
                (collection, key, text),
            )

    def delete(self, collection: str, key: str) -> None:
        check_name("collection", collection)
        check_name("key", key)
        with translated(self._path):
            self._connection.execute(
                "DELETE FROM documents WHERE collection = ? AND key = ?", (collection, key)
            )


def _read(
    connection: sqlite3.Connection, path: Path, collection: str, key: str
) -> dict[str, object] | None:
    check_name("collection", collection)
    check_name("key", key)
    with translated(path):
        row = connection.execute(
            "SELECT document FROM documents WHERE collection = ? AND key = ?", (collection, key)
        ).fetchone()
    return None if row is None else _decode(path, collection, key, row[0])


def _decode(path: Path, collection: str, key: str, text: Any) -> dict[str, object]:
    try:
        document = json.loads(text, parse_float=_refuse, parse_constant=_refuse)
    except (TypeError, ValueError, RecursionError) as error:
        raise CorruptStore(path, f"document {key!r} of {collection!r}: {error}") from error
    if not isinstance(document, dict):
        raise CorruptStore(path, f"document {key!r} of {collection!r} is no JSON object")
    return document


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"{number} is not an integer")
