"""What a quorum of oracles can decide, and the signatures with which they do.

An oracle signs one decision about one programme in one round. Only the formats are known here:
whether a signature is good is for the contract to decide.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from milestone_core.domain.address import HASH_LENGTH
from milestone_core.domain.attestation import Attestation
from milestone_core.domain.chain import AssetId

DIGEST_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Prove:
    """A milestone is complete. ``evidence`` is the blake2b-256 of what shows it."""

    milestone: str
    evidence: bytes


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nothing more will be proven: what is unproven goes back to the owner."""


@dataclass(frozen=True, slots=True)
class Rotate:
    """Others attest from now on: ``quorum`` of ``oracles`` (key hashes, in this order)."""

    oracles: tuple[bytes, ...]
    quorum: int


Decision = Prove | Cancel | Rotate


@dataclass(frozen=True, slots=True)
class OracleSignature:
    """A COSE signature as the contract takes it.

    ``header`` is the protected header that was signed along with the message.
    """

    verification_key: bytes
    header: bytes
    signature: bytes

    @property
    def oracle(self) -> bytes:
        """Whose it claims to be: the blake2b-224 of the key."""
        return hashlib.blake2b(self.verification_key, digest_size=HASH_LENGTH).digest()


@dataclass(frozen=True, slots=True)
class OracleMessage:
    """What an oracle is asked to sign.

    ``payload`` are the ASCII bytes that the wallet shows and signs; they end in the hex of the
    digest. Who signs computes them from the other fields rather than believe the file.
    """

    programme: AssetId
    round: int
    decision: Decision
    payload: bytes

    @property
    def digest(self) -> bytes:
        """The blake2b-256 in the payload."""
        return bytes.fromhex(self.payload[-2 * DIGEST_LENGTH :].decode())


@dataclass(frozen=True, slots=True)
class SignedDecision:
    """A signature, and what it is said to be of: the programme's id, its round, the decision."""

    programme: AssetId
    round: int
    decision: Decision
    signature: OracleSignature

    def attestation(self, proved: Prove) -> Attestation:
        """The same as an attestation of what it proves."""
        return Attestation(
            milestone=proved.milestone,
            evidence=proved.evidence,
            oracle=self.signature.oracle,
            verification_key=self.signature.verification_key,
            header=self.signature.header,
            signature=self.signature.signature,
            round=self.round,
        )
