"""Ed25519 keys: addresses, signatures, and cardano-cli's text envelope of a signing key."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from nacl.signing import SigningKey

from milestone_core.api import TESTNET, Address, BadInput, Credential
from milestone_devnet.ledger.model import blake2b_224


class PaymentKey:
    """A payment key of the devnet, with its enterprise address. Never shows its secret."""

    def __init__(self, seed: bytes) -> None:
        self._key = SigningKey(seed)
        self.public: bytes = bytes(self._key.verify_key)

    def __repr__(self) -> str:
        return f"PaymentKey({self.key_hash.hex()})"

    @classmethod
    def random(cls) -> PaymentKey:
        """A fresh key from the system's randomness."""
        return cls(secrets.token_bytes(32))

    @property
    def key_hash(self) -> bytes:
        """blake2b-224 of the verification key."""
        return blake2b_224(self.public)

    @property
    def address(self) -> bytes:
        """The enterprise address (CIP-19) on a test network, binary."""
        return bytes(Address(TESTNET, Credential.key(self.key_hash)))

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes."""
        return bytes(self._key.sign(message).signature)

    def save(self, path: Path) -> None:
        """Write a text envelope that only its owner can read.

        :raises BadInput: the file exists already (it is left alone), or the place is not writable.
        """
        envelope = {
            "type": "PaymentSigningKeyShelley_ed25519",
            "description": "Payment Signing Key",
            "cborHex": "5820" + bytes(self._key).hex(),
        }
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise BadInput(
                f"{path} exists already; keys are never overwritten",
                hint="choose another name, or move the file away",
            ) from None
        except OSError as error:
            raise BadInput(f"{path} cannot be written: {error.strerror}") from error
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(envelope, file, indent=4)
            file.write("\n")
