"""Signing keys from cardano-cli text envelopes. A secret is never printed, logged or kept.

Source of the format: cardano-api's ``TextEnvelope`` (``type``, ``description``, ``cborHex``).
"""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from pycardano.key import PaymentExtendedSigningKey, PaymentSigningKey

from milestone_core.domain.address import Address, Credential
from milestone_core.errors import BadInput

STANDARD_INPUT = "-"
_SIZE_LIMIT = 64 * 1024
_PLAIN = "PaymentSigningKeyShelley_ed25519"
_EXTENDED = "PaymentExtendedSigningKeyShelley_ed25519_bip32"
_CBOR_HEADS = {_PLAIN: "5820", _EXTENDED: "5880"}
_HINT = "Give a payment .skey, as `cardano-cli address key-gen` or `milestone devnet key` make it."


@dataclass(frozen=True)
class SigningKey:
    """A payment key: who it is, and how to sign with it. Its secret is out of reach."""

    verification_key: bytes
    sign: Callable[[bytes], bytes] = field(repr=False, compare=False)

    @property
    def hash(self) -> bytes:
        """The 28-byte blake2b-224 of the verification key."""
        return blake2b(self.verification_key, digest_size=28).digest()

    @property
    def credential(self) -> Credential:
        return Credential.key(self.hash)

    def address(self, network: int) -> Address:
        """The enterprise address of the key on a network (0 test, 1 main)."""
        return Address(network, self.credential)


def read_key(source: str, *, warn: Callable[[str], None]) -> SigningKey:
    """Read a signing key.

    :param source: the path of a ``.skey`` file, or ``-`` for standard input.
    :param warn: told when others than the owner may read the file.
    :raises BadInput: no such file, not a text envelope, another kind of key.
    """
    if source == STANDARD_INPUT:
        content = sys.stdin.buffer.read(_SIZE_LIMIT)
        return _parse("standard input", content.decode(errors="replace"))
    path = Path(source)
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()[:_SIZE_LIMIT]
    except OSError as error:
        raise BadInput(f"the key {path} cannot be read: {error.strerror}", hint=_HINT) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        warn(f"others than its owner may read the key {path}; run: chmod 600 {path}")
    return _parse(str(path), content.decode(errors="replace"))


def _parse(name: str, text: str) -> SigningKey:
    # Chained exceptions and messages must not carry the file's text: it holds the secret.
    try:
        envelope = json.loads(text)
    except (ValueError, RecursionError):
        envelope = None
    match envelope:
        case {"type": str(kind), "cborHex": str(cbor_hex)}:
            pass
        case _:
            raise BadInput(f"the key {name} is not a text envelope", hint=_HINT) from None
    if "VerificationKey" in kind:
        raise BadInput(f"{name} is a verification key; signing needs the signing key", hint=_HINT)
    if kind not in _CBOR_HEADS:
        raise BadInput(f"{name} is a {kind[:60]!r}, not a payment signing key", hint=_HINT)
    head = _CBOR_HEADS[kind]
    length = 32 if kind == _PLAIN else 128
    try:
        payload = bytes.fromhex(cbor_hex.removeprefix(head))
    except ValueError:
        payload = b""
    if not cbor_hex.startswith(head) or len(payload) != length:
        raise BadInput(f"the key {name} is damaged: it does not hold {length} bytes", hint=_HINT)
    return _plain(payload) if kind == _PLAIN else _extended(payload)


def _plain(payload: bytes) -> SigningKey:
    key = PaymentSigningKey(payload)
    return SigningKey(key.to_verification_key().payload, key.sign)


def _extended(payload: bytes) -> SigningKey:
    key = PaymentExtendedSigningKey(payload)
    return SigningKey(key.to_verification_key().to_non_extended().payload, key.sign)
