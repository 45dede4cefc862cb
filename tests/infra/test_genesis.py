"""The private testnet: ``genesis.sh``, with a cardano-cli that writes what the real one does."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from milestone_core.networks import DEVNET
from milestone_core.services.building import LIFETIME_MS

from .conftest import INFRA, program

# What create-testnet-data writes without specifications (cardano-api: shelleyGenesisDefaults,
# alonzoGenesisDefaults, conwayGenesisDefaults), as far as the script looks at it.
DEFAULTS = {
    "shelley": {
        "slotLength": 1,
        "activeSlotsCoeff": 0.05,
        "securityParam": 2160,
        "epochLength": 432000,
        "networkId": "Testnet",
        "networkMagic": 42,
        "updateQuorum": 5,
        "protocolParams": {
            "minFeeA": 1,
            "minFeeB": 0,
            "eMax": 18,
            "protocolVersion": {"major": 2, "minor": 0},
        },
    },
    "alonzo": {"maxTxExUnits": {"exUnitsMem": 140000000, "exUnitsSteps": 10000000000}},
    "conway": {"minFeeRefScriptCostPerByte": 0, "plutusV3CostModel": [100788] * 251},
    "dijkstra": {},
    "byron": {"protocolConsts": {"k": 2160}},
}
CLI = """#!/usr/bin/env bash
set -eu
printf '%s\\n' "$*" >>"$RECORD"
while [ "$1" != --out-dir ]; do
    case $1 in
        --spec-*) cp "$2" "$RECORD.${1#--spec-}" ;;
    esac
    shift
done
mkdir -p "$2/pools-keys/pool1" "$2/utxo-keys/utxo1"
cp "$DEFAULTS"/*-genesis.json "$2"
echo '{}' >"$2/pools-keys/pool1/vrf.skey"
echo '{}' >"$2/utxo-keys/utxo1/utxo.skey"
chmod 644 "$2/pools-keys/pool1/vrf.skey"
"""


class Ran:
    """The script in a folder of the test's, with what it asked of cardano-cli."""

    def __init__(self, folder: Path) -> None:
        self.testnet = folder / "testnet"
        self.testnet.mkdir()
        self._record, self._bin = folder / "record", folder / "bin"
        self._bin.mkdir()
        defaults = folder / "defaults"
        defaults.mkdir()
        for era, document in DEFAULTS.items():
            (defaults / f"{era}-genesis.json").write_text(json.dumps(document))
        cli = self._bin / "cardano-cli"
        cli.write_text(CLI)
        cli.chmod(0o755)
        script = (INFRA / "private" / "genesis.sh").read_text()
        self._script = script.replace("/testnet", str(self.testnet))
        self._environment = {
            "PATH": f"{self._bin}:{os.environ['PATH']}",
            "RECORD": str(self._record),
            "DEFAULTS": str(defaults),
        }

    def __call__(self) -> None:
        subprocess.run(["bash", "-c", self._script], env=self._environment, check=True, timeout=30)

    @property
    def asked(self) -> list[str]:
        return self._record.read_text().splitlines()

    def specification(self, era: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(Path(f"{self._record}.{era}").read_text())
        return document

    def written(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.testnet / name).read_text())
        return document


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    program("jq")
    made = Ran(tmp_path_factory.mktemp("genesis"))
    made()
    return made


def test_cardano_cli_is_asked_as_its_help_says(ran: Ran, upstream: dict[str, Any]) -> None:
    command = "conway genesis create-testnet-data"
    recorded = upstream[f"cardano-cli {command}"]
    assert len(ran.asked) == 2
    for line in ran.asked:
        assert line.startswith(command)
        assert {w for w in line.split() if w.startswith("--")} <= set(recorded["options"])
        assert f"--testnet-magic {DEVNET.magic} " in line
    final = ran.asked[1]
    assert all(f"--spec-{era}" in final for era in ("shelley", "alonzo", "conway"))
    assert "--pools 1 --stake-delegators 1 --utxo-keys 1" in final


def test_a_block_every_second_at_mainnets_prices(ran: Ran) -> None:
    shelley = ran.specification("shelley")
    assert (shelley["slotLength"], shelley["activeSlotsCoeff"]) == (1, 1.0)
    assert shelley["epochLength"] == 10 * shelley["securityParam"] / shelley["activeSlotsCoeff"]
    horizon_ms = 1000 * 3 * shelley["securityParam"] / shelley["activeSlotsCoeff"]
    assert horizon_ms > LIFETIME_MS, "scripts are to be told when a transaction ends"
    parameters = shelley["protocolParams"]
    assert (parameters["minFeeA"], parameters["minFeeB"]) == (44, 155381)
    assert parameters["protocolVersion"]["major"] == 10
    assert parameters["eMax"] == 18, "what is not said stays as it was"
    assert ran.specification("conway")["minFeeRefScriptCostPerByte"] == 15
    assert len(ran.specification("conway")["plutusV3CostModel"]) == 251
    assert ran.specification("alonzo")["maxTxExUnits"]["exUnitsMem"] == 16_500_000


def test_the_configuration_is_whole_and_says_only_what_the_node_knows(
    ran: Ran, upstream: dict[str, Any]
) -> None:
    recorded = upstream["node configuration"]
    configuration = ran.written("config.json")
    assert set(recorded["required"]) <= configuration.keys()
    assert configuration.keys() <= {*recorded["required"], *recorded["options"]}
    for name, value in configuration.items():
        if name.endswith("GenesisFile"):
            assert (ran.testnet / value).is_file(), f"{name} names a file that is not made"
    assert ran.written("topology.json")["localRoots"][0]["accessPoints"] == []


def test_the_pools_keys_are_for_its_owner_only(ran: Ran) -> None:
    key = ran.testnet / "pools-keys" / "pool1" / "vrf.skey"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_network_that_is_there_stays(ran: Ran) -> None:
    before = ran.asked
    ran()
    assert ran.asked == before


def test_what_broke_off_is_begun_anew(tmp_path: Path) -> None:
    program("jq")
    made = Ran(tmp_path)
    (made.testnet / "half").mkdir()
    made()
    assert not (made.testnet / "half").exists()
    assert (made.testnet / "ready").exists()
