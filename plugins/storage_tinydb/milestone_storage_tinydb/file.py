"""The file, as a storage for TinyDB that never leaves half of it behind.

TinyDB's own JSON storage overwrites its file in place: whoever is killed in between leaves a torn
one. Here the new content is written aside, brought to disk and moved over the old one, which POSIX
does at once (https://pubs.opengroup.org/onlinepubs/9699919799/functions/rename.html).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn, cast

from tinydb.storages import Storage

from milestone_core.api import CorruptStore, Misconfigured

FORMAT = "milestone-store"
VERSION = 1

Tables = dict[str, dict[str, Any]]


class DurableFile(Storage):
    """A JSON file ``{"format", "version", "collections": {collection: {key: document}}}``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Tables | None:
        """The collections, None where the file is not there yet.

        :raises CorruptStore: the file is not ours, or is damaged.
        :raises Misconfigured: it cannot be read, or a newer version wrote it.
        """
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unusable(self._path, error) from error
        return _collections(self._path, _parse(self._path, content))

    def write(self, data: Tables) -> None:
        """Replace the content; on disk when this returns, untouched when it raises.

        Only the holder of the write lock may call this: there is one file aside.

        :raises Misconfigured: the disk is full, or may not be written.
        """
        envelope = {"format": FORMAT, "version": VERSION, "collections": data}
        text = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
        aside = self._path.with_name(self._path.name + ".new")
        try:
            _write_through(aside, text.encode())
            if self._path.exists():
                aside.chmod(self._path.stat().st_mode & 0o777)
            aside.replace(self._path)
            _settle_folder(self._path.parent)
        except OSError as error:
            raise unusable(self._path, error) from error


def unusable(path: Path, cause: OSError) -> Misconfigured:
    """The error for a store that the operating system does not let us use."""
    return Misconfigured(
        f"the store {path} cannot be used: {cause}. What it held before is unchanged.",
        hint="check the free space and the permissions of its folder, then run the command again",
        details={"path": str(path), "cause": str(cause)},
    )


def _parse(path: Path, content: bytes) -> object:
    if not content:
        raise CorruptStore(path, "it is empty")
    try:
        return json.loads(content.decode(), parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise CorruptStore(path, str(error)) from error


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"{number} is not an integer")


def _collections(path: Path, envelope: object) -> Tables:
    if not isinstance(envelope, dict) or envelope.get("format") != FORMAT:
        raise CorruptStore(path, "it is a JSON file of another program")
    version = envelope.get("version")
    if isinstance(version, int) and version > VERSION:
        raise Misconfigured(
            f"{path} is of version {version}, and this plugin knows {VERSION}",
            hint="upgrade milestone-storage-tinydb",
            details={"path": str(path), "version": version, "known": VERSION},
        )
    collections = envelope.get("collections")
    if version != VERSION or not _is_store(collections):
        raise CorruptStore(path, "its collections are not as this plugin writes them")
    return cast(Tables, collections)


def _is_store(collections: object) -> bool:
    return isinstance(collections, dict) and all(
        isinstance(documents, dict) and all(isinstance(d, dict) for d in documents.values())
        for documents in collections.values()
    )


def _write_through(path: Path, content: bytes) -> None:
    """Write a new file and bring it to disk; remove it again when that fails."""
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            _settle(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _settle(descriptor: int) -> None:
    os.fsync(descriptor)
    if sys.platform == "darwin":  # fsync alone stops at the drive's cache
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)


def _settle_folder(folder: Path) -> None:
    """Bring the renaming to disk. Windows cannot open folders, and needs no such step."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _settle(descriptor)
    finally:
        os.close(descriptor)
