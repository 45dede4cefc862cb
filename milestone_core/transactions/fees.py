"""What the ledger demands in lovelace: the fee, the least ADA of an output, the collateral.

Sources: ``Cardano.Ledger.Conway`` (``getMinFeeTx``, ``tierRefScriptFee``) and
``Cardano.Ledger.Babbage`` (``babbageMinUTxOValue``, ``feesOK``).
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from milestone_core.domain.chain import ProtocolParameters, Units

_OUTPUT_OVERHEAD = 160


def script_fee(parameters: ProtocolParameters, units: Units) -> int:
    """The price of ``units`` of execution, lovelace."""
    price = parameters.price_memory * units.memory + parameters.price_steps * units.steps
    return ceil(price)


def reference_script_fee(parameters: ProtocolParameters, size: int) -> int:
    """The price of ``size`` bytes of reference scripts, lovelace: dearer after each range."""
    total, price = Fraction(0), parameters.reference_script_base
    while size > 0:
        tier = min(size, parameters.reference_script_range)
        total += tier * price
        price *= parameters.reference_script_multiplier
        size -= tier
    return floor(total)


def least_fee(
    parameters: ProtocolParameters, *, size: int, units: Units, reference_scripts: int
) -> int:
    """The least fee of a transaction, lovelace.

    :param size: bytes of the whole signed transaction with its validity flag; the ledger counts
        one less, for the flag does not count.
    :param reference_scripts: bytes of the scripts that lie on inputs and reference inputs.
    """
    return (
        parameters.fee_constant
        + parameters.fee_per_byte * (size - 1)
        + script_fee(parameters, units)
        + reference_script_fee(parameters, reference_scripts)
    )


def least_lovelace(parameters: ProtocolParameters, output_size: int) -> int:
    """The least lovelace of an output that serializes to ``output_size`` bytes."""
    return (_OUTPUT_OVERHEAD + output_size) * parameters.lovelace_per_utxo_byte


def collateral_for(parameters: ProtocolParameters, fee: int) -> int:
    """The collateral that a transaction with ``fee`` must put up, lovelace."""
    return ceil(Fraction(fee * parameters.collateral_percentage, 100))
