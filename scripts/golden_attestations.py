#!/usr/bin/env python3
"""Write the golden vectors of what oracles sign, for the tests in Aiken and in Python.

It spells the bytes of every message out, independently of ``milestone_core.onchain``, and signs
them with keys made from the repeated bytes 01, 02, ...: test keys, which nobody may ever use. The
vectors only change when the message format does, which no deployed programme would survive.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

VALIDATORS = Path(__file__).resolve().parents[1] / "validators"
POLICY = bytes([0xA0]) * 28
SEED_REFERENCE = bytes.fromhex("d8799f5820" + "11" * 32 + "00ff")
NAME = blake2b(POLICY + SEED_REFERENCE, digest_size=32).digest()
MILESTONES = (b"design", b"audit", b"launch")
EVIDENCE = blake2b(b"the audit report\n", digest_size=32).digest()
SHORTEST_HEADER = bytes.fromhex("a10127")
# {1: -8, "address": 57 bytes}, as a browser wallet writes it.
WALLET_HEADER = bytes.fromhex("a201276761646472657373" + "5839" + "00" + "22" * 56)


def digest(*parts: bytes) -> bytes:
    return blake2b(b"".join(parts), digest_size=32).digest()


def oracle(number: int) -> bytes:
    """The key hash of a test oracle."""
    key = SigningKey(bytes([number]) * 32).verify_key.encode()
    return blake2b(key, digest_size=28).digest()


def sign(number: int, header: bytes, payload: bytes) -> dict[str, str]:
    key = SigningKey(bytes([number]) * 32)
    prefix = bytes([0x40 + len(header)]) if len(header) < 24 else bytes([0x58, len(header)])
    structure = b"\x84\x6aSignature1" + prefix + header + b"\x40\x58" + bytes([len(payload)])
    message = structure + payload
    return {
        "key_seed": key.encode().hex(),
        "verification_key": key.verify_key.encode().hex(),
        "oracle": oracle(number).hex(),
        "header": header.hex(),
        "sig_structure": message.hex(),
        "signature": key.sign(message).signature.hex(),
    }


def vector(purpose: str, hashed: bytes, **extra: Any) -> dict[str, Any]:
    """A line of ASCII, signed by oracles 1 to 3, the second as a browser wallet does."""
    payload = f"milestone {purpose} v1 ".encode() + hashed.hex().encode()
    headers = ((1, SHORTEST_HEADER), (2, WALLET_HEADER), (3, SHORTEST_HEADER))
    return extra | {
        "digest": hashed.hex(),
        "payload": payload.hex(),
        "signatures": [sign(number, header, payload) for number, header in headers],
    }


def attestation(milestone: bytes, evidence: bytes, round_: int = 0) -> dict[str, Any]:
    subject = POLICY + NAME + round_.to_bytes(4, "big")
    return vector(
        "attestation",
        digest(subject, digest(milestone), evidence),
        round=round_,
        milestone_id=milestone.hex(),
        evidence=evidence.hex(),
    )


def rotation(oracles: list[bytes], quorum: int) -> dict[str, Any]:
    hashed = digest(POLICY, NAME, bytes(4), bytes([quorum]), *oracles)
    listed = [o.hex() for o in oracles]
    return vector("rotate", hashed, round=0, new_oracles=listed, new_quorum=quorum)


def vectors() -> dict[str, Any]:
    return {
        "comment": "Made by scripts/golden_attestations.py; test keys, not secrets.",
        "programme_policy": POLICY.hex(),
        "programme_seed": {"transaction_id": "11" * 32, "index": 0},
        "programme_name": NAME.hex(),
        "attestation": attestation(MILESTONES[1], EVIDENCE),
        "attestation_of_round_258": attestation(MILESTONES[1], EVIDENCE, 258),
        "attestation_of_another_milestone": attestation(MILESTONES[2], EVIDENCE),
        "attestation_of_zero_evidence": attestation(MILESTONES[1], bytes(32)),
        "attestation_of_short_evidence": attestation(MILESTONES[1], EVIDENCE[:31]),
        "cancel": vector("cancel", digest(POLICY, NAME, bytes(4)), round=0),
        "rotate": rotation([oracle(4), oracle(5)], 2),
        "rotate_to_a_quorum_of_three": rotation([oracle(4), oracle(5)], 3),
    }


def aiken(document: dict[str, Any]) -> str:
    """The same as constants of an Aiken module."""
    lines = [
        "//// Golden vectors, the same as in `golden/attestations.json`: made by",
        "//// `scripts/golden_attestations.py`. Test keys, not secrets.",
        "",
        "use milestone/types.{Signature}",
        "",
        f'pub const policy: ByteArray =\n  #"{document["programme_policy"]}"',
        "",
        f'pub const name: ByteArray =\n  #"{document["programme_name"]}"',
        "",
        f'pub const evidence: ByteArray =\n  #"{EVIDENCE.hex()}"',
        "",
    ]
    for number in range(1, 6):
        lines += [f'pub const oracle_{number}: ByteArray =\n  #"{oracle(number).hex()}"', ""]
    for purpose, entry in document.items():
        if not isinstance(entry, dict) or "signatures" not in entry:
            continue
        for index, signed in enumerate(entry["signatures"]):
            lines += [
                f"pub const {purpose}_{index}: Signature =",
                "  Signature {",
                f"    oracle: {index},",
                f'    key: #"{signed["verification_key"]}",',
                f'    header: #"{signed["header"]}",',
                f'    signature: #"{signed["signature"]}",',
                "  }",
                "",
            ]
    return "\n".join(lines)


def main() -> None:
    document = vectors()
    target = VALIDATORS / "golden" / "attestations.json"
    target.write_text(json.dumps(document, indent=2) + "\n", encoding="ascii")
    module = VALIDATORS / "lib" / "milestone" / "tests" / "golden.ak"
    module.write_text(aiken(document), encoding="ascii")


if __name__ == "__main__":
    main()
