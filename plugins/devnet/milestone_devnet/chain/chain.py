"""The chain: takes transactions, makes blocks, lets time pass. No I/O but its store, no threads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from milestone_devnet.chain.block import Block
from milestone_devnet.chain.genesis import genesis
from milestone_devnet.chain.mempool import Fallen, Mempool
from milestone_devnet.chain.store import Included, Store
from milestone_devnet.clock import Clock, iso_time
from milestone_devnet.ledger import (
    DeserialisationFailure,
    Environment,
    Evaluation,
    Parameters,
    Refused,
    Transaction,
    TxIn,
    TxOut,
    decode_transaction,
    evaluate,
)
from milestone_devnet.network import NETWORK_ID, horizon_after, slots_of
from milestone_devnet.producer import POOLS

_log = logging.getLogger(__name__)

_LONGEST_REASON = 1000


class Chain:
    """One chain with its mempool and clock.

    :param instant: whether each accepted transaction gets a block at once.
    :param horizon: whether scripts know no time beyond the safe zone.

    ``on_change`` is called whenever mempool or tip have changed; ``on_rollback`` before that, with
    the height of the newest block that is still there, or -1 where all is another chain.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        parameters: Parameters,
        *,
        instant: bool = False,
        horizon: bool = True,
    ) -> None:
        self.store = store
        self.clock = clock
        self.parameters = parameters
        self._instant = instant
        self._has_horizon = horizon
        self.tip = store.tip()
        self.state = store.state()
        self.mempool = Mempool(self.state)
        self.on_change: Callable[[], None] = lambda: None
        self.on_rollback: Callable[[int], None] = lambda _height: None
        # The machine's clock may have been set back since the file was written.
        clock.reach(self.tip.slot)

    def submit(self, cbor: bytes) -> bytes:
        """Take a signed transaction into the mempool; returns its id.

        :raises DeserialisationFailure: the bytes are no transaction.
        :raises Refused: the ledger refuses it.
        """
        try:
            transaction = decode_transaction(cbor)
        except DeserialisationFailure:
            _log.warning("refused %d bytes that are no transaction", len(cbor))
            raise
        try:
            self.mempool.admit(transaction, self._environment(self.clock.slot()))
        except Refused as refusal:
            _log.warning(
                "refused %s: %s (%d) %s",
                transaction.id.hex(),
                refusal.rule,
                refusal.code,
                str(refusal.data)[:_LONGEST_REASON],
            )
            raise
        _log.info("accepted %s, %d bytes", transaction.id.hex(), transaction.size)
        self.on_change()
        if self._instant:
            self.make_block()
        return transaction.id

    def evaluate(
        self, transaction: Transaction, additional: Mapping[TxIn, TxOut]
    ) -> list[Evaluation]:
        """Run the scripts of a transaction, on top of the mempool and of given outputs.

        :raises EvaluationFailed: a script says no, or the transaction is built wrongly.
        """
        view = _Additional(additional, self.mempool)
        return evaluate(transaction, view, self._environment(self.clock.slot()))

    def make_block(self) -> Block:
        """Make the next block, now, of as much of the mempool as fits; it may be empty.

        Each block has a slot of its own: where blocks come faster than slots, the clock is moved
        on to the next slot.
        """
        self.clock.reach(self.tip.slot + 1)
        environment = self._environment(self.clock.slot())
        mempool, fallen = self.mempool.over(self.state, environment, without=frozenset())
        included = mempool.block_body(self.parameters)
        ids = [item.transaction.id for item in included]
        block = Block.following(self.tip, environment.slot, ids)
        self.store.append(block, included, self.clock.offset_ms)
        for item in included:
            self.state.apply(item.effect)
        self.tip = block
        self.mempool, _ = mempool.over(self.state, environment, without=frozenset(ids))
        self._report(block, included, fallen)
        self.on_change()
        return block

    def advance(self, milliseconds: int) -> Block:
        """Let time jump forward and make a block there. What was pending goes into a block before.

        :raises ValueError: backward, or beyond the year 9999.
        """
        while len(self.mempool):
            self.make_block()
        self.clock.skip(milliseconds)
        block = self.make_block()
        _log.info("time is now %s, slot %d", iso_time(self.clock.now_ms()), block.slot)
        return block

    def rollback(self, blocks: int, *, keep: bool = False) -> Block:
        """Undo the newest blocks, as a node does that changes to another fork. Time goes on.

        :param keep: whether their transactions go back into the mempool, ahead of what is pending;
            otherwise they are gone until somebody submits them again.
        :raises ValueError: there are not so many blocks after the first.
        """
        if not 1 <= blocks <= self.tip.height:
            raise ValueError(f"there are {self.tip.height} blocks after the first")
        height = self.tip.height - blocks
        undone = [decode_transaction(cbor) for cbor in self.store.transactions_above(height)]
        pending = [included.transaction for included in self.mempool]
        self.store.truncate(height)
        self._reload()
        self.mempool, fallen = Mempool.holding(
            [*(undone if keep else []), *pending],
            self.state,
            self._environment(self.clock.slot()),
        )
        _log.info("rolled back %d blocks, to block %d", blocks, height)
        self._report_fallen(fallen)
        self.on_rollback(height)
        self.on_change()
        return self.tip

    def reset(self) -> Block:
        """Begin another chain, at the machine's time; nothing of the old one is left."""
        self.clock.adopt(self.clock.slots, offset_ms=0)
        self.store.begin_again(*genesis(self.clock.slot()))
        return self._begin_again("reset")

    def restore(self, snapshot: Path) -> Block:
        """Become the chain of a snapshot, at the time it had then and what has passed since.

        :raises CorruptStore: the file is no snapshot; nothing has changed.
        """
        self.store.adopt(snapshot)
        return self._begin_again("restored a snapshot")

    def _begin_again(self, how: str) -> Block:
        self.clock.adopt(slots_of(self.store.slot_length_ms()), self.store.clock_offset_ms())
        self._reload()
        self.mempool = Mempool(self.state)
        self.clock.reach(self.tip.slot)
        _log.info("%s: block %d, slot %d", how, self.tip.height, self.tip.slot)
        self.on_rollback(-1)
        self.on_change()
        return self.tip

    def _reload(self) -> None:
        self.tip = self.store.tip()
        self.state = self.store.state()

    def _environment(self, slot: int) -> Environment:
        horizon = horizon_after(self.tip.slot) if self._has_horizon else None
        return Environment(
            self.parameters, slot, self.clock.slots, NETWORK_ID, POOLS, horizon=horizon
        )

    def _report(self, block: Block, included: list[Included], fallen: list[Fallen]) -> None:
        for item in included:
            verdict = "included" if item.effect.valid else "included, scripts failed:"
            _log.info(
                "%s %s in block %d, slot %d, fee %d lovelace",
                verdict,
                item.transaction.id.hex(),
                block.height,
                block.slot,
                item.effect.fee,
            )
        self._report_fallen(fallen)

    def _report_fallen(self, fallen: list[Fallen]) -> None:
        for transaction, rule in fallen:
            _log.warning("dropped %s from the mempool: %s", transaction.id.hex(), rule)


class _Additional:
    """Given outputs in front of the mempool's view."""

    def __init__(self, additional: Mapping[TxIn, TxOut], mempool: Mempool) -> None:
        self._additional = additional
        self._mempool = mempool

    def get(self, reference: TxIn, /) -> TxOut | None:
        return self._additional.get(reference) or self._mempool.utxo.get(reference)
