"""A store that outlives its file: what is damaged is set aside, and what can be is brought back.

Beside the store, schedules and attestations are kept as plain files, one each: the first say under
which ids to look on chain, the second cannot be had from anywhere else before they are proven. All
else of a store is on chain, or is lost with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from milestone_core.errors import BrokenRecord, CorruptStore, Misconfigured
from milestone_core.files.records import (
    ATTESTATIONS,
    JOURNAL,
    MESSAGES,
    SCHEDULES,
    STATES,
    decode_attestation,
    decode_schedule,
)
from milestone_core.locks import exclusive_lock
from milestone_core.ports import Document, Storage, StorageTransaction

COPIED = {SCHEDULES: decode_schedule, ATTESTATIONS: decode_attestation}
"""What is kept beside the store, and how each is known to be whole."""

_ALL = (SCHEDULES, ATTESTATIONS, JOURNAL, MESSAGES, STATES)
_LOCK = "recovery.lock"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What happened to a store. ``aside`` is where the damaged file lies now, None where it was
    gone; ``restored`` are the keys that were brought back, by collection."""

    cause: CorruptStore | None
    aside: Path | None
    restored: dict[str, tuple[str, ...]]


class LastingStorage:
    """A :class:`~milestone_core.ports.Storage` that replaces another one when that is damaged.

    :param create: opens the store, making it where it is missing.
    :param copies: the folder of the plain files.
    :param set_aside: renames a damaged file and says where it is now.
    :param report: is told of each rebuilding, once the new store can be used.
    """

    def __init__(
        self,
        create: Callable[[], Storage],
        copies: Path,
        set_aside: Callable[[Path], Path],
        report: Callable[[Rebuilt], None],
    ) -> None:
        self._create, self._copies = create, copies
        self._set_aside, self._report = set_aside, report
        self._inner: Storage | None = None

    def open(self) -> None:
        """Open the store; raises as it does, but for damage, which is repaired.

        :raises Misconfigured: the store cannot be used as things are.
        """
        try:
            self._inner = self._create()
            missing = self._bring_back(self._inner)
        except CorruptStore as error:
            self._rebuild(error)
            return
        if missing:
            self._report(Rebuilt(None, None, missing))

    def read(self, collection: str, key: str) -> Document | None:
        try:
            return self._store.read(collection, key)
        except CorruptStore as error:
            self._rebuild(error)
            return self._store.read(collection, key)

    def scan(self, collection: str) -> Sequence[tuple[str, Document]]:
        try:
            return self._store.scan(collection)
        except CorruptStore as error:
            self._rebuild(error)
            return self._store.scan(collection)

    @contextmanager
    def transaction(self) -> Iterator[StorageTransaction]:
        with ExitStack() as held:
            try:
                transaction = held.enter_context(self._store.transaction())
            except CorruptStore as error:
                self._rebuild(error)
                transaction = held.enter_context(self._store.transaction())
            changes = _Changes(transaction)
            yield changes
        for (collection, key), document in changes.made.items():
            self._copy(collection, key, document)

    def location(self) -> str:
        return self._store.location()

    def close(self) -> None:
        if self._inner is not None:
            self._inner.close()

    @property
    def _store(self) -> Storage:
        assert self._inner is not None, "it is opened before it is used"
        return self._inner

    def _rebuild(self, error: CorruptStore) -> None:
        """Put a new store in the place of a damaged one, unless another process just did."""
        self.close()
        with self._alone():
            aside = None
            while (damage := self._damage()) is not None:
                self.close()
                moved = self._set_aside(damage.path)
                if aside is None:
                    error, aside = damage, moved
            restored = self._bring_back(self._store)
        if aside is not None:
            self._report(Rebuilt(error, aside, restored))

    def _damage(self) -> CorruptStore | None:
        """Open the store and read all of it; what is wrong with it."""
        try:
            self._inner = self._create()
            for collection in _ALL:
                self._inner.scan(collection)
        except CorruptStore as error:
            return error
        return None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self._copies.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with exclusive_lock(self._copies.parent / _LOCK):
                yield
        except OSError as error:
            raise Misconfigured(
                f"the damaged store cannot be set aside: {error}",
                hint="Check the permissions of the data folder and the room on its disk.",
            ) from error

    def _bring_back(self, storage: Storage) -> dict[str, tuple[str, ...]]:
        """Write what there are copies of and the store does not have."""
        lacking = {
            collection: {
                key: document
                for key, document in self._copied(collection)
                if storage.read(collection, key) is None and _is_whole(collection, key, document)
            }
            for collection in COPIED
        }
        if any(lacking.values()):
            with storage.transaction() as transaction:
                for collection, documents in lacking.items():
                    for key, document in documents.items():
                        transaction.put(collection, key, document)
        return {name: tuple(documents) for name, documents in lacking.items() if documents}

    def _copied(self, collection: str) -> Iterator[tuple[str, Document]]:
        """The copies that can be read, by key."""
        found: dict[str, Document] = {}
        for path in (self._copies / collection).glob("*.json"):
            with contextlib.suppress(OSError, ValueError):
                match json.loads(path.read_bytes()):
                    case {"key": str(key), "document": dict(document)} if path.name == _name(key):
                        found[key] = document
        yield from sorted(found.items())

    def _copy(self, collection: str, key: str, document: Document | None) -> None:
        """Keep a copy, or remove it; one that cannot be written is not worth failing for."""
        if collection not in COPIED:
            return
        path = self._copies / collection / _name(key)
        with contextlib.suppress(OSError):
            if document is None:
                path.unlink(missing_ok=True)
                return
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".new")
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"key": key, "document": document}, file, ensure_ascii=False)
            os.replace(temporary, path)


def _name(key: str) -> str:
    """The name of a copy's file: keys are longer than names of files may be."""
    return f"{blake2b(key.encode('utf-8', 'replace'), digest_size=16).hexdigest()}.json"


def _is_whole(collection: str, key: str, document: Document) -> bool:
    """Whether a copy is a record of its collection; one that was torn is as good as none."""
    try:
        COPIED[collection](document, key)
    except BrokenRecord:
        return False
    return True


class _Changes:
    """A transaction that remembers what it changed: None is what it deleted."""

    def __init__(self, transaction: StorageTransaction) -> None:
        self._transaction = transaction
        self.made: dict[tuple[str, str], Document | None] = {}

    def read(self, collection: str, key: str) -> Document | None:
        return self._transaction.read(collection, key)

    def put(self, collection: str, key: str, document: Document) -> None:
        self._transaction.put(collection, key, document)
        self.made[collection, key] = document

    def delete(self, collection: str, key: str) -> None:
        self._transaction.delete(collection, key)
        self.made[collection, key] = None
