"""What oracles sign: a COSE Sig_structure (CIP-8, RFC 9052) over a line of ASCII.

The payload is never hashed and never anything but the 89, 84 or 84 bytes below, so that a wallet
shows it in full and its ``hashed`` form never verifies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from milestone_core.domain.chain import AssetId
from milestone_core.domain.decisions import Decision, Prove, Rotate

SHORTEST_HEADER = bytes.fromhex("a10127")
"""The protected header of our own signer: {1: -8}, the algorithm EdDSA."""

_CONTEXT = b"\x84\x6aSignature1"
_NO_EXTERNAL_DATA = b"\x40"


def attestation_digest(programme: AssetId, round_: int, milestone: bytes, evidence: bytes) -> bytes:
    """The blake2b-256 that says which milestone of which programme is proven by what.

    :param programme: the programme's identity token.
    :param round_: how often the oracles have been rotated.
    :param milestone: the milestone's id, 1 to 32 bytes.
    :param evidence: the blake2b-256 of the evidence.
    """
    return _blake2b_256(_identity(programme, round_) + _blake2b_256(milestone) + evidence)


def attestation_payload(
    programme: AssetId, round_: int, milestone: bytes, evidence: bytes
) -> bytes:
    """The 89 bytes of ASCII that an oracle signs to attest."""
    digest = attestation_digest(programme, round_, milestone, evidence)
    return b"milestone attestation v1 " + digest.hex().encode()


def cancel_payload(programme: AssetId, round_: int) -> bytes:
    """What an oracle signs to agree to cancel a programme."""
    return b"milestone cancel v1 " + _blake2b_256(_identity(programme, round_)).hex().encode()


def rotate_payload(programme: AssetId, round_: int, quorum: int, oracles: Sequence[bytes]) -> bytes:
    """What an oracle signs to hand over to ``oracles`` (28-byte key hashes) and ``quorum``."""
    message = _identity(programme, round_) + bytes([quorum]) + b"".join(oracles)
    return b"milestone rotate v1 " + _blake2b_256(message).hex().encode()


def payload_of(programme: AssetId, round_: int, decision: Decision) -> bytes:
    """The ASCII that an oracle signs for a decision; its last 64 characters are the digest."""
    if isinstance(decision, Prove):
        milestone = decision.milestone.encode()
        return attestation_payload(programme, round_, milestone, decision.evidence)
    if isinstance(decision, Rotate):
        return rotate_payload(programme, round_, decision.quorum, decision.oracles)
    return cancel_payload(programme, round_)


def sig_structure(header: bytes, payload: bytes) -> bytes:
    """The bytes under the signature.

    :param header: the protected header as it was signed, at most 255 bytes.
    """
    return _CONTEXT + _byte_string(header) + _NO_EXTERNAL_DATA + _byte_string(payload)


def _identity(programme: AssetId, round_: int) -> bytes:
    return programme.policy + programme.name + round_.to_bytes(4, "big")


def _byte_string(content: bytes) -> bytes:
    if len(content) < 24:
        return bytes([0x40 | len(content)]) + content
    return bytes([0x58, len(content)]) + content


def _blake2b_256(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=32).digest()
