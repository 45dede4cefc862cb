"""``queryNetwork/genesisConfiguration``: how each era of the devnet began, in Ogmios's JSON.

The devnet was born in Conway with nothing but the faucet's output and one stake pool. What an
era's genesis has and the devnet's ledger does not read is as on the public network "preview".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from milestone_devnet.chain.chain import Chain
from milestone_devnet.chain.genesis import FAUCET_LOVELACE
from milestone_devnet.clock import iso_time
from milestone_devnet.faucet import FAUCET
from milestone_devnet.ledger import Language
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.ledger.ogmios_json import lovelace_json, units_json
from milestone_devnet.network import EPOCH_LENGTH, NETWORK_MAGIC, SECURITY_PARAMETER
from milestone_devnet.ogmios.parameters import (
    STAKING,
    cost_models_json,
    governance_json,
    prices_json,
    reference_script_fees_json,
)
from milestone_devnet.ogmios.staking_queries import POOL_VIEW
from milestone_devnet.ogmios.versions import Version

Json = dict[str, Any]

MAX_LOVELACE_SUPPLY = 45_000_000_000_000_000
_BYRON_SLOT_LENGTH_MS = 20_000
# The one that public networks began with: some clients demand a script of guardrails.
CONSTITUTION: Json = {
    "metadata": {
        "url": "ipfs://bafkreifnwj6zpu3ixa4siz2lndqybyc5wnnt3jkwyutci4e2tmbnj3xrdm",
        "hash": "ca41a91f399259bcefe57f9858e91f6d00e1a38d6d9c63d4052914ea7bd70cb2",
    },
    "guardrails": {"hash": "fa24fb305126805cf2164c161d852a0e7330cf988f1fe558cf7d4a64"},
}


def _byron(chain: Chain, _version: Version) -> Json:
    return {
        "era": "byron",
        "genesisKeyHashes": [],
        "genesisDelegations": {},
        "startTime": _start_time(chain),
        "initialFunds": {},
        "initialVouchers": {},
        "securityParameter": SECURITY_PARAMETER,
        "networkMagic": NETWORK_MAGIC,
        "updatableParameters": {
            "scriptVersion": 0,
            "slotDuration": _BYRON_SLOT_LENGTH_MS,
            "maxBlockBodySize": {"bytes": 2_000_000},
            "maxBlockHeaderSize": {"bytes": 2_000_000},
            "maxTransactionSize": {"bytes": 4_096},
            "maxUpdateProposalSize": {"bytes": 700},
            "multiPartyComputationThreshold": "1/50",
            "heavyDelegationThreshold": "3/10000",
            "updateVoteThreshold": "1/1000",
            "updateProposalThreshold": "1/10",
            "updateProposalTimeToLive": 10_000,
            "unlockStakeEpoch": 2**64 - 1,
            "softForkInitThreshold": "9/10",
            "softForkMinThreshold": "3/5",
            "softForkDecrementThreshold": "1/20",
            "minFeeCoefficient": 43_946_000_000,
            "minFeeConstant": lovelace_json(155_381_000_000_000),
        },
    }


def _shelley(chain: Chain, _version: Version) -> Json:
    p = chain.parameters
    return {
        "era": "shelley",
        "startTime": _start_time(chain),
        "networkMagic": NETWORK_MAGIC,
        "network": "testnet",
        "activeSlotsCoefficient": "1/20",
        "securityParameter": SECURITY_PARAMETER,
        "epochLength": EPOCH_LENGTH,
        "slotsPerKesPeriod": 129_600,
        "maxKesEvolutions": 62,
        "slotLength": {"milliseconds": chain.clock.slots.slot_length_ms},
        "updateQuorum": 5,
        "maxLovelaceSupply": MAX_LOVELACE_SUPPLY,
        "initialParameters": {
            "minFeeCoefficient": p.min_fee_coefficient,
            "minFeeConstant": lovelace_json(p.min_fee_constant),
            "maxBlockBodySize": {"bytes": 65_536},
            "maxBlockHeaderSize": {"bytes": p.max_block_header_size},
            "maxTransactionSize": {"bytes": p.max_transaction_size},
            "stakeCredentialDeposit": lovelace_json(p.stake_credential_deposit),
            "stakePoolDeposit": lovelace_json(p.stake_pool_deposit),
            **STAKING,
            "federatedBlockProductionRatio": "1/1",
            "extraEntropy": "neutral",
            "minUtxoDepositConstant": lovelace_json(1_000_000),
            "minUtxoDepositCoefficient": 0,
            "version": {"major": 2, "minor": 0},
        },
        "initialDelegates": [],
        "initialFunds": {address_text(FAUCET.address): lovelace_json(FAUCET_LOVELACE)},
        "initialStakePools": {"stakePools": {POOL_VIEW["id"]: POOL_VIEW}, "delegators": {}},
    }


def _alonzo(chain: Chain, _version: Version) -> Json:
    p = chain.parameters
    return {
        "era": "alonzo",
        "updatableParameters": {
            "minUtxoDepositCoefficient": p.utxo_cost_per_byte,
            "plutusCostModels": cost_models_json(p, Language.PLUTUS_V1),
            "scriptExecutionPrices": prices_json(p),
            "maxExecutionUnitsPerTransaction": units_json(p.max_transaction_units),
            "maxExecutionUnitsPerBlock": units_json(p.max_block_units),
            "maxValueSize": {"bytes": p.max_value_size},
            "collateralPercentage": p.collateral_percentage,
            "maxCollateralInputs": p.max_collateral_inputs,
        },
    }


def _conway(chain: Chain, version: Version) -> Json:
    updatable = governance_json(chain.parameters)
    if version is not Version.V6_14:
        updatable["plutusCostModels"] = cost_models_json(chain.parameters, Language.PLUTUS_V3)
        updatable["minFeeReferenceScripts"] = reference_script_fees_json(chain.parameters)
    return {
        "era": "conway",
        "constitution": CONSTITUTION,
        "constitutionalCommittee": {"members": [], "quorum": "0/1"},
        "updatableParameters": updatable,
    }


def _dijkstra(chain: Chain, _version: Version) -> Json:
    fees = reference_script_fees_json(chain.parameters)
    return {
        "era": "dijkstra",
        "maxReferenceScriptsSizePerBlock": {
            "bytes": chain.parameters.max_reference_scripts_size_per_block
        },
        "maxReferenceScriptsSizePerTransaction": {
            "bytes": chain.parameters.max_reference_scripts_size
        },
        "minFeeReferenceScripts": {"range": fees["range"], "multiplier": fees["multiplier"]},
    }


def _start_time(chain: Chain) -> str:
    return iso_time(chain.clock.slots.zero_time_ms)


GENESIS: Mapping[str, Callable[[Chain, Version], Json]] = {
    "byron": _byron,
    "shelley": _shelley,
    "alonzo": _alonzo,
    "conway": _conway,
    "dijkstra": _dijkstra,
}
