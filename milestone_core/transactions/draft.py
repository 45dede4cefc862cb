"""What a transaction is to do, before anybody knows what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from milestone_core.domain.chain import AssetId, Output, OutputReference, Script, Utxo, Value
from milestone_core.onchain.plutus_data import Data


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in the finished transaction, as a script sees them."""

    inputs: tuple[OutputReference, ...]
    reference_inputs: tuple[OutputReference, ...]

    def input_index(self, reference: OutputReference) -> int:
        return self.inputs.index(reference)

    def reference_index(self, reference: OutputReference) -> int:
        return self.reference_inputs.index(reference)


MakeRedeemer = Callable[[Layout], Data]


@dataclass(frozen=True, slots=True)
class ScriptInput:
    """An output locked by a script, with what the script is given. ``label`` is for people."""

    utxo: Utxo
    redeemer: MakeRedeemer
    label: str


@dataclass(frozen=True, slots=True)
class Minting:
    """What one policy mints (positive) or burns (negative), with what it is given."""

    policy: bytes
    quantities: Mapping[bytes, int]
    redeemer: MakeRedeemer
    label: str

    @property
    def value(self) -> Value:
        return Value(0, {AssetId(self.policy, name): n for name, n in self.quantities.items()})


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """All that a script's reward account holds (lovelace, often none), and what the script is
    given. The ledger takes the whole balance or nothing."""

    script_hash: bytes
    balance: int
    redeemer: MakeRedeemer
    label: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction's purpose: everything but fee, change, collateral and units.

    ``wallet_inputs`` are spent whatever the balance needs (a seed, the owner's authority);
    ``scripts`` are carried because no reference input has them; ``valid_from`` and
    ``valid_until`` are slots, the latter the first in which it is no longer valid.
    """

    outputs: tuple[Output, ...] = ()
    script_inputs: tuple[ScriptInput, ...] = ()
    wallet_inputs: tuple[Utxo, ...] = ()
    reference_inputs: tuple[Utxo, ...] = ()
    minting: tuple[Minting, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    scripts: tuple[Script, ...] = ()
    valid_from: int | None = None
    valid_until: int | None = None
    purpose: str = field(default="transaction")

    @property
    def minted(self) -> Value:
        """All that the policies mint and burn."""
        return sum((minting.value for minting in self.minting), Value())

    @property
    def withdrawn(self) -> Value:
        """All that comes out of reward accounts."""
        return Value(sum(withdrawal.balance for withdrawal in self.withdrawals))
