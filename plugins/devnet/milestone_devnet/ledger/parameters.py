"""Protocol parameters (Conway, protocol version 10) and the clock of slots."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources

from .model import ExUnits, Language


@dataclass(frozen=True, slots=True)
class SlotConfig:
    """The one clock anchor: ``zero_slot`` starts at ``zero_time_ms`` (POSIX milliseconds)."""

    zero_time_ms: int
    zero_slot: int = 0
    slot_length_ms: int = 1000

    def time_of(self, slot: int) -> int:
        """The POSIX time in milliseconds at which a slot starts."""
        return self.zero_time_ms + (slot - self.zero_slot) * self.slot_length_ms

    def slot_at(self, time_ms: int) -> int:
        """The slot that a POSIX time in milliseconds falls in."""
        return self.zero_slot + (time_ms - self.zero_time_ms) // self.slot_length_ms


@cache
def default_cost_models() -> Mapping[Language, tuple[int, ...]]:
    """Cost models of 166, 175 and 297 entries, in the ledger's order."""
    text = resources.files(__package__).joinpath("cost_models.json").read_text("utf-8")
    return {Language(name): tuple(model) for name, model in json.loads(text).items()}


_TRANSACTION_UNITS = ExUnits(16_500_000, 10_000_000_000)
_BLOCK_UNITS = ExUnits(72_000_000, 20_000_000_000)


@dataclass(frozen=True)
class Parameters:
    """Protocol parameters that rules read; sizes in bytes, amounts in lovelace.

    The values that are given are those of mainnet at protocol version 10.
    """

    cost_models: Mapping[Language, tuple[int, ...]]
    protocol_version: tuple[int, int] = (10, 0)
    min_fee_coefficient: int = 44
    min_fee_constant: int = 155_381
    min_fee_reference_scripts_base: Fraction = Fraction(15)
    min_fee_reference_scripts_range: int = 25_600
    min_fee_reference_scripts_multiplier: Fraction = Fraction(12, 10)
    max_reference_scripts_size: int = 204_800
    max_reference_scripts_size_per_block: int = 1_048_576
    max_transaction_size: int = 16_384
    max_block_body_size: int = 90_112
    max_block_header_size: int = 1_100
    max_value_size: int = 5_000
    max_transaction_units: ExUnits = _TRANSACTION_UNITS
    max_block_units: ExUnits = _BLOCK_UNITS
    price_memory: Fraction = Fraction(577, 10_000)
    price_cpu: Fraction = Fraction(721, 10_000_000)
    utxo_cost_per_byte: int = 4_310
    collateral_percentage: int = 150
    max_collateral_inputs: int = 3
    stake_credential_deposit: int = 2_000_000
    stake_pool_deposit: int = 500_000_000
    drep_deposit: int = 500_000_000
    governance_action_deposit: int = 100_000_000_000

    @property
    def is_bootstrap_phase(self) -> bool:
        """Whether Conway's governance is not whole yet: protocol version 9."""
        return self.protocol_version[0] < 10


@cache
def default_parameters() -> Parameters:
    """The parameters of the devnet."""
    return Parameters(cost_models=default_cost_models())
