"""Anybody can put anything on chain: only what the contract vouches for is believed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import AssetId, Output, Value
from milestone_core.domain.schedule import Milestone
from milestone_core.errors import BadInput, NotFound
from milestone_core.onchain import datums, plutus_data
from milestone_core.services import building, distributions, lookup, scripts, wallets
from milestone_core.transactions.draft import Draft
from milestone_devnet.node import Devnet

from .project import ADA, TOKEN, Person, Project, Row, key_of


@dataclass
class Grants:
    project: Project
    owner: Person
    one: Person


@pytest.fixture(scope="module")
def grants(
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Grants:
    """Two schedules of one owner; 7 are due of the first, 9 of the other."""
    project = Project.begin(tmp_path_factory.mktemp("project"), devnet)
    owner, one = project.person("owner", ada=500, tokens=1000), project.person("one")
    for name, amount in (("grants", 7), ("others", 9)):
        project.deploy(name, owner=owner, oracles=[owner], rows=[Row(one.address, amount)])
        project.attest(name, [owner])
    return Grants(project, owner, one)


@pytest.fixture
def copy(grants: Grants, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project in a folder whose store may be spoiled."""
    return grants.project.copy(tmp_path_factory.mktemp("copy") / "project")


def put(project: Project, forger: Person, *outputs: Output) -> None:
    """Put outputs on chain from the forger's wallet."""
    with project.app() as app:
        wallet = wallets.open_wallet(app, (key_of(forger),))
        unsigned = building.build(app, Draft(outputs), wallet, building.moment(app))
        app.chain.submit(unsigned.sign())


def change(project: Project, **fields: Any) -> None:
    """Change the record of ``grants`` in the local store."""
    with project.app() as app:
        record = replace(distributions.record_of(app, "grants"), **fields)
        distributions.keep(app, record)


def test_copies_of_vault_and_schedule_without_the_token_are_overlooked(grants: Grants) -> None:
    project = grants.project
    page = project.load("grants").open_pages[0]
    generous = replace(page.page, rows=tuple(replace(r, amount=999) for r in page.page.rows))
    paid = datums.vault_data(replace(page.vault, claimed=(1,)))
    address = page.vault_utxo.output.address
    put(
        project,
        grants.owner,
        Output(address, Value(5 * ADA), plutus_data.encode(datums.schedule_data(generous))),
        Output(address, Value(5 * ADA, {TOKEN: 1}), plutus_data.encode(paid)),
    )
    assert project.load("grants").open_pages[0] == replace(
        page, slot=project.load("grants").open_pages[0].slot
    )
    assert project.json("status", "grants")["paid"] == "0"


def test_a_token_of_the_same_name_under_another_policy_is_no_distribution(grants: Grants) -> None:
    project = grants.project
    page = project.load("grants").open_pages[0].id
    with project.app() as app:
        for foreign in (AssetId(TOKEN.policy, page.name), TOKEN):
            with pytest.raises(NotFound, match="no distribution of this contract"):
                lookup.find_page(app, foreign)
            with pytest.raises(NotFound, match="no programme of this contract"):
                lookup.find_programme(app, foreign)


def test_an_id_of_our_policy_that_was_never_minted_is_not_found(grants: Grants) -> None:
    with grants.project.app() as app:
        registry, programme = app.contract.registry.hash, app.contract.programme.hash
        with pytest.raises(NotFound):
            lookup.find_page(app, AssetId(registry, bytes(32)))
        with pytest.raises(NotFound):
            lookup.find_programme(app, AssetId(programme, bytes(32)))


@pytest.mark.parametrize("text", ["", ".", "ab.cd", "00" * 28, f"{'00' * 28}.{'00' * 31}", "é.ü"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        lookup.parse_id(text)


def test_a_schedule_that_was_changed_here_after_its_deployment_is_refused(
    grants: Grants, copy: Project
) -> None:
    with copy.app() as app:
        schedule = distributions.record_of(app, "grants").schedule
    (allocation,) = schedule.allocations
    raised = replace(schedule, allocations=(replace(allocation, amount=700),))
    change(copy, schedule=raised)
    for command in ("release", "reclaim"):
        error = copy.pay(command, "grants", key=grants.owner, exits=7)
        assert "not what the schedule" in error["message"]
    copy.json("status", "grants", exits=7)
    copy.json("calculate", "grants", exits=7)


def test_a_renamed_milestone_or_another_policy_is_noticed_by_the_documents_hash(
    copy: Project,
) -> None:
    with copy.app() as app:
        schedule = distributions.record_of(app, "grants").schedule
    other = replace(schedule, policy=replace(schedule.policy, name="all-or-nothing"))
    change(copy, schedule=other)
    copy.json("status", "grants", exits=7)


def test_the_distribution_of_another_schedule_is_refused(copy: Project) -> None:
    with copy.app() as app:
        other = distributions.record_of(app, "others")
    change(copy, programme=other.programme, pages=other.pages)
    copy.json("status", "grants", exits=7)


def test_the_programme_of_another_schedule_is_refused(grants: Grants, copy: Project) -> None:
    with copy.app() as app:
        other = distributions.record_of(app, "others")
    change(copy, programme=other.programme)
    copy.pay("release", "grants", key=grants.owner, exits=7)


@pytest.mark.parametrize(
    ("altered", "named"),
    [
        ({"milestones": (Milestone("alpha"), Milestone("beta"))}, "milestones"),
        ({"owner": Address(0, Credential.key(bytes(28)))}, "owner"),
        ({"until": 2**42}, "end"),
    ],
)
def test_a_programme_that_is_not_the_schedules_is_not_attested_nor_released(
    grants: Grants, copy: Project, altered: dict[str, Any], named: str
) -> None:
    with copy.app() as app:
        schedule = distributions.record_of(app, "grants").schedule
    change(copy, schedule=replace(schedule, **altered))
    evidence = copy.folder / "evidence.txt"
    evidence.write_text("done")
    for error in (
        copy.json("oracle", "message", "grants", "alpha", "--evidence", evidence, exits=7),
        copy.pay("release", "grants", key=grants.owner, exits=7),
    ):
        assert error["details"]["differs"] == [named]


def test_an_attestation_for_another_programme_is_refused(grants: Grants) -> None:
    project = grants.project
    signed = project.signature("others", grants.owner)
    error = project.json("commit", "grants", signed, exits=2)
    assert "programme" in error["message"]


def test_a_foreign_script_at_the_contracts_address_is_not_taken_for_ours(grants: Grants) -> None:
    project = grants.project
    with project.app() as app:
        before = scripts.find(app).found
        address = app.contract.distribution_address
        ours = before["registry"].output.script
    # One with a datum is somebody's vault to be; whoever owns it could take it away.
    datum = plutus_data.encode(datums.vault_data(project.load("grants").open_pages[0].vault))
    put(project, grants.owner, Output(address, Value(), datum, script=ours))
    with project.app() as app:
        assert scripts.find(app).found == before


def test_a_record_is_still_believed_after_a_change_that_promises_nothing_else(
    copy: Project,
) -> None:
    change(copy, created_at=1)
    with copy.app() as app:
        assert distributions.record_of(app, "grants").created_at == 1
    copy.json("status", "grants")
