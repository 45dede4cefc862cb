"""What a chain shows, as values: outputs, amounts, the tip, the clock, the parameters.

Times are POSIX milliseconds, amounts are integers of the smallest unit, hashes are bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import blake2b

from milestone_core.domain.address import Address

_LANGUAGES = ("native", "plutus:v1", "plutus:v2", "plutus:v3")


@dataclass(frozen=True, slots=True, order=True)
class AssetId:
    """A native asset: the policy id (28 bytes) and the asset name (0 to 32 bytes)."""

    policy: bytes
    name: bytes

    def __str__(self) -> str:
        return f"{self.policy.hex()}.{self.name.hex()}" if self.policy else "lovelace"

    @property
    def is_ada(self) -> bool:
        return not self.policy


ADA = AssetId(b"", b"")


@dataclass(frozen=True, slots=True)
class Value:
    """Lovelace and native assets. Entries of zero are dropped, so equal values are equal."""

    lovelace: int = 0
    assets: Mapping[AssetId, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {asset: n for asset, n in sorted(self.assets.items()) if n}
        object.__setattr__(self, "assets", kept)

    def __hash__(self) -> int:
        return hash((self.lovelace, tuple(self.assets.items())))

    def __add__(self, other: Value) -> Value:
        assets = dict(self.assets)
        for asset, quantity in other.assets.items():
            assets[asset] = assets.get(asset, 0) + quantity
        return Value(self.lovelace + other.lovelace, assets)

    def __neg__(self) -> Value:
        return Value(-self.lovelace, {asset: -n for asset, n in self.assets.items()})

    def __sub__(self, other: Value) -> Value:
        return self + -other

    def quantity(self, asset: AssetId) -> int:
        """How much of ``asset`` is in it, lovelace where the asset is ADA."""
        return self.lovelace if asset.is_ada else self.assets.get(asset, 0)

    @property
    def positive(self) -> Value:
        """Only the entries above zero: of "needed minus available", what is missing."""
        return Value(max(0, self.lovelace), {a: n for a, n in self.assets.items() if n > 0})

    @classmethod
    def of(cls, asset: AssetId, quantity: int) -> Value:
        return cls(quantity) if asset.is_ada else cls(0, {asset: quantity})


@dataclass(frozen=True, slots=True, order=True)
class OutputReference:
    """An output by the transaction that made it and its index there."""

    transaction_id: bytes
    index: int

    def __str__(self) -> str:
        return f"{self.transaction_id.hex()}#{self.index}"


@dataclass(frozen=True, slots=True)
class Script:
    """A script on chain. ``language`` is ``native`` or ``plutus:v1`` to ``plutus:v3``."""

    language: str
    code: bytes

    @property
    def hash(self) -> bytes:
        """The blake2b-224 of the language's tag and the code (CIP-19, Conway's CDDL).

        :raises ValueError: there is no such language.
        """
        tag = _LANGUAGES.index(self.language).to_bytes()
        return blake2b(tag + self.code, digest_size=28).digest()


@dataclass(frozen=True, slots=True)
class Output:
    """A transaction output. ``datum`` is the CBOR of an inline datum."""

    address: Address
    value: Value
    datum: bytes | None = None
    datum_hash: bytes | None = None
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Utxo:
    """An output on chain; ``created_at`` is the slot of its block.

    ``script_hash`` tells that a reference script lies there even where its code was not asked for.
    """

    reference: OutputReference
    output: Output
    created_at: int = 0
    script_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Spending:
    """One output in history: where it was made and, if spent, by which transaction and when."""

    utxo: Utxo
    spent_at: int | None = None
    spent_by: bytes | None = None
    redeemer: bytes | None = None


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest block: its slot and header hash. The origin is slot 0 with an empty hash."""

    slot: int
    header: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Outputs that lay on chain together, as of the block at slot ``checkpoint``."""

    utxos: tuple[Utxo, ...]
    checkpoint: int


@dataclass(frozen=True, slots=True)
class Units:
    """What a script may use or has used: memory and CPU steps."""

    memory: int
    steps: int

    def __add__(self, other: Units) -> Units:
        return Units(self.memory + other.memory, self.steps + other.steps)


@dataclass(frozen=True, slots=True)
class RedeemerUnits:
    """The units of one redeemer. ``purpose`` is spend, mint, publish, withdraw, vote or propose."""

    purpose: str
    index: int
    units: Units


@dataclass(frozen=True, slots=True)
class ProtocolParameters:
    """The parameters that building a transaction needs, as the chain has them now.

    ``cost_models`` maps ``plutus:v1`` to ``plutus:v3`` to the entries in ledger order, unchanged.
    The three ``reference_script_*`` follow the Conway fee tiers: the price of a byte grows by
    ``multiplier`` after each ``range`` bytes.
    """

    fee_constant: int
    fee_per_byte: int
    lovelace_per_utxo_byte: int
    max_transaction_size: int
    max_value_size: int
    max_units: Units
    price_memory: Fraction
    price_steps: Fraction
    collateral_percentage: int
    max_collateral_inputs: int
    reference_script_base: Fraction
    reference_script_range: int
    reference_script_multiplier: Fraction
    cost_models: Mapping[str, tuple[int, ...]]
    protocol_version: int


class BeyondHorizon(ValueError):
    """A time or slot that the known eras do not reach."""


@dataclass(frozen=True, slots=True)
class Era:
    """A stretch of slots of one length. ``end_slot`` (exclusive) is None where it is open."""

    start_ms: int
    start_slot: int
    slot_length_ms: int
    end_slot: int | None = None


@dataclass(frozen=True, slots=True)
class SlotClock:
    """Slots to POSIX milliseconds and back, from the era summaries of the chain itself.

    The last era is extended: a network that was reset to one slot length keeps it, and a
    deadline lies beyond the horizon that the ledger itself vouches for.
    """

    eras: tuple[Era, ...]

    def ms_at(self, slot: int) -> int:
        """The POSIX ms at which ``slot`` begins."""
        for era in reversed(self.eras):
            if slot >= era.start_slot:
                return era.start_ms + (slot - era.start_slot) * era.slot_length_ms
        raise BeyondHorizon(f"slot {slot} lies before the first known era")

    def slot_at(self, ms: int) -> int:
        """The slot in which the POSIX ms ``ms`` falls."""
        for era in reversed(self.eras):
            if ms >= era.start_ms:
                return era.start_slot + (ms - era.start_ms) // era.slot_length_ms
        raise BeyondHorizon(f"{ms} ms lies before the first known era")

    def first_slot_from(self, ms: int) -> int:
        """The first slot that begins at or after ``ms``: a lower bound that has reached ``ms``."""
        slot = self.slot_at(ms)
        return slot if self.ms_at(slot) == ms else slot + 1


@dataclass(frozen=True, slots=True)
class ChainHealth:
    """How the node's server sees itself. ``synchronisation`` runs from 0 to 1."""

    version: str
    connected: bool
    synchronisation: Fraction | None
    tip: Tip | None
    network_magic: int | None


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """How the indexer sees itself. ``checkpoint`` is the slot up to which it has indexed."""

    version: str
    connected: bool
    checkpoint: int
