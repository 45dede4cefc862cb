"""Shelley addresses (CIP-19): a payment credential and, perhaps, a stake credential.

Pointer, Byron and reward addresses are read only far enough to refuse them by name: a
distribution never pays to one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from milestone_core.domain import bech32

HASH_LENGTH = 28
TESTNET, MAINNET = 0, 1

_BASE_TYPES = range(4)
_POINTER_TYPES = (4, 5)
_ENTERPRISE_TYPES = (6, 7)
_BYRON_TYPE = 8
_REWARD_TYPE = 14


class CredentialKind(Enum):
    """Whether a credential is the hash of a key or of a script."""

    KEY = "key"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True, order=True)
class Credential:
    """Who may spend: a 28-byte blake2b-224 hash of a verification key or of a script."""

    kind: CredentialKind
    hash: bytes

    def __post_init__(self) -> None:
        if len(self.hash) != HASH_LENGTH:
            raise ValueError(f"a credential is {HASH_LENGTH} bytes, this is {len(self.hash)}")

    @property
    def is_script(self) -> bool:
        return self.kind is CredentialKind.SCRIPT

    @classmethod
    def key(cls, key_hash: bytes) -> Credential:
        return cls(CredentialKind.KEY, key_hash)

    @classmethod
    def script(cls, script_hash: bytes) -> Credential:
        return cls(CredentialKind.SCRIPT, script_hash)


@dataclass(frozen=True, slots=True)
class Address:
    """A base or enterprise address. ``network`` is 0 for every testnet and 1 for mainnet."""

    network: int
    payment: Credential
    stake: Credential | None = None

    def __bytes__(self) -> bytes:
        if self.stake is None:
            kind = 6 | self.payment.is_script
            return bytes([kind << 4 | self.network]) + self.payment.hash
        kind = self.payment.is_script | self.stake.is_script << 1
        return bytes([kind << 4 | self.network]) + self.payment.hash + self.stake.hash

    def __str__(self) -> str:
        return bech32.encode("addr" if self.network == MAINNET else "addr_test", bytes(self))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Address:
        """Read the binary form.

        :raises ValueError: a Byron, pointer or reward address, a wrong length or network.
        """
        if not raw:
            raise ValueError("it is empty")
        kind, network = raw[0] >> 4, raw[0] & 15
        if kind == _BYRON_TYPE:
            raise ValueError("it is a Byron address")
        if kind in _POINTER_TYPES:
            raise ValueError("it is a pointer address")
        if kind not in _BASE_TYPES and kind not in _ENTERPRISE_TYPES:
            raise ValueError("it is not a payment address")
        if network not in (TESTNET, MAINNET):
            raise ValueError(f"network id {network} does not exist")
        expected = 1 + HASH_LENGTH * (2 if kind in _BASE_TYPES else 1)
        if len(raw) != expected:
            raise ValueError(f"it has {len(raw)} bytes instead of {expected}")
        payment = _credential(script=bool(kind & 1), raw=raw[1 : 1 + HASH_LENGTH])
        if kind in _ENTERPRISE_TYPES:
            return cls(network, payment)
        return cls(network, payment, _credential(script=bool(kind & 2), raw=raw[1 + HASH_LENGTH :]))

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read the bech32 form (``addr1...`` or ``addr_test1...``).

        :raises ValueError: why it is not such an address, as a clause that follows "because".
        """
        prefix, raw = bech32.decode(text)
        if prefix not in ("addr", "addr_test"):
            raise ValueError(f"its prefix is {prefix!r}, a payment address begins with 'addr'")
        address = cls.from_bytes(raw)
        if (prefix == "addr") != (address.network == MAINNET):
            raise ValueError("its prefix and its network id disagree")
        return address


@dataclass(frozen=True, slots=True)
class RewardAccount:
    """Where a stake credential's rewards gather: what is withdrawn from (CIP-19's types 14, 15)."""

    network: int
    credential: Credential

    def __bytes__(self) -> bytes:
        kind = _REWARD_TYPE | self.credential.is_script
        return bytes([kind << 4 | self.network]) + self.credential.hash

    def __str__(self) -> str:
        return bech32.encode("stake" if self.network == MAINNET else "stake_test", bytes(self))

    @classmethod
    def from_bytes(cls, raw: bytes) -> RewardAccount:
        """Read the binary form.

        :raises ValueError: it is none.
        """
        if len(raw) != 1 + HASH_LENGTH or raw[0] >> 4 not in (_REWARD_TYPE, _REWARD_TYPE + 1):
            raise ValueError("it is not a reward account")
        return cls(raw[0] & 15, _credential(script=bool(raw[0] >> 4 & 1), raw=raw[1:]))


def _credential(*, script: bool, raw: bytes) -> Credential:
    return Credential.script(raw) if script else Credential.key(raw)
