"""What a user gets who installs the core, and then a plugin of a stranger."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT, Environment, build_wheel

pytestmark = pytest.mark.slow


def test_the_wheel_carries_the_compiled_contract(core_wheel: Path) -> None:
    with zipfile.ZipFile(core_wheel) as wheel:
        assert (
            wheel.read("milestone_core/onchain/plutus.json")
            == (ROOT / "contracts" / "plutus.json").read_bytes()
        )
        for network in ("preview", "preprod", "mainnet"):
            assert (
                wheel.read(f"milestone_core/infra/{network}/compose.yaml")
                == (ROOT / "infra" / network / "compose.yaml").read_bytes()
            )
        assert "milestone_core/py.typed" in wheel.namelist()
        assert [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]


def test_the_core_alone_lists_what_is_built_in(core_alone: Environment) -> None:
    listed = core_alone.run("milestone", "plugins", "--json")
    assert listed.returncode == 0, listed.stderr
    found = {(p["name"], p["state"]) for p in json.loads(listed.stdout)["plugins"]}
    assert found == {("blueprint", "loaded"), ("quorum-vesting", "loaded")}


def test_the_core_alone_finds_its_contract_in_the_wheel(core_alone: Environment) -> None:
    source = (
        "from milestone_core.onchain.blueprint import load_blueprint;"
        "print(load_blueprint().source())"
    )
    found = core_alone.run("python", "-c", source)
    assert found.stdout.strip().endswith("site-packages/milestone_core/onchain/plutus.json")


def test_a_command_of_a_plugin_that_is_missing_says_how_to_install_it(
    core_alone: Environment,
) -> None:
    done = core_alone.run("milestone", "devnet", "run", "--json")
    assert done.returncode == 9
    assert done.stdout == ""
    assert json.loads(done.stderr)["error"]["hint"] == "pip install milestone-devnet"


def test_a_port_whose_plugin_is_missing_says_how_to_install_it(core_alone: Environment) -> None:
    source = """
from pathlib import Path
from milestone_core.app import App
from milestone_core.errors import Misconfigured
app = App({}, Path.cwd(), tell=print, warn=print)
for port in ("chain", "utxo", "storage"):
    try:
        getattr(app, port)
    except Misconfigured as error:
        print(error.exit, error.hint)
"""
    done = core_alone.run("python", "-c", source)
    assert done.stdout.splitlines() == [
        "9 pip install milestone-ogmios",
        "9 pip install milestone-kupo",
        "9 pip install milestone-storage-sqlite",
    ]


CALCULATE = """
from pathlib import Path
from milestone_core.app import App
from milestone_core.domain.address import TESTNET, Address, Credential
from milestone_core.domain.chain import ADA
from milestone_core.domain.distribution import Page, Programme, ProgrammeMilestone, Row, Vault
from milestone_core.domain.release import assess
from milestone_core.domain.schedule import PolicyChoice
from milestone_core.domain.vesting import Vesting

def programme(*evidence):
    milestones = tuple(
        ProgrammeMilestone(name, hash) for name, hash in zip((b"design", b"audit"), evidence)
    )
    return Programme(milestones, (), 1, 0, Credential.key(bytes(28)), 10**13, False)

page = Page(
    registry=b"", rows=(Row(0, 0, 0, 1000),),
    addresses=(Address(TESTNET, Credential.key(bytes(28))),),
    vestings=(Vesting(0, 1, 10),), programme=ADA, asset=ADA, observer=None,
    owner=Credential.key(bytes(28)), expiry=10**12, document=b"",
)
app = App({}, Path.cwd(), tell=print, warn=print)
policy = app.policy(PolicyChoice("holdback", {"percent": 25}))
for evidence in ((None, None), (bytes(32), None), (bytes(32), bytes(32))):
    [row] = assess(page, Vault(b"", (0,)), programme(*evidence), 10**6, policy.releasable)
    print(row.claimable, row.reason)
"""


def test_a_stranger_s_policy_is_installed_and_calculates(
    core_alone: Environment, tmp_path: Path
) -> None:
    core_alone.install(build_wheel(ROOT / "examples" / "policy-holdback", tmp_path))
    listed = json.loads(core_alone.run("milestone", "plugins", "--json").stdout)["plugins"]
    assert [p["distribution"] for p in listed if p["name"] == "holdback"] == [
        "milestone-policy-holdback"
    ]
    calculated = core_alone.run("python", "-c", CALCULATE)
    assert calculated.stdout.splitlines() == [
        "0 25 % stays back until design, audit is proven",
        # 750 is allowed, and the contract pays whole steps of 100.
        "700 25 % stays back until audit is proven",
        "1000 every milestone is proven",
    ], calculated.stderr
