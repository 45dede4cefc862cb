"""Reading the chain's past from its store: blocks, points, and the ledger as it was."""

from __future__ import annotations

from sqlite3 import Connection
from typing import NamedTuple

from milestone_devnet.chain.block import Block
from milestone_devnet.chain.registry import read_registered
from milestone_devnet.ledger import (
    LedgerState,
    Transaction,
    TxIn,
    decode_output,
    decode_transaction,
)


class Point(NamedTuple):
    """A block as clients name it."""

    slot: int
    hash: bytes


class History:
    """The past of the chain behind a connection. It keeps nothing, so it follows rollbacks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def block(self, height: int) -> Block | None:
        """The block at a height, None where the chain is not that long."""
        row = self._connection.execute(
            "SELECT height, slot, hash, parent FROM blocks WHERE height = ?", (height,)
        ).fetchone()
        return Block(*row) if row else None

    def block_at(self, point: Point) -> Block | None:
        """The block that a point names, None where it is not on the chain."""
        row = self._connection.execute(
            "SELECT height, slot, hash, parent FROM blocks WHERE hash = ? AND slot = ?",
            (point.hash, point.slot),
        ).fetchone()
        return Block(*row) if row else None

    def blocks_up_to(self, height: int, count: int) -> list[Block]:
        """At most ``count`` blocks that end at a height, the oldest first."""
        rows = self._connection.execute(
            "SELECT height, slot, hash, parent FROM blocks WHERE height > ? AND height <= ?"
            " ORDER BY height",
            (height - count, height),
        )
        return [Block(*row) for row in rows]

    def transactions(self, height: int) -> list[Transaction]:
        """The transactions of a block, in their order."""
        rows = self._connection.execute(
            "SELECT cbor FROM transactions WHERE height = ? ORDER BY position", (height,)
        )
        return [decode_transaction(cbor) for (cbor,) in rows]

    def state_at(self, height: int) -> LedgerState:
        """The ledger as it was after the block at a height."""
        state = LedgerState()
        for transaction_id, index, raw in self._connection.execute(
            "SELECT transaction_id, output_index, raw FROM outputs WHERE height <= ?"
            " AND (spent_height IS NULL OR spent_height > ?)",
            (height, height),
        ):
            state.utxo[TxIn(transaction_id, index)] = decode_output(raw)
        read_registered(self._connection, state, height)
        return state
