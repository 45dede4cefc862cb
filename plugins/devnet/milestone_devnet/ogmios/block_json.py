"""``Block`` of Ogmios's schema.

The devnet has one block producer and no leader election: the keys of the issuer are those of that
producer, and the values that a lottery would have left are derived from the block's hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import cbor2

from milestone_devnet.chain.block import Block
from milestone_devnet.ledger import Parameters, Transaction, cbor
from milestone_devnet.ogmios.transaction_json import transaction_json
from milestone_devnet.ogmios.versions import Version
from milestone_devnet.producer import KES, PRODUCER, VRF

Json = dict[str, Any]

_SLOTS_PER_KES_PERIOD = 129_600
_VRF_PROOF_LENGTH = 80


def block_json(
    block: Block, transactions: Sequence[Transaction], parameters: Parameters, version: Version
) -> Json:
    """A block with its transactions whole."""
    major, minor = parameters.protocol_version
    return {
        "type": "praos",
        "era": "conway",
        "id": block.hash.hex(),
        "size": {"bytes": _body_size(transactions)},
        "height": block.height,
        "slot": block.slot,
        "ancestor": "genesis" if not any(block.parent) else block.parent.hex(),
        "issuer": _issuer(block),
        "protocol": {"version": {"major": major, "minor": minor}},
        "transactions": [transaction_json(transaction, version) for transaction in transactions],
    }


def _issuer(block: Block) -> Json:
    period = block.slot // _SLOTS_PER_KES_PERIOD
    certified = KES.public + (0).to_bytes(8, "big") + period.to_bytes(8, "big")
    proof = hashlib.shake_256(block.hash).digest(_VRF_PROOF_LENGTH)
    return {
        "verificationKey": PRODUCER.public.hex(),
        "vrfVerificationKey": VRF.public.hex(),
        "operationalCertificate": {
            "count": 0,
            "sigma": PRODUCER.sign(certified).hex(),
            "kes": {"period": period, "verificationKey": KES.public.hex()},
        },
        "leaderValue": {"output": hashlib.sha512(proof).hexdigest(), "proof": proof.hex()},
    }


def _body_size(transactions: Sequence[Transaction]) -> int:
    """The bytes of a block's body (CDDL: bodies, witness sets, auxiliary data, invalid ones)."""
    auxiliary = {
        index: transaction.auxiliary_data
        for index, transaction in enumerate(transactions)
        if transaction.auxiliary_data is not None
    }
    invalid = [cbor2.dumps(i) for i, t in enumerate(transactions) if not t.is_valid]
    segments = (
        cbor.array(transaction.body_raw for transaction in transactions),
        cbor.array(transaction.witnesses_raw for transaction in transactions),
        cbor.record(auxiliary),
        cbor.array(invalid),
    )
    return sum(len(segment) for segment in segments)
