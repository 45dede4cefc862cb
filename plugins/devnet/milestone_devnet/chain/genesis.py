"""How a new chain begins: one block that holds the faucet's outputs."""

from __future__ import annotations

import cbor2

from milestone_devnet.chain.block import Block
from milestone_devnet.faucet import FAUCET, TOKEN
from milestone_devnet.ledger import TxIn, TxOut, decode_output
from milestone_devnet.ledger.model import blake2b_256

FAUCET_LOVELACE = 30_000_000_000 * 1_000_000
FAUCET_TOKENS = 9_000_000_000_000_000_000


def genesis(slot: int) -> tuple[Block, dict[TxIn, TxOut]]:
    """The first block, at ``slot``, and its outputs.

    As in Shelley's genesis, an output's transaction id is the hash of the address it is at.
    """
    reference = TxIn(blake2b_256(FAUCET.address), 0)
    value = [FAUCET_LOVELACE, {TOKEN.policy: {TOKEN.name: FAUCET_TOKENS}}]
    output = decode_output(cbor2.dumps({0: FAUCET.address, 1: value}))
    return Block.first(slot, [reference.transaction_id]), {reference: output}
