"""The devnet's protocol parameters and Shelley genesis in Ogmios's JSON."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from milestone_devnet.clock import iso_time
from milestone_devnet.ledger import Parameters
from milestone_devnet.ledger.ogmios_json import lovelace_json, units_json
from milestone_devnet.network import (
    EPOCH_LENGTH,
    NETWORK_MAGIC,
    SECURITY_PARAMETER,
    SYSTEM_START_MS,
)

Json = dict[str, Any]

# What no rule of the devnet's ledger reads: pools, rewards and governance, as on mainnet. Clients
# demand every parameter of the era.
_STAKING: Json = {
    "stakePoolRetirementEpochBound": 18,
    "desiredNumberOfStakePools": 500,
    "stakePoolPledgeInfluence": "3/10",
    "minStakePoolCost": lovelace_json(170_000_000),
    "monetaryExpansion": "3/1000",
    "treasuryExpansion": "1/5",
}
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
    "delegateRepresentativeMaxIdleTime": 20,
}
_MAX_REFERENCE_SCRIPTS_PER_BLOCK = 1_048_576


def parameters_json(parameters: Parameters) -> Json:
    """``ProtocolParameters``, as of v7.0."""
    p = parameters
    major, minor = p.protocol_version
    return {
        "minFeeCoefficient": p.min_fee_coefficient,
        "minFeeConstant": lovelace_json(p.min_fee_constant),
        "minFeeReferenceScripts": {
            "base": _number(p.min_fee_reference_scripts_base),
            "range": p.min_fee_reference_scripts_range,
            "multiplier": _number(p.min_fee_reference_scripts_multiplier),
        },
        "maxBlockBodySize": {"bytes": p.max_block_body_size},
        "maxBlockHeaderSize": {"bytes": p.max_block_header_size},
        "maxTransactionSize": {"bytes": p.max_transaction_size},
        "maxReferenceScriptsSizePerTransaction": {"bytes": p.max_reference_scripts_size},
        "maxReferenceScriptsSizePerBlock": {"bytes": _MAX_REFERENCE_SCRIPTS_PER_BLOCK},
        "stakeCredentialDeposit": lovelace_json(p.stake_credential_deposit),
        "stakePoolDeposit": lovelace_json(p.stake_pool_deposit),
        **_STAKING,
        "minUtxoDepositConstant": lovelace_json(0),
        "minUtxoDepositCoefficient": p.utxo_cost_per_byte,
        "plutusCostModels": {
            language.value: list(model) for language, model in p.cost_models.items()
        },
        "scriptExecutionPrices": {"memory": _ratio(p.price_memory), "cpu": _ratio(p.price_cpu)},
        "maxExecutionUnitsPerTransaction": units_json(p.max_transaction_units),
        "maxExecutionUnitsPerBlock": units_json(p.max_block_units),
        "maxValueSize": {"bytes": p.max_value_size},
        "collateralPercentage": p.collateral_percentage,
        "maxCollateralInputs": p.max_collateral_inputs,
        "version": {"major": major, "minor": minor},
        **_GOVERNANCE,
        "governanceActionDeposit": lovelace_json(p.governance_action_deposit),
        "delegateRepresentativeDeposit": lovelace_json(p.drep_deposit),
    }


def shelley_genesis_json(parameters: Parameters) -> Json:
    """``Genesis<Shelley>``: where network magic and system start are found."""
    p = parameters
    return {
        "era": "shelley",
        "startTime": iso_time(SYSTEM_START_MS),
        "networkMagic": NETWORK_MAGIC,
        "network": "testnet",
        "activeSlotsCoefficient": "1/20",
        "securityParameter": SECURITY_PARAMETER,
        "epochLength": EPOCH_LENGTH,
        "slotsPerKesPeriod": 129_600,
        "maxKesEvolutions": 62,
        "slotLength": {"milliseconds": 1000},
        "updateQuorum": 5,
        "maxLovelaceSupply": 45_000_000_000_000_000,
        "initialParameters": {
            "minFeeCoefficient": p.min_fee_coefficient,
            "minFeeConstant": lovelace_json(p.min_fee_constant),
            "maxBlockBodySize": {"bytes": 65_536},
            "maxBlockHeaderSize": {"bytes": p.max_block_header_size},
            "maxTransactionSize": {"bytes": p.max_transaction_size},
            "stakeCredentialDeposit": lovelace_json(p.stake_credential_deposit),
            "stakePoolDeposit": lovelace_json(p.stake_pool_deposit),
            **_STAKING,
            "federatedBlockProductionRatio": "1/1",
            "extraEntropy": "neutral",
            "minUtxoDepositConstant": lovelace_json(1_000_000),
            "minUtxoDepositCoefficient": 0,
            "version": {"major": 2, "minor": 0},
        },
        "initialDelegates": [],
        "initialFunds": {},
        "initialStakePools": {"stakePools": {}, "delegators": {}},
    }


def _ratio(fraction: Fraction) -> str:
    return f"{fraction.numerator}/{fraction.denominator}"


def _number(fraction: Fraction) -> int | float:
    """A JSON number; only these two parameters are numbers instead of ratios in Ogmios."""
    return fraction.numerator if fraction.denominator == 1 else float(fraction)
