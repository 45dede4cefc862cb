"""Scripts and keys of everybody but us."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import cbor2
from nacl.signing import SigningKey

from milestone_core.domain.address import Address, Credential


@dataclass(frozen=True)
class Key:
    """An Ed25519 key of the tests, by number. Not a secret."""

    number: int

    @property
    def signing(self) -> SigningKey:
        return _signing_key(self.number)

    @property
    def public(self) -> bytes:
        return bytes(self.signing.verify_key)

    @property
    def hash(self) -> bytes:
        return _key_hash(self.number)

    @property
    def credential(self) -> Credential:
        return Credential.key(self.hash)

    @property
    def address(self) -> Address:
        return Address(0, self.credential)

    def sign(self, message: bytes) -> bytes:
        return bytes(self.signing.sign(message).signature)


@cache
def _signing_key(number: int) -> SigningKey:
    return SigningKey(number.to_bytes(32, "big"))


@cache
def _key_hash(number: int) -> bytes:
    return blake2b(bytes(_signing_key(number).verify_key), digest_size=28).digest()


@dataclass(frozen=True)
class ForeignScript:
    """A script, native or Plutus V3, as a witness set carries it; ``signer`` must sign for it."""

    language: int
    code: bytes
    signer: Key | None = None

    @property
    def hash(self) -> bytes:
        return blake2b(bytes([self.language]) + self.code, digest_size=28).digest()

    @property
    def credential(self) -> Credential:
        return Credential.script(self.hash)

    @property
    def address(self) -> Address:
        return Address(0, self.credential)


NATIVE, PLUTUS_V3 = 0, 3


def always_true(number: int) -> ForeignScript:
    """A Plutus V3 script that agrees to everything, one of many: number 0 is the program
    ``(program 1.1.0 (lam context (con unit ())))``; the others force as many delays on the way.
    """
    # Flat, by half-bytes: lam is 2, force 5, delay 1, the unit 499 with two bits of padding.
    flat = bytes.fromhex("010100" + "2" + "51" * number + "499")
    return ForeignScript(PLUTUS_V3, cbor2.dumps(flat))


def multisig(key: Key) -> ForeignScript:
    """A native script: all of one key."""
    return ForeignScript(NATIVE, cbor2.dumps([1, [[0, key.hash]]]), key)


PURSE, OWNER, STRANGER, OUTSIDER = Key(1), Key(2), Key(3), Key(4)
ORACLES = tuple(Key(100 + number) for number in range(20))
OBSERVER, OTHER_OBSERVER, FOREIGN = always_true(0), always_true(1), always_true(2)
OWNERS_SCRIPT = multisig(OWNER)

KEYS = {key.hash: key for key in (PURSE, OWNER, STRANGER, OUTSIDER, *ORACLES)}
SCRIPTS = {script.hash: script for script in (OBSERVER, OTHER_OBSERVER, FOREIGN, OWNERS_SCRIPT)}
