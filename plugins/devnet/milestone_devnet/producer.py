"""Who makes the devnet's blocks: one stake pool, whose keys are in the source.

It is in the genesis, so accounts can delegate to it. No certificate registers another.
"""

from __future__ import annotations

from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger.model import blake2b_256

PRODUCER = PaymentKey(blake2b_256(b"the block producer of the Milestone devnet"))
VRF = PaymentKey(blake2b_256(b"its VRF key"))
KES = PaymentKey(blake2b_256(b"its KES key"))

POOL = PRODUCER.key_hash
POOLS = frozenset({POOL})
