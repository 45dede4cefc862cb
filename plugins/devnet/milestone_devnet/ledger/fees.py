"""What a transaction costs: fee, reference scripts, the lovelace of an output."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from .context import Surroundings
from .model import AssetId, ExUnits, TxOut
from .parameters import Parameters

_OUTPUT_OVERHEAD = 160


def ceiling(value: Fraction) -> int:
    """Rounded up, as the ledger rounds what has to be paid."""
    return -(-value.numerator // value.denominator)


def total_units(surroundings: Surroundings) -> ExUnits:
    """The execution units that all redeemers declare together."""
    redeemers = surroundings.transaction.witnesses.redeemers.values()
    return ExUnits(sum(r.units.memory for r in redeemers), sum(r.units.cpu for r in redeemers))


def reference_scripts_size(surroundings: Surroundings) -> int:
    """The bytes of the scripts that inputs and reference inputs carry.

    A script that two of them carry counts twice (``txNonDistinctRefScriptsSize``).
    """
    carriers = surroundings.spent | surroundings.referenced
    return sum(len(out.script.raw) for out in carriers.values() if out.script is not None)


def reference_scripts_fee(size: int, parameters: Parameters) -> int:
    """Lovelace for ``size`` bytes of reference scripts (``tierRefScriptFee``).

    Every further tier of bytes costs a multiple of the one before; the sum is rounded down.
    """
    fee, price = Fraction(0), parameters.min_fee_reference_scripts_base
    tier = parameters.min_fee_reference_scripts_range
    while size > 0:
        fee += min(size, tier) * price
        price *= parameters.min_fee_reference_scripts_multiplier
        size -= tier
    return fee.numerator // fee.denominator


def minimum_fee(surroundings: Surroundings) -> int:
    """The least fee in lovelace: for size, execution units and reference scripts."""
    parameters = surroundings.environment.parameters
    units = total_units(surroundings)
    return (
        parameters.min_fee_coefficient * surroundings.transaction.size
        + parameters.min_fee_constant
        + ceiling(units.memory * parameters.price_memory + units.cpu * parameters.price_cpu)
        + reference_scripts_fee(reference_scripts_size(surroundings), parameters)
    )


def minimum_lovelace(output: TxOut, parameters: Parameters) -> int:
    """The least lovelace that an output must hold (since Babbage)."""
    return (_OUTPUT_OVERHEAD + len(output.raw)) * parameters.utxo_cost_per_byte


def value_size(coin: int, assets: Mapping[AssetId, int]) -> int:
    """The bytes of a value as the ledger writes it (not as it came)."""
    if not assets:
        return _head_size(coin)
    names: dict[bytes, list[int]] = {}
    for asset, quantity in assets.items():
        entry = _head_size(len(asset.name)) + len(asset.name) + _head_size(quantity)
        names.setdefault(asset.policy, []).append(entry)
    policies = sum(30 + _map_size(len(entries)) + sum(entries) for entries in names.values())
    return 1 + _head_size(coin) + _map_size(len(names)) + policies


def _head_size(argument: int) -> int:
    for size, limit in ((1, 24), (2, 2**8), (3, 2**16), (5, 2**32)):
        if argument < limit:
            return size
    return 9


def _map_size(entries: int) -> int:
    """The ledger writes maps of more than 23 entries with indefinite length."""
    return 1 if entries <= 23 else 2
