"""The values that the ledger's rules speak about: outputs, scripts, transactions, effects.

Names follow the Conway CDDL of cardano-ledger. Everything that is hashed or shown to others
keeps the bytes it arrived in: Cardano's CBOR is not canonical, so re-encoding would change
hashes, sizes and fees.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import NamedTuple


class TxIn(NamedTuple):
    """An output reference. Ordered as the ledger orders inputs: by id, then by index."""

    transaction_id: bytes
    index: int  # type: ignore[assignment]  # tuple.index is not missed

    def __str__(self) -> str:
        return f"{self.transaction_id.hex()}#{self.index}"


class AssetId(NamedTuple):
    """A native asset: policy id (28 bytes) and asset name (0 to 32 bytes)."""

    policy: bytes
    name: bytes


class Credential(NamedTuple):
    """A key hash or a script hash (28 bytes). Scripts sort first, as in the ledger."""

    is_key: bool
    hash: bytes


class Language(Enum):
    """A script language, named as Ogmios and Kupo name it."""

    NATIVE = "native"
    PLUTUS_V1 = "plutus:v1"
    PLUTUS_V2 = "plutus:v2"
    PLUTUS_V3 = "plutus:v3"

    @property
    def tag(self) -> int:
        """The byte that prefixes a script before hashing; also the CDDL's number of it."""
        return _LANGUAGES.index(self)

    @classmethod
    def of_tag(cls, tag: int) -> Language:
        """The language of a tag byte; raises ``IndexError`` for an unknown one."""
        return _LANGUAGES[tag]


_LANGUAGES = list(Language)


@dataclass(frozen=True)
class Script:
    """A script: native as its CBOR, Plutus as the bytes inside the outermost byte string."""

    language: Language
    raw: bytes

    @cached_property
    def hash(self) -> bytes:
        """blake2b-224 over the language tag and the script."""
        return blake2b_224(bytes([self.language.tag]) + self.raw)

    @property
    def is_plutus(self) -> bool:
        return self.language is not Language.NATIVE


@dataclass(frozen=True, slots=True)
class TxOut:
    """A transaction output.

    ``coin`` is in lovelace; ``assets`` holds no zero quantities. ``datum`` is an inline datum,
    the raw CBOR of the Plutus data. ``raw`` is the output's CBOR as it came.
    """

    address: bytes
    coin: int
    assets: Mapping[AssetId, int]
    datum_hash: bytes | None
    datum: bytes | None
    script: Script | None
    raw: bytes


class Purpose(Enum):
    """What a redeemer is for, named as Ogmios v6 and v7 name it; in the order of the CDDL."""

    SPEND = "spend"
    MINT = "mint"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    VOTE = "vote"
    PROPOSE = "propose"

    @property
    def tag(self) -> int:
        return _PURPOSES.index(self)

    @classmethod
    def of_tag(cls, tag: int) -> Purpose:
        """The purpose of a redeemer tag; raises ``IndexError`` for an unknown one."""
        return _PURPOSES[tag]


_PURPOSES = list(Purpose)


class Pointer(NamedTuple):
    """Which script a redeemer belongs to: the index counts in the ledger's order."""

    purpose: Purpose
    index: int  # type: ignore[assignment]  # tuple.index is not missed


class ExUnits(NamedTuple):
    """Execution units: memory units and CPU steps."""

    memory: int
    cpu: int


@dataclass(frozen=True, slots=True)
class Redeemer:
    """A redeemer with its data as raw CBOR and the units that the transaction declares."""

    pointer: Pointer
    data: bytes
    units: ExUnits


class Evaluation(NamedTuple):
    """What one script really used."""

    purpose: Purpose
    index: int  # type: ignore[assignment]  # tuple.index is not missed
    memory: int
    cpu: int


class DefaultVote(Enum):
    """The two delegate representatives that nobody registers, named as Ogmios names them."""

    ABSTAIN = "abstain"
    NO_CONFIDENCE = "noConfidence"


Representative = Credential | DefaultVote
"""A delegate representative ("DRep"), as an account names the one that votes for it."""


class Anchor(NamedTuple):
    """Where something about a representative is written, and the hash of it."""

    url: str
    hash: bytes


