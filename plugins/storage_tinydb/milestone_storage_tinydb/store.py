"""The store: TinyDB over a durable file, with one writer at a time.

Readers take no lock, for the file is replaced and never changed. A transaction reads the file
again once it holds the lock, so it never works on what another process has since replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from pathlib import Path

import tinydb.table

from milestone_core.api import (
    Document,
    StorageTransaction,
    check_name,
    exclusive_lock,
    plain_document,
)
from milestone_storage_tinydb.database import Database, to_read, to_write
from milestone_storage_tinydb.file import unusable


class TinyStorage:
    """Documents in the JSON file ``path``; safe to use from several threads.

    :raises CorruptStore: the file exists and is not ours, or is damaged.
    :raises Misconfigured: the file or its folder cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise unusable(path, error) from error
        to_read(path).tables()  # to meet a corrupt file now

    def read(self, collection: str, key: str) -> Document | None:
        """One document as last committed, None where there is none."""
        return _read(to_read(self._path), collection, key)

    def scan(self, collection: str) -> Sequence[tuple[str, Document]]:
        """All documents of a collection as last committed, by key (in code point order)."""
        check_name("collection", collection)
        documents = to_read(self._path).table(collection).all()
        return sorted((str(document.doc_id), dict(document)) for document in documents)

    @contextmanager
    def transaction(self) -> Iterator[StorageTransaction]:
        """Write; committed and on disk when the block ends, undone when it raises.

        :raises Busy: somebody else has been writing for more than five seconds.
        :raises Misconfigured: the disk is full or may not be written; nothing is changed.
        """
        with ExitStack() as held:
            try:
                held.enter_context(exclusive_lock(self._path.with_name(self._path.name + ".lock")))
            except OSError as error:
                raise unusable(self._path, error) from error
            database = to_write(self._path)
            transaction = _Transaction(database)
            try:
                yield transaction
            finally:
                transaction.end()
            database.storage.flush()  # type: ignore[attr-defined]  # the middleware's

    def location(self) -> str:
        """The path of the file."""
        return str(self._path)

    def close(self) -> None:
        """Nothing is held between calls."""


class _Transaction:
    """The reads and writes of one transaction, in memory until it ends."""

    def __init__(self, database: Database) -> None:
        self._database: Database | None = database

    def read(self, collection: str, key: str) -> Document | None:
        return deepcopy(_read(self._open(), collection, key))

    def put(self, collection: str, key: str, document: Document) -> None:
        keyed = tinydb.table.Document(plain_document(document), doc_id=key)  # type: ignore[arg-type]
        self.delete(collection, key)
        self._open().table(collection).insert(keyed)

    def delete(self, collection: str, key: str) -> None:
        check_name("collection", collection)
        check_name("key", key)
        table = self._open().table(collection)
        if table.contains(doc_id=key):  # type: ignore[arg-type]
            table.remove(doc_ids=[key])  # type: ignore[list-item]

    def end(self) -> None:
        self._database = None

    def _open(self) -> Database:
        if self._database is None:
            raise RuntimeError("the transaction has ended")
        return self._database


def _read(database: Database, collection: str, key: str) -> dict[str, object] | None:
    check_name("collection", collection)
    check_name("key", key)
    document = database.table(collection).get(doc_id=key)  # type: ignore[call-overload]
    return None if document is None else dict(document)
