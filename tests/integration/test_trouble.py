"""Services that stop, hang, fall behind, or vanish while a transaction is under way."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flow.project import Person, Project, Row

from .conftest import project_on
from .relay import Relay
from .stack import Stack


@dataclass(frozen=True)
class Grants:
    """A deployed schedule with everything proven; each test has beneficiaries of its own."""

    project: Project
    payer: Person
    people: dict[str, Person]


NAMES = ("before", "after", "paused", "lagging")


@pytest.fixture(scope="module")
def grants(tmp_path_factory: pytest.TempPathFactory, stack: Stack) -> Grants:
    project = project_on(stack, tmp_path_factory.mktemp("grants"))
    owner = project.person("owner", ada=500, tokens=10_000)
    payer, oracle = project.person("payer", ada=200), project.person("oracle")
    people = {name: project.person(name) for name in NAMES}
    rows = [Row(person.address, 100) for person in people.values()]
    project.deploy("grants", owner=owner, oracles=[oracle], rows=rows, asset=stack.token)
    project.attest("grants", [oracle])
    project.pay("prove", "grants", "alpha", key=owner)
    return Grants(project, payer, people)


def release(project: Project, grants: Grants, name: str, exits: int = 0) -> dict[str, object]:
    one = ("--beneficiary", grants.people[name].address)
    return project.pay("release", "grants", *one, key=grants.payer, exits=exits)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_line_cut_while_submitting_pays_once(
    grants: Grants, stack: Stack, tmp_path: Path, when: str
) -> None:
    """Whether Ogmios has heard of it or not: the same bytes are settled, never a second one."""
    relay = Relay(stack.ogmios_url)
    with relay.running() as url:
        # The same project, by way of the relay.
        project = grants.project.copy(tmp_path / "project")
        file = project.folder / "milestone.toml"
        file.write_text(file.read_text().replace(stack.ogmios_url, url))
        relay.cut(when)
        error = release(project, grants, when, exits=8)
    details = error["details"]
    assert isinstance(details, dict)
    transaction = details["transaction"]
    assert relay.submitted == ([transaction] if when == "after" else [])

    file.write_text(file.read_text().replace(url, stack.ogmios_url))
    settled = project.json("resume")["settled"]
    assert [(s["transaction"], s["state"]) for s in settled] == [(transaction, "confirmed")]
    again = release(project, grants, when, exits=5)
    assert "has been paid" in str(again["message"])
    assert project.held(grants.people[when].address).quantity(stack.token) == 100


def test_services_that_hang_are_given_up_in_time(grants: Grants, stack: Stack) -> None:
    project = grants.project
    seen = project.json("status", "grants")
    begun = time.monotonic()
    with stack.paused("kupo"), pytest.MonkeyPatch.context() as patch:
        for table in ("OGMIOS", "KUPO"):
            patch.setenv(f"MILESTONE_{table}_TIMEOUT", "2")
            patch.setenv(f"MILESTONE_{table}_CONNECT_TIMEOUT", "2")
        doctor = project("doctor", "--json", exits=3).document
        failed = {finding["part"] for finding in doctor["findings"] if not finding["ok"]}
        assert "Kupo" in failed
        release(project, grants, "paused", exits=3)
        cached = project("status", "grants", "--json", exits=3).document
        assert cached["milestones"] == seen["milestones"], "what was known stays to be seen"
    assert time.monotonic() - begun < 60
    release(project, grants, "paused")
    assert project.held(grants.people["paused"].address).quantity(stack.token) == 100


def test_nothing_is_built_on_an_index_that_lags(grants: Grants, stack: Stack) -> None:
    project = grants.project
    with stack.lagging():
        doctor = project("doctor", "--json", exits=3).document
        (kupo,) = (finding for finding in doctor["findings"] if finding["part"] == "Kupo")
        assert kupo["lag_slots"] > 120
        refused = release(project, grants, "lagging", exits=3)
        assert "slots behind the node" in str(refused["message"])
    release(project, grants, "lagging")
    assert project.held(grants.people["lagging"].address).quantity(stack.token) == 100


def test_what_is_on_chain_outlives_a_restart(grants: Grants, stack: Stack) -> None:
    before = grants.project.json("status", "grants")
    stack.restart()
    after = grants.project.json("status", "grants")
    assert after["milestones"] == before["milestones"]
    assert grants.project.json("doctor")["healthy"] is True
