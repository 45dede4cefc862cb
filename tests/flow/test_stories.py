"""The user stories of the specification, scenario by scenario, as their users live them.

One schedule of five beneficiaries and many milestones serves most of them: every test has a
milestone of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from milestone_core.domain.address import Address
from milestone_core.domain.vesting import Vesting
from milestone_core.files.times import iso
from milestone_core.onchain import datums
from milestone_devnet.node import Devnet, Settings

from .project import DAY, IN_THE_PAST, TOKEN, Person, Project, Row

MILESTONES = (
    "two-sign",
    "one-signs",
    "later",
    "both",
    "paid",
    "seen",
    "wrong",
    "others",
    "fees",
    "vests",
)


@dataclass
class Grants:
    """The schedule ``grants``: 2 of 3 oracles, 1,000 base units a milestone for each of five."""

    project: Project
    owner: Person
    oracles: list[Person]
    beneficiaries: list[Address]
    vests_at: int


@pytest.fixture(scope="module")
def grants(
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Grants:
    project = Project.begin(tmp_path_factory.mktemp("grants"), devnet)
    owner = project.person("owner", ada=1000, tokens=1_000_000)
    oracles = [project.person(name) for name in ("ann", "ben", "cyd")]
    people = [project.person(name) for name in ("alice", "bob", "carol", "dave", "erin")]
    # A stake part for some: what is paid must arrive at exactly the address of the schedule.
    addresses = [p.with_stake if n % 2 else p.address for n, p in enumerate(people)]
    vests_at = (project.now // 1000 + 3600) * 1000
    rows = [
        Row(address, 1000, milestone, Vesting(vests_at, 1, 1) if milestone == "vests" else cliff)
        for milestone in MILESTONES
        for address, cliff in zip(addresses, [IN_THE_PAST] * 5, strict=True)
    ]
    project.deploy(
        "grants", owner=owner, oracles=oracles, quorum=2, rows=rows, milestones=MILESTONES
    )
    return Grants(project, owner, oracles, addresses, vests_at)


def milestone_of(project: Project, milestone: str, *options: str) -> dict[str, object]:
    found = project.json("status", "grants", *options)
    return next(m for m in found["milestones"] if m["id"] == milestone)


# Story 1: the administrator initialises the environment.


def test_init_confirms_that_every_service_answers(tmp_path: Path, devnet: Devnet) -> None:
    project = Project(tmp_path, devnet)
    urls = ("--ogmios", devnet.ogmios_url, "--kupo", devnet.kupo_url)
    document = project.json("init", ".", "--network", "devnet", *urls)
    parts = {finding["part"]: finding["ok"] for finding in document["findings"]}
    assert document["healthy"] is True
    assert {"Ogmios", "node", "Kupo", "contract", "storage"} <= {p for p, ok in parts.items() if ok}


def test_init_names_what_is_missing_and_how_to_start_it(tmp_path: Path) -> None:
    project = Project(tmp_path, Devnet(Settings()))
    nobody = ("--ogmios", "ws://127.0.0.1:9", "--kupo", "http://127.0.0.1:9")
    result = project("init", ".", "--network", "devnet", *nobody, "--json", exits=3)
    failed = {f["part"]: f["remedy"] for f in result.document["findings"] if not f["ok"]}
    assert {"Ogmios", "Kupo"} <= failed.keys()
    assert all(failed[part] for part in ("Ogmios", "Kupo"))
    assert (tmp_path / "milestone.toml").exists(), "what was written stays"


def test_the_doctor_sees_the_right_network(grants: Grants) -> None:
    document = grants.project.json("doctor")
    node = next(finding for finding in document["findings"] if finding["part"] == "node")
    assert (document["network"], node["magic"], node["ok"]) == ("devnet", 42, True)


# Story 2: the administrator registers a schedule.


def test_the_datum_of_five_beneficiaries_holds_every_allocation(grants: Grants) -> None:
    document = grants.project.json("schedule", "show", "grants", "--datum")
    (schedule,) = document["datums"]["schedules"]
    page = datums.read_schedule(bytes.fromhex(schedule), 0)
    promised = {(page.beneficiary(i), r.milestone, r.amount) for i, r in enumerate(page.rows)}
    assert promised == {(a, m, 1000) for a in grants.beneficiaries for m in range(len(MILESTONES))}
    assert page.total == 50_000 == int(document["total"])
    assert page.asset == TOKEN


def test_invalid_rows_are_all_named_and_nothing_is_kept(grants: Grants) -> None:
    project = grants.project
    path = project.write("faulty", owner=grants.owner, oracles=grants.oracles, rows=[])
    rows = path.with_suffix(".csv")
    rows.write_text(
        "beneficiary,amount,milestone,vesting\n"
        "addr_test1nonsense,10,alpha,v0\n"
        f"{grants.beneficiaries[0]},-10,alpha,v0\n"
    )
    path.write_text(path.read_text() + "[vestings.v0]\nstart = 2020-01-01\n")
    error = project.json("register", path, "--csv", rows, exits=2)
    places = [problem["where"] for problem in error["details"]["problems"]]
    assert any("row 2" in place and "beneficiary" in place for place in places)
    assert any("row 3" in place and "amount" in place for place in places)
    project.json("schedule", "show", "faulty", exits=4)


def test_what_is_shown_is_what_lies_on_chain(grants: Grants) -> None:
    shown = grants.project.json("schedule", "show", "grants", "--datum")["datums"]
    (page,) = grants.project.load("grants").open_pages
    assert shown["ids_known"] is True
    assert [bytes.fromhex(s) for s in shown["schedules"]] == [page.schedule_utxo.output.datum]


def test_people_see_beneficiaries_totals_and_terms(grants: Grants) -> None:
    shown = grants.project("schedule", "show", "grants").out
    assert "50000" in shown
    assert "2 of 3" in shown
    assert "beneficiaries 5, allocations 50" in shown


# Story 3: the administrator commits what oracles attest.


def test_signatures_are_kept_and_counted_until_the_quorum_is_there(grants: Grants) -> None:
    project, (ann, ben, _) = grants.project, grants.oracles
    first = project.attest("grants", [ann], "two-sign")["committed"][0]
    assert (first["signatures"], first["verified"]) == (1, False)
    second = project.attest("grants", [ben], "two-sign")["committed"][0]
    assert (second["signatures"], second["quorum"], second["verified"]) == (2, 2, True)
    kept = milestone_of(project, "two-sign", "--offline")
    assert (kept["state"], kept["signatures"]) == ("verified", 2)


def test_a_second_signature_of_the_same_oracle_replaces_the_first(grants: Grants) -> None:
    project, (ann, *_) = grants.project, grants.oracles
    project.attest("grants", [ann], "one-signs")
    again = project.attest("grants", [ann], "one-signs")["committed"][0]
    assert (again["signatures"], again["replaced"]) == (1, True)


def test_signatures_over_two_evidences_are_no_quorum(grants: Grants) -> None:
    project, (ann, ben, _) = grants.project, grants.oracles
    project.attest("grants", [ann], "both", "the first report")
    one = project.attest("grants", [ben], "both", "the second report")["committed"][0]
    assert (one["signatures"], one["verified"]) == (1, False)
    error = project.pay("prove", "grants", "both", key=grants.owner, exits=5)
    assert error["details"]["signatures"] == 1


def test_malformed_signatures_are_refused_and_nothing_of_the_batch_is_kept(
    grants: Grants, tmp_path: Path
) -> None:
    project, (ann, *_) = grants.project, grants.oracles
    good = project.signature("grants", ann, "later")
    bad = tmp_path / "bad.json"
    document = json.loads(good.read_text())
    document["signature"] = document["signature"][:-2]
    bad.write_text(json.dumps(document))
    error = project.json("commit", "grants", good, bad, exits=2)
    assert "signature" in error["message"]
    assert milestone_of(project, "later")["signatures"] == 0


def test_an_attestation_for_an_unknown_milestone_is_refused(grants: Grants, tmp_path: Path) -> None:
    project = grants.project
    good = project.signature("grants", grants.oracles[0], "later")
    document = json.loads(good.read_text())
    document["milestone"] = "never-heard-of"
    foreign = tmp_path / "foreign.json"
    foreign.write_text(json.dumps(document))
    assert "never-heard-of" in project.json("commit", "grants", foreign, exits=2)["message"]


def test_a_stranger_is_no_oracle(grants: Grants) -> None:
    project = grants.project
    stranger = project.person("stranger")
    signed = project.signature("grants", stranger, "later")
    assert "no oracle" in project.json("commit", "grants", signed, exits=2)["message"]


def test_nothing_can_be_attested_before_deployment(grants: Grants) -> None:
    project, (ann, *_) = grants.project, grants.oracles
    signed = project.signature("grants", ann, "later")
    rows = [Row(grants.beneficiaries[0], 1)]
    project.register("draft", owner=grants.owner, oracles=grants.oracles, rows=rows)
    assert "deploy" in project.json("commit", "draft", signed, exits=4)["hint"]
    project.json("oracle", "message", "draft", "alpha", "--evidence", signed, exits=4)


# Story 4: a user checks what is complete.


def test_status_follows_a_milestone_from_one_signature_to_the_chain(grants: Grants) -> None:
    project, (ann, ben, _) = grants.project, grants.oracles
    project.attest("grants", [ann], "seen")
    found = milestone_of(project, "seen")
    assert (found["state"], found["signatures"], found["quorum"]) == ("unverified", 1, 2)
    project.attest("grants", [ben], "seen")
    assert milestone_of(project, "seen")["state"] == "verified"
    assert any("prove grants seen" in step for step in project.json("status", "grants")["next"])
    project.pay("prove", "grants", "seen", key=grants.owner)
    document = project.json("status", "grants")
    assert milestone_of(project, "seen")["state"] == "proven"
    assert document["source"] == "chain"
    rows = [row for row in document["allocations"] if row["milestone"] == "seen"]
    assert [row["state"] for row in rows] == ["claimable"] * 5


def test_a_schedule_that_is_not_here_is_not_found(grants: Grants) -> None:
    assert "grants" in grants.project.json("status", "nothing", exits=4)["message"]


def test_a_stale_cache_is_corrected_from_chain(grants: Grants, tmp_path: Path) -> None:
    project = grants.project
    project.json("status", "grants")
    other = project.copy(tmp_path / "other")
    other.attest("grants", grants.oracles[:2], "others")
    other.pay("release", "grants", "--milestone", "others", key=grants.owner)
    document = project.json("status", "grants")
    assert "milestone others is proven on chain" in document["corrections"]
    assert len([c for c in document["corrections"] if "instalments are paid" in c]) == 5
    offline = project.json("status", "grants", "--offline")
    assert (offline["paid"], offline["verified"]) == (document["paid"], False)
    assert project.json("status", "grants")["corrections"] == []


# Story 5: what may be claimed is calculated.


def test_an_allocation_is_claimable_in_full_once_its_milestone_is_proven(grants: Grants) -> None:
    project, one = grants.project, grants.beneficiaries[0]
    whose = ("--beneficiary", one, "--milestone", "paid")
    assert project.json("calculate", "grants", *whose)["claimable"] == "0"
    project.attest("grants", grants.oracles[:2], "paid")
    project.pay("prove", "grants", "paid", key=grants.owner)
    assert project.json("calculate", "grants", *whose)["claimable"] == "1000"
    before = int(project.json("calculate", "grants", "--beneficiary", one)["claimable"])
    assert before >= 1000, "the sum over milestones"
    project.pay("release", "grants", *whose, key=grants.owner)
    assert project.json("calculate", "grants", *whose)["claimable"] == "0"
    after = int(project.json("calculate", "grants", "--beneficiary", one)["claimable"])
    assert after == before - 1000, "what is claimed is left out"


def test_what_has_not_vested_is_zero_and_is_not_released(grants: Grants) -> None:
    project = grants.project
    project.attest("grants", grants.oracles[:2], "vests")
    project.pay("prove", "grants", "vests", key=grants.owner)
    only = ("--milestone", "vests")
    assert project.json("calculate", "grants", *only)["claimable"] == "0"
    just_before = iso(grants.vests_at - 1)
    assert project.json("calculate", "grants", *only, "--at", just_before)["claimable"] == "0"
    at = iso(grants.vests_at)
    assert project.json("calculate", "grants", *only, "--at", at)["claimable"] == "5000"
    error = project.pay("release", "grants", *only, key=grants.owner, exits=5)
    assert error["details"]["next_at"] == iso(grants.vests_at)


# Story 6: a beneficiary submits a release.


def test_a_release_pays_exactly_the_address_of_the_schedule(grants: Grants) -> None:
    project, payer = grants.project, grants.project.person("payer", ada=50)
    one = grants.beneficiaries[1]
    project.attest("grants", grants.oracles[1:], "one-signs")
    before = project.held(one).quantity(TOKEN)
    document = project.pay(
        "release", "grants", "--beneficiary", one, "--milestone", "one-signs", key=payer
    )
    assert [(p["address"], p["amount"]) for p in document["payouts"]] == [(str(one), "1000")]
    assert [t["purpose"] for t in document["transactions"]] == ["proof", "release"]
    assert all(t["slot"] is not None for t in document["transactions"])
    assert project.held(one).quantity(TOKEN) == before + 1000


@pytest.mark.parametrize(
    ("option", "value", "exits"),
    [
        ("--milestone", "never-heard-of", 4),
        ("--beneficiary", "addr_test1nonsense", 2),
        ("--beneficiary", "a stranger", 4),
    ],
)
def test_a_wrong_beneficiary_or_milestone_is_refused_before_anything_is_sent(
    grants: Grants, option: str, value: str, exits: int
) -> None:
    project = grants.project
    if value == "a stranger":
        value = grants.owner.text
    before = project.held(grants.owner.address)
    project.pay("release", "grants", option, value, key=grants.owner, exits=exits)
    assert project.held(grants.owner.address) == before


def test_a_release_without_a_quorum_is_prevented(grants: Grants) -> None:
    project = grants.project
    project.attest("grants", grants.oracles[:1], "wrong")
    before = project.held(grants.owner.address)
    error = project.pay("release", "grants", "--milestone", "wrong", key=grants.owner, exits=5)
    assert error["details"] == {
        "milestone": "wrong",
        "signatures": 1,
        "quorum": 2,
        "rejected": [],
    }
    assert project.held(grants.owner.address) == before


def test_a_wallet_that_cannot_pay_the_fee_is_told_before_anything_is_sent(grants: Grants) -> None:
    project = grants.project
    project.attest("grants", grants.oracles[:2], "fees")
    project.pay("prove", "grants", "fees", key=grants.owner)
    poor = project.person("poor", ada=1)
    error = project.pay("release", "grants", "--milestone", "fees", key=poor, exits=6)
    assert int(error["details"]["lovelace"]) > 0
    assert poor.text in error["message"]


def test_nothing_is_sent_for_a_release_that_has_not_vested(tmp_path: Path, grants: Grants) -> None:
    project = Project.begin(tmp_path, grants.project.devnet)
    owner, ann = project.person("owner", ada=50, tokens=100), project.person("ann")
    late = Vesting(project.now + 30 * DAY, 1, 1)
    project.deploy("late", owner=owner, oracles=[ann], rows=[Row(ann.address, 100, vesting=late)])
    project.attest("late", [ann])
    before = project.devnet.control.status()["block"]
    project.pay("release", "late", key=owner, exits=5)
    assert project.devnet.control.status()["block"] == before
