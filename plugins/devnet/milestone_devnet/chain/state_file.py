"""The file of a chain: made whole or not at all, and opened only if it is one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from milestone_core.api import BadInput, Busy, CorruptStore
from milestone_devnet.chain.block import Block
from milestone_devnet.chain.database import check, connect, writing
from milestone_devnet.chain.store import Store
from milestone_devnet.ledger import TxIn, TxOut


def create_state_file(
    path: Path, genesis: Block, outputs: Mapping[TxIn, TxOut], slot_length_ms: int
) -> None:
    """Make the file of a new chain.

    :raises FileExistsError: there is a file already; it is left as it is.
    :raises BadInput: no file can be made there.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)
        store = Store(connect(str(draft)))
        store.found(genesis, outputs, slot_length_ms)
        store.close()
        os.link(draft, path)
    except FileExistsError:
        raise
    except (OSError, sqlite3.Error) as error:
        raise BadInput(f"{path} cannot be made: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def open_state_file(path: Path) -> Store:
    """Continue the chain in a file.

    :raises CorruptStore: the file is not a devnet's, or damaged. It is not touched.
    :raises Busy: another devnet runs on it.
    """
    connection = None
    try:
        connection = connect(f"{path.absolute().as_uri()}?mode=rw")
        check(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # The first write takes the lock for as long as the process lives.
        with writing(connection):
            connection.execute("UPDATE meta SET value = value WHERE key = 'format'")
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise _explained(path, error) from error
    return Store(connection)


def _explained(path: Path, error: sqlite3.Error) -> Busy | CorruptStore:
    if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy(
            f"another devnet runs on {path}", hint="stop it, or give this one another --state"
        )
    return CorruptStore(path, str(error))
