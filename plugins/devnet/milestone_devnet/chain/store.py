"""The chain in SQLite: in memory, or in a file where an acknowledged block survives any crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from milestone_core.api import CorruptStore, ServiceUnavailable
from milestone_devnet.chain.block import Block
from milestone_devnet.chain.database import APPLICATION_ID, FORMAT, check, connect, writing
from milestone_devnet.chain.registry import read_registered, write_changes
from milestone_devnet.ledger import (
    DeserialisationFailure,
    Effect,
    LedgerState,
    Purpose,
    Transaction,
    TxIn,
    TxOut,
    decode_output,
)
from milestone_devnet.ledger.auxiliary_data import labels_of
from milestone_devnet.ledger.model import Pointer, blake2b_256

# Every table, those that refer to others last.
_TABLES = (
    "meta",
    "blocks",
    "transactions",
    "labels",
    "outputs",
    "assets",
    "account_changes",
    "representative_changes",
    "datums",
    "scripts",
)

# Those whose rows go with the block, those that refer to others first.
_OF_A_BLOCK = ("transactions", "account_changes", "representative_changes", "blocks")


@dataclass(frozen=True, slots=True)
class Included:
    """A transaction in a block, with what it does."""

    transaction: Transaction
    effect: Effect


class Store:
    """One chain's blocks and outputs. ``connection`` is for reading; writing is done here."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @classmethod
    def in_memory(cls, genesis: Block, outputs: Mapping[TxIn, TxOut], slot_length_ms: int) -> Store:
        """A chain that is forgotten when the process ends."""
        store = cls(connect(":memory:"))
        store.found(genesis, outputs, slot_length_ms)
        return store

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def tip(self) -> Block:
        """The newest block."""
        row = self.connection.execute(
            "SELECT height, slot, hash, parent FROM blocks ORDER BY height DESC LIMIT 1"
        ).fetchone()
        return Block(*row)

    def clock_offset_ms(self) -> int:
        """How far the clock was ahead of the machine's when the newest block was made."""
        return self._number("clock_offset_ms")

    def slot_length_ms(self) -> int:
        """How long this chain's slots are."""
        return self._number("slot_length_ms")

    def height_of(self, transaction_id: bytes) -> int | None:
        """The height of the block that holds a transaction, None where no block does."""
        row = self.connection.execute(
            "SELECT height FROM transactions WHERE id = ?", (transaction_id,)
        ).fetchone()
        return row[0] if row else None

    def state(self) -> LedgerState:
        """The ledger's state after the newest block."""
        state = LedgerState()
        for transaction_id, index, raw in self.connection.execute(
            "SELECT transaction_id, output_index, raw FROM outputs WHERE spent_height IS NULL"
        ):
            state.utxo[TxIn(transaction_id, index)] = decode_output(raw)
        read_registered(self.connection, state)
        return state

    def append(self, block: Block, included: Sequence[Included], offset_ms: int) -> None:
        """Write a block; it is durable when this returns.

        :raises ServiceUnavailable: the disk is full or fails; the block was not written.
        """
        with self._durably():
            self._insert_block(block)
            for position, item in enumerate(included):
                self._insert(block, position, item)
            self._set("clock_offset_ms", str(offset_ms))

    def transactions_above(self, height: int) -> list[bytes]:
        """The transactions of all blocks above ``height``, in the chain's order."""
        rows = self.connection.execute(
            "SELECT cbor FROM transactions WHERE height > ? ORDER BY height, position", (height,)
        )
        return [cbor for (cbor,) in rows]

    def truncate(self, height: int) -> None:
        """Cut off every block above ``height`` and undo what it did.

        :raises ServiceUnavailable: the disk is full or fails; nothing has changed.
        """
        with self._durably():
            execute = self.connection.execute
            execute("DELETE FROM outputs WHERE height > ?", (height,))
            execute(
                "UPDATE outputs SET spent_height = NULL, spent_by = NULL, spent_input = NULL,"
                " spent_redeemer = NULL WHERE spent_height > ?",
                (height,),
            )
            for table in _OF_A_BLOCK:
                execute(f"DELETE FROM {table} WHERE height > ?", (height,))

    def found(self, genesis: Block, outputs: Mapping[TxIn, TxOut], slot_length_ms: int) -> None:
        """Begin a chain in an empty database."""
        schema = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
        self.connection.executescript(schema)
        self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        with writing(self.connection):
            self._begin(genesis, outputs, slot_length_ms)

    def begin_again(self, genesis: Block, outputs: Mapping[TxIn, TxOut]) -> None:
        """Forget everything and begin another chain, with slots of the same length.

        :raises ServiceUnavailable: the disk is full or fails; nothing has changed.
        """
        slot_length_ms = self.slot_length_ms()
        with self._durably():
            self._clear()
            self._begin(genesis, outputs, slot_length_ms)

    def save_copy(self, path: Path) -> None:
        """Write the chain into a file that is not there yet.

        :raises ServiceUnavailable: the disk is full or fails.
        """
        try:
            self.connection.execute("VACUUM INTO ?", (str(path),))
        except sqlite3.Error as error:
            raise ServiceUnavailable(f"no snapshot could be written: {error}") from error

    def adopt(self, path: Path) -> None:
        """Forget everything and become the chain in a file, which is only read.

        :raises CorruptStore: the file is not a devnet's, or damaged; nothing has changed.
        """
        try:
            self.connection.execute(
                "ATTACH ? AS snapshot", (f"{path.absolute().as_uri()}?mode=ro",)
            )
            try:
                check(self.connection, "snapshot")
                with writing(self.connection):
                    self._clear()
                    for table in _TABLES:
                        self.connection.execute(
                            f"INSERT INTO main.{table} SELECT * FROM snapshot.{table}"
                        )
                    self._prove()
            finally:
                self.connection.execute("DETACH snapshot")
        except (sqlite3.Error, DeserialisationFailure, TypeError, ValueError) as error:
            raise CorruptStore(path, str(error)) from error

    @contextmanager
    def _durably(self) -> Iterator[None]:
        try:
            with writing(self.connection):
                yield
        except sqlite3.Error as error:
            raise ServiceUnavailable(f"the chain could not be written: {error}") from error

    def _prove(self) -> None:
        """Read everything that a chain is opened with; raises if it makes no sense."""
        self.tip()
        self.state()
        self.clock_offset_ms()
        if self.slot_length_ms() <= 0:
            raise ValueError("slots have no length")

    def _clear(self) -> None:
        for table in reversed(_TABLES):
            self.connection.execute(f"DELETE FROM main.{table}")

    def _begin(self, genesis: Block, outputs: Mapping[TxIn, TxOut], slot_length_ms: int) -> None:
        self._set("format", FORMAT)
        self._set("clock_offset_ms", "0")
        self._set("slot_length_ms", str(slot_length_ms))
        self._insert_block(genesis)
        self._insert_outputs(genesis, 0, outputs)

    def _number(self, key: str) -> int:
        (value,) = self.connection.execute(
            "SELECT value FROM meta WHERE key = ?", (key,)
        ).fetchone()
        return int(value)

    def _set(self, key: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _insert_block(self, block: Block) -> None:
        self.connection.execute(
            "INSERT INTO blocks VALUES (?, ?, ?, ?)",
            (block.height, block.slot, block.hash, block.parent),
        )

    def _insert(self, block: Block, position: int, included: Included) -> None:
        transaction, effect = included.transaction, included.effect
        self.connection.execute(
            "INSERT INTO transactions VALUES (?, ?, ?, ?)",
            (transaction.id, block.height, position, transaction.raw),
        )
        self.connection.executemany(
            "INSERT INTO labels VALUES (?, ?)",
            [(label.to_bytes(8, "big"), transaction.id) for label in labels_of(transaction)],
        )
        self._spend(block, transaction, effect)
        self._insert_outputs(block, position, effect.produced)
        self._insert_known(transaction)
        write_changes(self.connection, block, position, effect)

    def _spend(self, block: Block, transaction: Transaction, effect: Effect) -> None:
        redeemers = transaction.witnesses.redeemers if effect.valid else {}
        spent = []
        for index, reference in enumerate(sorted(effect.spent)):
            redeemer = redeemers.get(Pointer(Purpose.SPEND, index))
            data = redeemer.data if redeemer else None
            spent.append((block.height, transaction.id, index, data, *reference))
        self.connection.executemany(
            "UPDATE outputs SET spent_height = ?, spent_by = ?, spent_input = ?,"
            " spent_redeemer = ? WHERE transaction_id = ? AND output_index = ?",
            spent,
        )

    def _insert_outputs(self, block: Block, position: int, outputs: Mapping[TxIn, TxOut]) -> None:
        for reference, output in outputs.items():
            self.connection.execute(
                "INSERT INTO outputs (transaction_id, output_index, height, position, address, raw)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (*reference, block.height, position, output.address, output.raw),
            )
            self.connection.executemany(
                "INSERT INTO assets VALUES (?, ?, ?, ?)",
                [(*asset, *reference) for asset in output.assets],
            )
            if output.datum is not None:
                self._insert_datum(blake2b_256(output.datum), output.datum)
            if output.script is not None:
                self._insert_script(
                    output.script.hash, output.script.language.value, output.script.raw
                )

    def _insert_known(self, transaction: Transaction) -> None:
        """Remember what the witnesses disclose; it stays known after a rollback, as in Kupo."""
        for datum_hash, datum in transaction.witnesses.datums.items():
            self._insert_datum(datum_hash, datum)
        for script in transaction.witnesses.scripts:
            self._insert_script(script.hash, script.language.value, script.raw)

    def _insert_datum(self, datum_hash: bytes, datum: bytes) -> None:
        self.connection.execute("INSERT OR IGNORE INTO datums VALUES (?, ?)", (datum_hash, datum))

    def _insert_script(self, script_hash: bytes, language: str, code: bytes) -> None:
        self.connection.execute(
            "INSERT OR IGNORE INTO scripts VALUES (?, ?, ?)", (script_hash, language, code)
        )
