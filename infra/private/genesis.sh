#!/usr/bin/env bash
# Makes a testnet of one stake pool that makes a block every second, in /testnet, once. It runs in the
# node's image, with its cardano-cli and jq. The magic number is 42: for Milestone this is `devnet`.
#
# The money is in the key /testnet/utxo-keys/utxo1/utxo.skey. Delete the volumes to begin anew.
set -euo pipefail

[ ! -e /testnet/ready ] || exit 0
cd /testnet
rm -rf ./*

# Fees, limits and deposits of mainnet on top of cardano-cli's defaults. Every slot is a leader slot
# (activeSlotsCoeff 1), so the ledger vouches for time up to 3k slots ahead, and so long a pause of the
# pool does not end the network: nine hours with this k. Milestone's transactions are valid for two.
cardano-cli conway genesis create-testnet-data --testnet-magic 42 --out-dir defaults
jq '.slotLength = 1
    | .activeSlotsCoeff = 1.0
    | .securityParam = 10800
    | .epochLength = 108000
    | .slotsPerKESPeriod = 129600
    | .maxKESEvolutions = 62
    | .protocolParams += {
        protocolVersion: {major: 10, minor: 0},
        decentralisationParam: 0,
        minFeeA: 44, minFeeB: 155381, maxTxSize: 16384, maxBlockBodySize: 90112,
        keyDeposit: 2000000, poolDeposit: 500000000, minPoolCost: 170000000
      }' defaults/shelley-genesis.json >shelley.spec.json
jq '.maxTxExUnits = {exUnitsMem: 16500000, exUnitsSteps: 10000000000}
    | .maxBlockExUnits = {exUnitsMem: 72000000, exUnitsSteps: 20000000000}
    | .collateralPercentage = 150
    | .maxCollateralInputs = 3' defaults/alonzo-genesis.json >alonzo.spec.json
jq '.minFeeRefScriptCostPerByte = 15' defaults/conway-genesis.json >conway.spec.json
rm -rf defaults

cardano-cli conway genesis create-testnet-data \
    --spec-shelley shelley.spec.json \
    --spec-alonzo alonzo.spec.json \
    --spec-conway conway.spec.json \
    --testnet-magic 42 \
    --pools 1 \
    --stake-delegators 1 \
    --utxo-keys 1 \
    --total-supply 30000000000000000 \
    --out-dir .

# The node refuses a VRF key that others may read.
chmod 600 pools-keys/pool1/*.skey
# Whoever funds accounts on this network copies the key out of the container.
cat >config.json <<'END'
{
  "Protocol": "Cardano",
  "RequiresNetworkMagic": "RequiresMagic",
  "ByronGenesisFile": "byron-genesis.json",
  "ShelleyGenesisFile": "shelley-genesis.json",
  "AlonzoGenesisFile": "alonzo-genesis.json",
  "ConwayGenesisFile": "conway-genesis.json",
  "DijkstraGenesisFile": "dijkstra-genesis.json",
  "TestShelleyHardForkAtEpoch": 0,
  "TestAllegraHardForkAtEpoch": 0,
  "TestMaryHardForkAtEpoch": 0,
  "TestAlonzoHardForkAtEpoch": 0,
  "TestBabbageHardForkAtEpoch": 0,
  "TestConwayHardForkAtEpoch": 0,
  "ExperimentalHardForksEnabled": false,
  "ExperimentalProtocolsEnabled": true,
  "LastKnownBlockVersion-Major": 6,
  "LastKnownBlockVersion-Minor": 0,
  "LastKnownBlockVersion-Alt": 0,
  "TraceOptionMetricsPrefix": "cardano.node.metrics.",
  "TraceOptions": {
    "": {"backends": ["Stdout HumanFormatColoured"], "detail": "DNormal", "severity": "Notice"}
  }
}
END
cat >topology.json <<'END'
{
  "localRoots": [{"accessPoints": [], "advertise": false, "valency": 1}],
  "publicRoots": [{"accessPoints": [], "advertise": false}],
  "useLedgerAfterSlot": -1
}
END
touch ready