class CertificateKind(Enum):
    """Certificates that this ledger understands (the CDDL's number of each)."""

    STAKE_REGISTRATION = 0
    STAKE_DEREGISTRATION = 1
    STAKE_DELEGATION = 2
    REGISTRATION = 7
    DEREGISTRATION = 8
    VOTE_DELEGATION = 9
    STAKE_VOTE_DELEGATION = 10
    REGISTRATION_STAKE_DELEGATION = 11
    REGISTRATION_VOTE_DELEGATION = 12
    REGISTRATION_STAKE_VOTE_DELEGATION = 13
    REPRESENTATIVE_REGISTRATION = 16
    REPRESENTATIVE_RETIREMENT = 17
    REPRESENTATIVE_UPDATE = 18


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate; ``kind`` is the bare number, and nothing else is known, if unsupported.

    ``credential`` is that of an account, or of a representative (kinds 16 to 18). ``deposit``
    (lovelace) is what a certificate states, ``pool`` and ``representative`` are what it delegates
    to.
    """

    kind: CertificateKind | int
    credential: Credential | None
    deposit: int | None = None
    pool: bytes | None = None
    representative: Representative | None = None
    anchor: Anchor | None = None

    @property
    def delegates(self) -> bool:
        """Whether it says who stakes or votes for an account."""
        return self.pool is not None or self.representative is not None


class KeyWitness(NamedTuple):
    """An Ed25519 verification key and its signature over the transaction id."""

    key: bytes
    signature: bytes


class BootstrapWitness(NamedTuple):
    """A signature for a Byron address, and what it takes to make its root from the key."""

    signature: KeyWitness
    chain_code: bytes
    attributes: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """A transaction body. Slots bound the validity interval: ``[before, after)``."""

    inputs: tuple[TxIn, ...]
    outputs: tuple[TxOut, ...]
    fee: int
    invalid_before: int | None = None
    invalid_after: int | None = None
    certificates: tuple[Certificate, ...] = ()
    withdrawals: Mapping[bytes, int] = field(default_factory=dict)
    auxiliary_data_hash: bytes | None = None
    mint: Mapping[AssetId, int] = field(default_factory=dict)
    script_data_hash: bytes | None = None
    collateral: tuple[TxIn, ...] = ()
    required_signers: tuple[bytes, ...] = ()
    network_id: int | None = None
    collateral_return: TxOut | None = None
    total_collateral: int | None = None
    reference_inputs: tuple[TxIn, ...] = ()
    treasury: int | None = None
    donation: int = 0
    has_votes: bool = False
    has_proposals: bool = False


@dataclass(frozen=True, slots=True)
class WitnessSet:
    """The witnesses. ``datums`` maps hash to raw CBOR; ``*_raw`` are the fields as they came."""

    keys: tuple[KeyWitness, ...] = ()
    bootstrap: tuple[BootstrapWitness, ...] = ()
    scripts: tuple[Script, ...] = ()
    datums: Mapping[bytes, bytes] = field(default_factory=dict)
    redeemers: Mapping[Pointer, Redeemer] = field(default_factory=dict)
    datums_raw: bytes | None = None
    redeemers_raw: bytes | None = None


@dataclass(frozen=True)
class Transaction:
    """A decoded transaction; ``raw`` and the ``*_raw`` parts are the bytes as they came."""

    raw: bytes
    body_raw: bytes
    witnesses_raw: bytes
    auxiliary_data: bytes | None
    is_valid: bool
    body: Body
    witnesses: WitnessSet

    @cached_property
    def id(self) -> bytes:
        """blake2b-256 of the body."""
        return blake2b_256(self.body_raw)

    @cached_property
    def size(self) -> int:
        """The size in bytes that fee and limit count: without the script-validity flag.

        Source: ``sizeTxF`` of cardano-ledger (Alonzo to Conway).
        """
        auxiliary = len(self.auxiliary_data) if self.auxiliary_data is not None else 1
        return 1 + len(self.body_raw) + len(self.witnesses_raw) + auxiliary

    def produced(self) -> dict[TxIn, TxOut]:
        """The outputs that the transaction makes: its outputs, or the collateral return."""
        if self.is_valid:
            return {TxIn(self.id, i): output for i, output in enumerate(self.body.outputs)}
        if self.body.collateral_return is None:
            return {}
        return {TxIn(self.id, len(self.body.outputs)): self.body.collateral_return}


def blake2b_224(data: bytes) -> bytes:
    """The hash of keys and scripts."""
    return hashlib.blake2b(data, digest_size=28).digest()


def blake2b_256(data: bytes) -> bytes:
    """The hash of bodies, data and metadata."""
    return hashlib.blake2b(data, digest_size=32).digest()
