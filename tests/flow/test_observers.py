"""A policy that the contract keeps: its observer, a staking script, agrees to every release."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cbor2
import pytest

from milestone_core.domain.address import Address, Credential, RewardAccount
from milestone_core.domain.chain import Script
from milestone_core.services import observers, scripts
from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger.model import blake2b_256

from .project import ADA, TOKEN, Person, Project, Row

Install = Callable[[str, str, str], None]
SOURCES = Path(__file__).parent / "observer"
DEPOSIT, FEE = 2 * ADA, 200_000
REGISTRATION = 0
PLUTUS_TRUE = bytes.fromhex("450101002499")
"""(program 1.1.0 (lam x (con unit ())))"""

pytestmark = pytest.mark.slow  # it compiles the observer, which takes Aiken

POLICY = """
from dataclasses import dataclass

from milestone_core.api import Observer, Provider, Releasable, Script, hookimpl


@dataclass(frozen=True)
class Watched:
    code: str = ""
    says: str = "d87980"

    def releasable(self, context):
        return Releasable(context.vested, "the observer decides")

    def observer(self):
        return Observer(Script("plutus:v3", bytes.fromhex(self.code)), bytes.fromhex(self.says))


@hookimpl
def milestone_release_policy():
    return [Provider("watched", "an observer decides", lambda settings, _: settings, Watched)]
"""


@pytest.fixture(scope="module")
def script(aiken: str, tmp_path_factory: pytest.TempPathFactory) -> Script:
    """The compiled observer."""
    folder = tmp_path_factory.mktemp("compiled") / "observer"
    shutil.copytree(SOURCES, folder)
    subprocess.run([aiken, "build"], cwd=folder, check=True, capture_output=True)
    [entry] = json.loads((folder / "plutus.json").read_text())["validators"]
    compiled = Script("plutus:v3", bytes.fromhex(entry["compiledCode"]))
    assert compiled.hash.hex() == entry["hash"]
    return compiled


@pytest.fixture
def watched(install: Install) -> None:
    """The policy's plugin is installed."""
    install("milestone-policy-watched", "watched", POLICY)


@pytest.fixture
def owner(project: Project) -> Person:
    return project.person("owner", ada=300, tokens=1_000)


def send(
    project: Project,
    outputs: list[dict[int, Any]],
    certificates: list[Any] | None = None,
    deposit: int = 0,
) -> None:
    """Send a transaction of somebody who does not matter."""
    key = PaymentKey.random()
    held = 50 * ADA
    address = str(Address.from_bytes(key.address))
    funding = project.devnet.fund(address, lovelace=held, tokens=0)
    rest = held - FEE - sum(output[1] for output in outputs) - deposit
    body: dict[int, Any] = {
        0: [[bytes.fromhex(funding.transaction), 0]],
        1: [*outputs, {0: key.address, 1: rest}],
        2: FEE,
    }
    if certificates:
        body[4] = certificates
    signature = key.sign(blake2b_256(cbor2.dumps(body)))
    with project.app() as app:
        app.chain.submit(cbor2.dumps([body, {0: [[key.public, signature]]}, True, None]))


def register_stake(project: Project, script_hash: bytes) -> None:
    """Register a stake credential, with the certificate that needs nobody's consent."""
    with project.app() as app:
        registered = app.chain.rewards(Credential.script(script_hash)) is not None
    if not registered:
        send(project, [], deposit=DEPOSIT, certificates=[[REGISTRATION, [1, script_hash]]])


def reference_script(script: Script) -> cbor2.CBORTag:
    """A Plutus V3 script, as an output carries it."""
    return cbor2.CBORTag(24, cbor2.dumps([3, script.code]))


def policy(script: Script, **settings: str) -> list[str]:
    """The table of a schedule whose policy knows its observer."""
    lines = ['name = "watched"', f'observer = "{script.hash.hex()}"', "[policy.settings]"]
    values = {"code": script.code.hex(), **settings}
    return lines + [f'{name} = "{value}"' for name, value in values.items()]


def promise(owner: Person, oracle: Person) -> dict[str, Any]:
    rows = [Row(oracle.address, 600), Row(owner.with_stake, 400)]
    return {"owner": owner, "oracles": [oracle], "rows": rows}


def register(project: Project, owner: Person, oracle: Person, lines: list[str]) -> None:
    project.register("grants", **promise(owner, oracle), policy=lines)


def ready(project: Project, owner: Person, oracle: Person, script: Script) -> None:
    """The observer is registered, the schedule is deployed and its milestone proven."""
    register_stake(project, script.hash)
    project.pay("deploy", "grants", key=owner)
    project.attest("grants", [oracle])
    project.pay("prove", "grants", "alpha", key=owner)


