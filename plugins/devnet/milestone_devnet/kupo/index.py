"""What Kupo has indexed: which outputs its patterns matched, and up to which block.

Outputs themselves are the chain's own record; a temporary table beside it says which of them are
in the index. The index follows the chain block by block, so it can be told to fall behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from milestone_devnet.kupo.patterns import Pattern
from milestone_devnet.kupo.watched import keep, watched

_BEFORE_THE_FIRST_BLOCK = -1


class Checkpoint(NamedTuple):
    """A block as Kupo names it."""

    slot: int
    hash: bytes


class Index:
    """The outputs that match any of the configured patterns, up to a block.

    :param configured: what blocks are matched against, where none are kept with the chain.
    :raises BadInput: others are kept.

    ``behind`` is how many blocks it may not see yet; None means that it stands still.
    """

    def __init__(self, connection: sqlite3.Connection, configured: Sequence[Pattern]) -> None:
        self.connection = connection
        self._patterns = dict.fromkeys(watched(connection, configured))
        self.behind: int | None = 0
        self.height = _BEFORE_THE_FIRST_BLOCK
        connection.execute(
            "CREATE TEMP TABLE indexed (transaction_id BLOB, output_index INTEGER, height INTEGER,"
            " PRIMARY KEY (transaction_id, output_index)) WITHOUT ROWID"
        )
        connection.execute("CREATE INDEX temp.indexed_by_height ON indexed (height)")
        self.follow()

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """What new blocks are matched against."""
        return tuple(self._patterns)

    def follow(self) -> None:
        """Take in the blocks that are new, as far as ``behind`` allows."""
        if self.behind is None:
            return
        (tip,) = self.connection.execute("SELECT max(height) FROM blocks").fetchone()
        target = max(self.height, tip - self.behind)
        if target > self.height:
            self._match(self._patterns, self.height, target)
            self.height = target

    def rolled_back(self, height: int) -> None:
        """Forget what was in blocks above ``height``, which are no longer there."""
        self.connection.execute("DELETE FROM temp.indexed WHERE height > ?", (height,))
        self.height = min(self.height, height)

    def add(self, patterns: Iterable[Pattern], point: Checkpoint | None) -> None:
        """Watch for more patterns, and match all blocks after a point anew; None for all blocks."""
        self._patterns.update(dict.fromkeys(patterns))
        keep(self.connection, self._patterns)
        start = _BEFORE_THE_FIRST_BLOCK if point is None else self._height_of(point)
        indexed = self.height
        self.rolled_back(start)
        self._match(self._patterns, start, indexed)
        self.height = indexed

    def remove(self, pattern: Pattern) -> int:
        """Watch for a pattern no more; what it matched stays. Returns how many were removed."""
        if pattern not in self._patterns:
            return 0
        del self._patterns[pattern]
        keep(self.connection, self._patterns)
        return 1

    def forget(self, pattern: Pattern) -> int:
        """Drop the matches of a pattern. Returns how many there were."""
        condition, arguments = pattern.condition()
        cursor = self.connection.execute(
            "DELETE FROM temp.indexed WHERE (transaction_id, output_index) IN"
            f" (SELECT transaction_id, output_index FROM outputs WHERE {condition})",
            arguments,
        )
        return cursor.rowcount

    def checkpoint(self) -> Checkpoint | None:
        """The newest block that is indexed."""
        row = self.connection.execute(
            "SELECT slot, hash FROM blocks WHERE height = ?", (self.height,)
        ).fetchone()
        return Checkpoint(*row) if row else None

    def checkpoint_before(self, slot: int) -> Checkpoint | None:
        """The newest indexed block at or before a slot."""
        row = self.connection.execute(
            "SELECT slot, hash FROM blocks WHERE slot <= ? AND height <= ?"
            " ORDER BY slot DESC LIMIT 1",
            (slot, self.height),
        ).fetchone()
        return Checkpoint(*row) if row else None

    def checkpoints(self) -> list[Checkpoint]:
        """A sample of the indexed blocks, newest first, ever sparser towards the oldest."""
        steps = range(max(0, self.height).bit_length() + 1)
        heights = {max(0, self.height - (1 << power) + 1) for power in steps}
        rows = self.connection.execute(
            f"SELECT slot, hash FROM blocks WHERE height IN ({','.join('?' * len(heights))})"
            " AND height <= ? ORDER BY slot DESC",
            (*heights, self.height),
        )
        return [Checkpoint(*row) for row in rows]

    def block_from(self, slot: int) -> tuple[int, bytes] | None:
        """Height and hash of the first block at or after a slot, as the node has it."""
        row: tuple[int, bytes] | None = self.connection.execute(
            "SELECT height, hash FROM blocks WHERE slot >= ? ORDER BY slot LIMIT 1", (slot,)
        ).fetchone()
        return row

    def _height_of(self, point: Checkpoint) -> int:
        (height,) = self.connection.execute(
            "SELECT height FROM blocks WHERE slot = ?", (point.slot,)
        ).fetchone()
        return int(height)

    def _match(self, patterns: Iterable[Pattern], after: int, up_to: int) -> None:
        for pattern in patterns:
            condition, arguments = pattern.condition()
            self.connection.execute(
                "INSERT OR IGNORE INTO temp.indexed SELECT transaction_id, output_index, height"
                f" FROM outputs WHERE height > ? AND height <= ? AND ({condition})",
                (after, up_to, *arguments),
            )
