"""What oracles say, and when enough of them say the same.

The formats are checked here, and that a key is one: whether a signature is good is for the
contract to decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from milestone_core.domain.distribution import Programme

EVIDENCE_LENGTH = 32
VERIFICATION_KEY_LENGTH = 32
SIGNATURE_LENGTH = 64
MAX_HEADER_LENGTH = 255

_PRIME = 2**255 - 19
_OF_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDERS = {0, 1, _PRIME - 1, _OF_ORDER_8, _PRIME - _OF_ORDER_8}
"""The y coordinates of Ed25519's eight points whose order divides 8."""


def is_small_order(verification_key: bytes) -> bool:
    """Whether an Ed25519 key is one of the points of small order, in any of their encodings.

    Anybody can make a signature that is good for such a key. The ledger's libsodium refuses them
    (``ge25519_has_small_order``); other verifiers do not.
    """
    # The highest bit is the sign of x, which all of them may have.
    y = int.from_bytes(verification_key, "little") % 2**255
    return y % _PRIME in _SMALL_ORDERS


@dataclass(frozen=True, slots=True)
class Attestation:
    """An oracle's signature that a milestone is complete, over the hash of its evidence.

    ``oracle`` is the blake2b-224 of ``verification_key``; ``header`` the protected COSE header
    that was signed with the message. ``rejected`` says why the contract refused it, if it did.
    """

    milestone: str
    evidence: bytes
    oracle: bytes
    verification_key: bytes
    header: bytes
    signature: bytes
    round: int
    rejected: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Signatures over one evidence of one milestone."""

    milestone: str
    evidence: bytes
    attestations: tuple[Attestation, ...]
    quorum: int

    @property
    def count(self) -> int:
        return len(self.attestations)

    @property
    def complete(self) -> bool:
        return self.count >= self.quorum


def tally(
    attestations: Iterable[Attestation], programme: Programme, milestone: str
) -> tuple[Tally, ...]:
    """The signatures for ``milestone`` by evidence, the best supported first.

    Those of a former round, of strangers, and those that the contract has refused do not count.
    Within a tally they are in the order of the oracles on chain, as the contract wants them.
    """
    by_evidence: dict[bytes, dict[bytes, Attestation]] = {}
    for attestation in attestations:
        if (
            attestation.milestone == milestone
            and attestation.round == programme.round
            and attestation.oracle in programme.oracles
            and not attestation.rejected
        ):
            by_evidence.setdefault(attestation.evidence, {})[attestation.oracle] = attestation
    tallies = [
        Tally(
            milestone,
            evidence,
            tuple(signed[oracle] for oracle in programme.oracles if oracle in signed),
            programme.quorum,
        )
        for evidence, signed in by_evidence.items()
    ]
    return tuple(sorted(tallies, key=lambda t: (-t.count, t.evidence)))