@pytest.mark.usefixtures("watched")
def test_a_release_takes_its_observer_along(
    project: Project, owner: Person, oracle: Person, script: Script
) -> None:
    path = project.write("grants", **promise(owner, oracle), policy=policy(script))
    warned = project("register", path, "--csv", path.with_suffix(".csv")).err
    assert f"the observer {script.hash.hex()} agrees" in warned
    ready(project, owner, oracle, script)
    account = str(RewardAccount(0, Credential.script(script.hash)))
    shown = project("release", "grants", "--key", owner.file, "--dry-run")
    assert f"from {account}, whose script must agree" in shown.out + shown.err
    paid = project.pay("release", "grants", key=owner)
    assert paid["reviews"][0]["withdrawn"] == [{"account": account, "lovelace": "0"}]
    assert [payout["amount"] for payout in paid["payouts"]] == ["600", "400"]
    assert project.held(oracle.address).quantity(TOKEN) == 600


@pytest.mark.usefixtures("watched")
def test_an_observer_that_lies_on_chain_is_read_by_reference(
    project: Project, owner: Person, oracle: Person, script: Script
) -> None:
    register(project, owner, oracle, policy(script))
    ready(project, owner, oracle, script)
    whole = project.json("release", "grants", "--key", owner.file, "--dry-run")
    with project.app() as app:
        home = app.contract.distribution_address
        already = scripts.carrying(app, script.hash)
    assert already is None
    send(project, [{0: bytes(home), 1: 5 * ADA, 3: reference_script(script)}])
    paid = project.pay("release", "grants", key=owner)
    assert paid["reviews"][0]["size"] < whole["reviews"][0]["size"] - len(script.code) + 60


def test_the_script_of_an_observer_is_found_in_the_index(
    project: Project, owner: Person, oracle: Person, script: Script
) -> None:
    """Its policy has no plugin here that would know it."""
    lines = ['name = "quorum-vesting"', f'observer = "{script.hash.hex()}"']
    register(project, owner, oracle, lines)
    send(project, [{0: PaymentKey.random().address, 1: 5 * ADA, 3: reference_script(script)}])
    ready(project, owner, oracle, script)
    assert len(project.pay("release", "grants", key=owner)["payouts"]) == 2


@pytest.mark.usefixtures("watched")
def test_without_the_observers_withdrawal_the_contract_refuses(
    project: Project,
    owner: Person,
    oracle: Person,
    script: Script,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(project, owner, oracle, policy(script))
    ready(project, owner, oracle, script)
    monkeypatch.setattr(observers, "observe", lambda *_: None)
    error = project.pay("release", "grants", key=owner, exits=7)
    assert "the release from the vault (spend" in error["message"]


@pytest.mark.usefixtures("watched")
def test_what_the_observer_refuses_is_not_paid(
    project: Project, owner: Person, oracle: Person, script: Script
) -> None:
    register(project, owner, oracle, policy(script, says="d87a80"))
    ready(project, owner, oracle, script)
    error = project.pay("release", "grants", key=owner, exits=7)
    assert f"the withdrawal of the observer {script.hash.hex()} (withdraw 0)" in error["message"]
    assert project.load("grants").open_pages[0].vault.claimed == (0, 0)


@pytest.mark.usefixtures("watched")
def test_an_observer_that_is_not_registered_is_not_deployed(
    project: Project, owner: Person, oracle: Person, script: Script
) -> None:
    other = Script("plutus:v3", PLUTUS_TRUE)
    register(project, owner, oracle, policy(other))
    error = project.pay("deploy", "grants", key=owner, exits=5)
    assert "not registered" in error["message"]
    register_stake(project, other.hash)
    project.pay("deploy", "grants", key=owner)
    assert other.hash != script.hash


def test_an_observer_that_is_a_native_script_is_not_deployed(
    project: Project, owner: Person, oracle: Person
) -> None:
    native = Script("native", cbor2.dumps([0, owner.address.payment.hash]))
    lines = ['name = "quorum-vesting"', f'observer = "{native.hash.hex()}"']
    register(project, owner, oracle, lines)
    register_stake(project, native.hash)
    error = project.pay("deploy", "grants", key=owner, exits=4)
    assert "nobody here knows the script" in error["message"]
    content = cbor2.CBORTag(24, cbor2.dumps([0, cbor2.loads(native.code)]))
    send(project, [{0: PaymentKey.random().address, 1: 5 * ADA, 3: content}])
    error = project.pay("deploy", "grants", key=owner, exits=2)
    assert "a script of native" in error["message"]


@pytest.mark.usefixtures("watched")
def test_the_settings_of_a_policy_must_make_the_observer_that_is_named(
    project: Project, owner: Person, oracle: Person, script: Script
) -> None:
    lines = policy(script, code=PLUTUS_TRUE.hex())
    register(project, owner, oracle, lines)
    error = project.pay("deploy", "grants", key=owner, exits=9)
    assert "the schedule names" in error["message"]
