"""Blocks: what follows what, under which hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cbor2

from milestone_devnet.ledger.model import blake2b_256


@dataclass(frozen=True, slots=True)
class Block:
    """The header of a block: height, slot, its own hash and that of the block before."""

    height: int
    slot: int
    hash: bytes
    parent: bytes

    @classmethod
    def following(cls, parent: Block, slot: int, transaction_ids: Sequence[bytes]) -> Block:
        """The next block. Its hash binds its parent, slot and transactions, as a real one's."""
        return cls._made(parent.height + 1, slot, parent.hash, transaction_ids)

    @classmethod
    def first(cls, slot: int, transaction_ids: Sequence[bytes]) -> Block:
        """The block that holds the genesis outputs."""
        return cls._made(0, slot, bytes(32), transaction_ids)

    @classmethod
    def _made(cls, height: int, slot: int, parent: bytes, ids: Sequence[bytes]) -> Block:
        header = cbor2.dumps([height, slot, parent, list(ids)])
        return cls(height, slot, blake2b_256(header), parent)
