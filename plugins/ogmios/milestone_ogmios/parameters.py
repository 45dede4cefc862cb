"""Protocol parameters, from ``queryLedgerState/protocolParameters`` of Ogmios 6 and 7.

Only what building a transaction needs is read, and all of it is demanded. What the two versions
name differently (``maxReferenceScriptsSize``, since 7 ``maxReferenceScriptsSizePerTransaction``)
is none of it.
"""

from __future__ import annotations

from milestone_core.api import ProtocolParameters, Units
from milestone_ogmios.fields import Field


def read_parameters(result: Field) -> ProtocolParameters:
    """The parameters as Ogmios gives them; ratios and cost models stay exactly what they were.

    :raises BadAnswer: a field is missing or odd; the message names it.
    """
    prices = result["scriptExecutionPrices"]
    reference_scripts = result["minFeeReferenceScripts"]
    return ProtocolParameters(
        fee_constant=result["minFeeConstant"]["ada"]["lovelace"].integer(0),
        fee_per_byte=result["minFeeCoefficient"].integer(0),
        lovelace_per_utxo_byte=result["minUtxoDepositCoefficient"].integer(0),
        max_transaction_size=result["maxTransactionSize"]["bytes"].integer(0),
        max_value_size=result["maxValueSize"]["bytes"].integer(0),
        max_units=read_units(result["maxExecutionUnitsPerTransaction"]),
        price_memory=prices["memory"].ratio(),
        price_steps=prices["cpu"].ratio(),
        collateral_percentage=result["collateralPercentage"].integer(0),
        max_collateral_inputs=result["maxCollateralInputs"].integer(0),
        reference_script_base=reference_scripts["base"].number(),
        reference_script_range=reference_scripts["range"].integer(1),
        reference_script_multiplier=reference_scripts["multiplier"].number(),
        cost_models={
            language: tuple(entry.integer() for entry in model.items())
            for language, model in result["plutusCostModels"].members().items()
        },
        protocol_version=result["version"]["major"].integer(0),
    )


def read_units(field: Field) -> Units:
    """Execution units ``{memory, cpu}``."""
    return Units(memory=field["memory"].integer(0), steps=field["cpu"].integer(0))
