"""Wallets at the edge: empty, one output, only tokens, a coin too few."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from milestone_core.domain.chain import Output, Value
from milestone_core.onchain.contract import script_of
from milestone_core.services import building, wallets
from milestone_core.transactions.draft import Draft
from milestone_devnet.node import Devnet

from .project import ADA, TOKEN, Person, Project, Row, key_of


@dataclass
class Grants:
    project: Project
    owner: Person
    people: list[Person]


@pytest.fixture(scope="module")
def grants(
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Grants:
    project = Project.begin(tmp_path_factory.mktemp("project"), devnet)
    owner = project.person("owner", ada=500, tokens=1000)
    people = [project.person(f"p{number}") for number in range(12)]
    rows = [Row(person.address, 10) for person in people]
    project.deploy("grants", owner=owner, oracles=[owner], rows=rows)
    project.attest("grants", [owner])
    project.pay("prove", "grants", "alpha", key=owner)
    return Grants(project, owner, people)


@pytest.fixture
def due(grants: Grants) -> Person:
    """Somebody to whom 10 are due."""
    return grants.people.pop()


def test_an_empty_wallet_is_told_where_to_send_ada(grants: Grants, due: Person) -> None:
    broke = grants.project.person("broke")
    error = grants.project.pay("release", "grants", "--beneficiary", due.text, key=broke, exits=6)
    assert error["details"]["address"] == broke.text
    assert f"milestone devnet fund {broke.text}" in error["hint"]


def test_one_output_serves_as_fee_and_collateral(grants: Grants, due: Person) -> None:
    single = grants.project.person("single", ada=5)
    grants.project.pay("release", "grants", "--beneficiary", due.text, key=single)
    assert grants.project.held(due.address).quantity(TOKEN) == 10


def test_tokens_in_the_only_output_stay_in_the_wallet(grants: Grants, due: Person) -> None:
    holder = grants.project.person("holder", ada=5, tokens=77)
    document = grants.project.pay("release", "grants", "--beneficiary", due.text, key=holder)
    after = grants.project.held(holder.address)
    paid = grants.project.held(due.address)
    fee = int(document["transactions"][0]["fee"])
    assert after == Value(5 * ADA - fee - paid.lovelace, {TOKEN: 77})


def test_a_change_too_small_for_an_output_is_a_shortfall(grants: Grants, due: Person) -> None:
    """What pays for the release and leaves 0.1 ADA of change is not enough, and it says so."""
    project = grants.project
    arguments = ("release", "grants", "--beneficiary", due.text)
    shown = project.json(*arguments, "--key", grants.owner.file, "--dry-run")["reviews"][0]
    paid = next(int(o["lovelace"]) for o in shown["outputs"] if o["kind"] == "paid")
    poor = project.person("tight")
    project.devnet.fund(poor.text, lovelace=paid + int(shown["fee"]) + 100_000)
    block = project.devnet.control.status()["block"]
    error = project.pay(*arguments, key=poor, exits=6)
    assert 0 < int(error["details"]["lovelace"]) < ADA
    assert project.devnet.control.status()["block"] == block
    project.fund(poor.address, ada=2)
    project.pay(*arguments, key=poor)
    assert project.held(due.address).quantity(TOKEN) == 10


def test_the_owner_without_the_tokens_cannot_deploy(grants: Grants) -> None:
    project = grants.project
    owner = project.person("no-tokens", ada=50, tokens=9)
    project.register("dear", owner=owner, oracles=[owner], rows=[Row(owner.address, 10)])
    block = project.devnet.control.status()["block"]
    error = project.pay("deploy", "dear", key=owner, exits=6)
    assert error["details"]["assets"] == {str(TOKEN): "1"}
    assert project.devnet.control.status()["block"] == block


def test_only_the_owner_deploys(grants: Grants) -> None:
    project = grants.project
    owner, alien = project.person("the-owner"), project.person("alien", ada=50, tokens=10)
    project.register("theirs", owner=owner, oracles=[owner], rows=[Row(owner.address, 10)])
    assert "owner" in project.pay("deploy", "theirs", key=alien, exits=2)["message"]
    # The owner's key with nothing to spend cannot show that the owner agrees.
    keys = ("--key", owner.file, "--key", alien.file, "--yes")
    assert "owner" in project.json("deploy", "theirs", *keys, exits=6)["message"]
    project.fund(owner.address, ada=2)
    project.json("deploy", "theirs", *keys)


def test_two_keys_pay_together(grants: Grants, due: Person) -> None:
    project = grants.project
    one, two = project.person("first", ada=1), project.person("second", ada=2)
    keys = ("--key", one.file, "--key", two.file, "--yes")
    project.json("release", "grants", "--beneficiary", due.text, *keys)
    assert project.held(due.address).quantity(TOKEN) == 10


def test_a_key_given_twice_counts_once(grants: Grants, due: Person) -> None:
    project = grants.project
    poor = project.person("twice", ada=2)
    keys = ("--key", poor.file, "--key", poor.file, "--yes")
    # 2 ADA do not suffice; counted twice they would seem to.
    project.json("release", "grants", "--beneficiary", due.text, *keys, exits=6)
    rich = project.person("rich", ada=50)
    keys = ("--key", rich.file, "--key", rich.file, "--yes")
    project.json("release", "grants", "--beneficiary", due.text, *keys)


def test_outputs_that_carry_a_datum_or_a_script_are_left_alone(grants: Grants, due: Person) -> None:
    project = grants.project
    keeper = project.person("keeper", ada=100)
    with project.app() as app:
        script = app.contract.distribution
        carried = (
            Output(keeper.address, Value(20 * ADA), datum=b"\x01"),
            Output(keeper.address, Value(), script=script_of(script)),
        )
        wallet = wallets.open_wallet(app, (key_of(keeper),))
        at = building.moment(app)
        app.chain.submit(building.build(app, Draft(carried), wallet, at).sign())
        kept = set(app.utxo.unspent(keeper.text).utxos) - set(
            wallets.open_wallet(app, (key_of(keeper),)).spendable
        )
    assert len(kept) == 2
    project.pay("release", "grants", "--beneficiary", due.text, key=keeper)
    with project.app() as app:
        assert kept <= set(app.utxo.unspent(keeper.text).utxos)
