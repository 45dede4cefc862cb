"""The devnet's protocol parameters in Ogmios's JSON."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from milestone_devnet.ledger import Language, Parameters
from milestone_devnet.ledger.ogmios_json import lovelace_json, units_json
from milestone_devnet.ogmios.versions import Version

Json = dict[str, Any]

# What no rule of the devnet's ledger reads: pools, rewards and governance, as on mainnet. Clients
# demand every parameter of the era.
STAKING: Json = {
    "stakePoolRetirementEpochBound": 18,
    "desiredNumberOfStakePools": 500,
    "stakePoolPledgeInfluence": "3/10",
    "minStakePoolCost": lovelace_json(170_000_000),
    "monetaryExpansion": "3/1000",
    "treasuryExpansion": "1/5",
}
REPRESENTATIVE_MAX_IDLE_EPOCHS = 20
_GOVERNANCE: Json = {
    "stakePoolVotingThresholds": {
        "noConfidence": "51/100",
        "constitutionalCommittee": {"default": "51/100", "stateOfNoConfidence": "51/100"},
        "hardForkInitiation": "51/100",
        "protocolParametersUpdate": {"security": "51/100"},
    },
    "constitutionalCommitteeMinSize": 7,
    "constitutionalCommitteeMaxTermLength": 146,
    "governanceActionLifetime": 6,
    "delegateRepresentativeVotingThresholds": {
        "noConfidence": "67/100",
        "constitutionalCommittee": {"default": "67/100", "stateOfNoConfidence": "3/5"},
        "constitution": "3/4",
        "hardForkInitiation": "3/5",
        "protocolParametersUpdate": {
            "network": "67/100",
            "economic": "67/100",
            "technical": "67/100",
            "governance": "3/4",
        },
        "treasuryWithdrawals": "67/100",
    },
    "delegateRepresentativeMaxIdleTime": REPRESENTATIVE_MAX_IDLE_EPOCHS,
}


def parameters_json(parameters: Parameters, version: Version) -> Json:
    """``ProtocolParameters`` of Conway."""
    p = parameters
    major, minor = p.protocol_version
    return {
        "minFeeCoefficient": p.min_fee_coefficient,
        "minFeeConstant": lovelace_json(p.min_fee_constant),
        "minFeeReferenceScripts": reference_script_fees_json(p),
        "maxBlockBodySize": {"bytes": p.max_block_body_size},
        "maxBlockHeaderSize": {"bytes": p.max_block_header_size},
        "maxTransactionSize": {"bytes": p.max_transaction_size},
        version.max_reference_scripts_field: {"bytes": p.max_reference_scripts_size},
        "stakeCredentialDeposit": lovelace_json(p.stake_credential_deposit),
        "stakePoolDeposit": lovelace_json(p.stake_pool_deposit),
        **STAKING,
        "minUtxoDepositConstant": lovelace_json(0),
        "minUtxoDepositCoefficient": p.utxo_cost_per_byte,
        "plutusCostModels": cost_models_json(p, *p.cost_models),
        "scriptExecutionPrices": prices_json(p),
        "maxExecutionUnitsPerTransaction": units_json(p.max_transaction_units),
        "maxExecutionUnitsPerBlock": units_json(p.max_block_units),
        "maxValueSize": {"bytes": p.max_value_size},
        "collateralPercentage": p.collateral_percentage,
        "maxCollateralInputs": p.max_collateral_inputs,
        "version": {"major": major, "minor": minor},
        **governance_json(p),
    }


def governance_json(parameters: Parameters) -> Json:
    """The parameters that came with Conway's governance."""
    return {
        **_GOVERNANCE,
        "governanceActionDeposit": lovelace_json(parameters.governance_action_deposit),
        "delegateRepresentativeDeposit": lovelace_json(parameters.drep_deposit),
    }


def cost_models_json(parameters: Parameters, *languages: Language) -> Json:
    """``CostModels`` of some languages, in the ledger's order."""
    models = parameters.cost_models
    return {language.value: list(models[language]) for language in languages if language in models}


def prices_json(parameters: Parameters) -> Json:
    """``ScriptExecutionPrices``."""
    return {"memory": _ratio(parameters.price_memory), "cpu": _ratio(parameters.price_cpu)}


def reference_script_fees_json(parameters: Parameters) -> Json:
    """``MinFeeReferenceScripts``."""
    return {
        "base": _number(parameters.min_fee_reference_scripts_base),
        "range": parameters.min_fee_reference_scripts_range,
        "multiplier": _number(parameters.min_fee_reference_scripts_multiplier),
    }


def _ratio(fraction: Fraction) -> str:
    return f"{fraction.numerator}/{fraction.denominator}"


def _number(fraction: Fraction) -> int | float:
    """A JSON number; only these two parameters are numbers instead of ratios in Ogmios."""
    return fraction.numerator if fraction.denominator == 1 else float(fraction)
