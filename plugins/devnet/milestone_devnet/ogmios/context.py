"""What a query is answered from: the chain, the version spoken, and a state of the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from milestone_devnet.chain.block import Block
from milestone_devnet.chain.chain import Chain
from milestone_devnet.ledger import LedgerState
from milestone_devnet.ogmios.versions import Version


@dataclass(frozen=True, slots=True)
class Acquired:
    """The ledger after a block, kept for a client however the chain goes on."""

    block: Block
    state: LedgerState


@dataclass(frozen=True, slots=True)
class Context:
    """The chain, and the state that the connection has acquired (None: always the newest)."""

    chain: Chain
    version: Version
    acquired: Acquired | None = None

    @property
    def block(self) -> Block:
        """The block whose ledger is asked."""
        return self.acquired.block if self.acquired else self.chain.tip

    @property
    def state(self) -> LedgerState:
        """The ledger that is asked."""
        return self.acquired.state if self.acquired else self.chain.state
