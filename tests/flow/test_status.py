"""``status`` by name, id and address; what scripts require of it, and what they wait for."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from milestone_core.domain.vesting import Vesting
from milestone_core.files.signatures import read_signature
from milestone_core.services import commit, prove
from milestone_devnet.node import Devnet, Settings

from .project import DAY, Person, Project, Row, operator

LATER = Vesting(4_000_000_000_000, DAY, 2)
NEVER_MINTED = "ab" * 32


@dataclass
class Grants:
    """``grants``: 10 claimable for ``one``, 20 locked for ``two``; and a stranger to it."""

    project: Project
    stranger: Project
    owner: Person
    oracle: Person
    one: Person
    two: Person

    @property
    def page(self) -> str:
        return str(self.project.load("grants").record.pages[0])

    @property
    def programme(self) -> str:
        return str(self.project.load("grants").record.programme)


@pytest.fixture(scope="module")
def grants(
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Grants:
    project = Project.begin(tmp_path_factory.mktemp("project"), devnet)
    stranger = Project.begin(tmp_path_factory.mktemp("stranger"), devnet)
    owner = project.person("owner", ada=300, tokens=1000)
    oracle, one, two = (project.person(name) for name in ("oracle", "one", "two"))
    rows = [Row(one.address, 10), Row(two.address, 20, "beta", LATER)]
    milestones = ("alpha", "beta")
    project.deploy("grants", owner=owner, oracles=[oracle], rows=rows, milestones=milestones)
    project.attest("grants", [oracle])
    project.pay("prove", "grants", "alpha", key=owner)
    return Grants(project, stranger, owner, oracle, one, two)


@pytest.mark.parametrize("which", ["page", "programme"])
def test_an_id_names_the_schedule_that_is_registered_here(grants: Grants, which: str) -> None:
    assert grants.project.json("status", getattr(grants, which))["name"] == "grants"


@pytest.mark.parametrize("which", ["page", "programme"])
def test_an_id_is_enough_for_a_stranger(grants: Grants, which: str) -> None:
    document = grants.stranger.json("status", getattr(grants, which))
    (found,) = document["distributions"]
    assert (found["id"], found["name"]) == (grants.page, None)
    assert [(m["id"], m["state"]) for m in found["milestones"]] == [
        ("alpha", "proven"),
        ("beta", "unverified"),
    ]
    assert [(r["claimable"], r["state"]) for r in found["allocations"]] == [
        ("10", "claimable"),
        ("0", "locked"),
    ]
    text = grants.stranger("status", getattr(grants, which)).out
    assert "not registered here" in text
    assert "milestone verify ID --schedule FILE" in text


def test_an_address_shows_what_is_promised_to_it(grants: Grants) -> None:
    for project, name in ((grants.project, "grants"), (grants.stranger, None)):
        (found,) = project.json("status", grants.one.text)["distributions"]
        assert found["name"] == name
        assert [row["amount"] for row in found["allocations"]] == ["10"]


def test_the_contracts_address_shows_everything(grants: Grants) -> None:
    address = grants.stranger.json("contract", "show")["distribution_address"]
    found = grants.stranger.json("status", address)["distributions"]
    assert grants.page in [page["id"] for page in found]


def test_what_is_not_there_is_not_found(grants: Grants, tmp_path: Path) -> None:
    nobody = grants.stranger.person("nobody")
    error = grants.stranger.json("status", nobody.text, exits=4)
    assert "promises anything to" in error["message"]
    for known in (grants.page, grants.programme):
        unknown = f"{known.partition('.')[0]}.{NEVER_MINTED}"
        error = grants.stranger.json("status", unknown, exits=4)
        assert "has ever been on this chain" in error["message"]
    with Devnet(Settings(block_time=0)) as empty:
        project = Project.begin(tmp_path, empty)
        address = project.json("contract", "show")["distribution_address"]
        error = project.json("status", address, exits=4)
        assert "nothing is deployed at the contract's address" in error["message"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("stake_test1uqqqq", "cannot be used"),
        ("addr1vyqqqq", "cannot be used"),
        ("Ae2tdPw", "Byron"),
    ],
)
def test_an_address_that_is_none_is_bad_input(grants: Grants, address: str, said: str) -> None:
    assert said in grants.stranger.json("status", address, exits=2)["message"]


def test_a_script_requires(grants: Grants) -> None:
    assert grants.project.json("status", "grants", "--require", "claimable")["claimable"] == "10"
    error = grants.project.json("status", "grants", "--require", "proven", exits=5)
    assert error["details"]["missing"] == ["beta"]
    assert "beta (unverified 0/1)" in error["message"]
    assert "an oracle signs that beta is complete" in error["hint"]
    offline = ("status", "grants", "--require", "claimable", "--offline")
    assert "not verified" in grants.project.json(*offline, exits=5)["message"]


def test_options_that_make_no_sense_together_are_refused(grants: Grants) -> None:
    for options in (("--watch",), ("--require", "proven"), ("grants", "--watch", "--offline")):
        grants.project("status", *options, exits=2)
    assert "never ends" in grants.project.json("status", "grants", "--watch", exits=2)["message"]


def test_watching_shows_each_state_once_and_gives_up_in_time(grants: Grants) -> None:
    result = grants.project("status", "grants", "--watch", "--every", 1, "--timeout", 3, exits=5)
    assert result.out.count("grants: active") == 1
    assert "was watched for 3 seconds" in result.err


def test_watching_ends_when_what_is_required_is_so(grants: Grants, tmp_path: Path) -> None:
    other = grants.project.copy(tmp_path / "other")
    signed = other.signature("grants", grants.oracle, "beta")

    def prove_it() -> None:
        with other.app() as app:
            commit.commit(app, "grants", [("signature", read_signature(signed))])
            prove.prove_milestone(app, "grants", "beta", operator(grants.owner))

    timer = threading.Timer(0.5, prove_it)
    timer.start()
    watch = ("status", "grants", "--watch", "--require", "proven", "--every", 1, "--timeout", 30)
    document = grants.project.json(*watch)
    timer.join()
    assert [m["state"] for m in document["milestones"]] == ["proven", "proven"]
