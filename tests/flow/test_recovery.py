"""The store is damaged or gone: what comes back, what the chain says, and what is told."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from milestone_core.services.lasting import LastingStorage, Rebuilt
from milestone_devnet.node import Devnet
from milestone_storage_sqlite.store import SqliteStorage

from .project import TOKEN, Person, Project, Result, Row


@dataclass
class Grants:
    """``grants``: ``alpha`` is proven and half paid, ``beta`` is signed by one of two."""

    project: Project
    owner: Person
    oracles: list[Person]
    one: Person
    two: Person

    def copy(self, folder: Path) -> Grants:
        return Grants(self.project.copy(folder), self.owner, self.oracles, self.one, self.two)

    @property
    def data(self) -> Path:
        return self.project.folder / "data"

    def damage(self) -> None:
        """Write over the middle of the store, and lose its log."""
        with self.project.app() as app:
            store = Path(app.storage.location())
        for log in self.data.glob(f"{store.name}-*"):
            log.unlink()
        store.write_bytes(store.read_bytes()[:100] + b"\0" * 5000)


@pytest.fixture(scope="module", params=["sqlite", "tinydb"])
def deployed(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Grants:
    project = Project.begin(tmp_path_factory.mktemp("project"), devnet)
    config = project.folder / "milestone.toml"
    config.write_text(f'{config.read_text()}\n[use]\nstorage = "{request.param}"\n')
    owner = project.person("owner", ada=300, tokens=10_000)
    oracles = [project.person("ann"), project.person("ben")]
    one, two = project.person("one"), project.person("two")
    rows = [Row(one.address, 10), Row(two.address, 20), Row(two.address, 30, "beta")]
    milestones = ("alpha", "beta")
    project.deploy("grants", owner=owner, oracles=oracles, rows=rows, milestones=milestones)
    project.attest("grants", oracles)
    project.pay("release", "grants", "--beneficiary", one.text, key=owner)
    project.attest("grants", oracles[:1], "beta")
    project.register("draft", owner=owner, oracles=oracles, rows=rows, milestones=milestones)
    return Grants(project, owner, oracles, one, two)


@pytest.fixture
def grants(deployed: Grants, tmp_path: Path) -> Grants:
    return deployed.copy(tmp_path / "project")


def damaged(grants: Grants) -> None:
    grants.damage()


def gone(grants: Grants) -> None:
    for path in grants.data.iterdir():
        if path.is_file():
            path.unlink()


@pytest.mark.parametrize("happens", [damaged, gone])
def test_the_store_is_rebuilt_from_copies_and_chain_and_it_is_told(
    grants: Grants, happens: Callable[[Grants], None]
) -> None:
    before = grants.project.json("status")
    happens(grants)
    result: Result = grants.project("status", "--json")
    (warning,) = [json.loads(line)["warning"] for line in result.err.splitlines()]
    assert "Restored: draft, a draft" in warning
    assert "Restored: grants from the chain: proven: alpha, 1 of 3 allocations paid" in warning
    assert "Restored: 3 attestations" in warning
    assert "Lost, for it was only there: the journal" in warning
    after = result.document
    for schedule in (*before["schedules"], *after["schedules"]):
        schedule.pop("time")
        schedule.pop("slot")
        schedule.pop("corrections")
    assert after == before
    assert grants.project("status", "--json").err == ""
    if happens is damaged:
        (aside,) = [path for path in grants.data.iterdir() if path.name.endswith("Z")]
        assert str(aside) in warning
        assert aside.read_bytes().endswith(b"\0" * 5000)


def test_what_the_chain_cannot_be_asked_about_now_is_told(
    grants: Grants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILESTONE_OGMIOS_URL", "ws://127.0.0.1:1")
    grants.damage()
    warning = grants.project("status", "grants", "--offline").err
    assert "Restored: grants, not compared with the chain yet: " in warning
    monkeypatch.delenv("MILESTONE_OGMIOS_URL")
    assert grants.project.json("status", "grants")["verified"]


def test_nothing_is_signed_in_the_run_that_rebuilds(grants: Grants) -> None:
    grants.damage()
    held = grants.project.held(grants.two.address).quantity(TOKEN)
    release = ("release", "grants", "--milestone", "alpha", "--key", grants.owner.file, "--yes")
    refused = grants.project(*release, exits=9)
    assert "nothing was signed" in refused.err
    assert grants.project.held(grants.two.address).quantity(TOKEN) == held
    if not held:  # the same money is not there for the second storage
        grants.project(*release)
        assert grants.project.held(grants.two.address).quantity(TOKEN) == 20


def test_a_project_that_lost_everything_does_not_lock_twice(grants: Grants) -> None:
    before = grants.project.load("grants")
    shutil.rmtree(grants.data)
    project = grants.project
    project("register", "grants.toml", "--csv", "grants.csv")
    result = project("deploy", "grants", "--key", grants.owner.file, "--yes")
    assert "is on chain already" in result.err
    after = project.load("grants")
    assert (after.record.programme, after.record.pages) == (
        before.record.programme,
        before.record.pages,
    )
    assert project.json("status", "grants")["verified"]


def test_a_record_that_is_broken_is_passed_over_and_told(grants: Grants) -> None:
    with grants.project.app() as app, app.storage.transaction() as transaction:
        for collection in ("states", "attestations"):
            key, document = app.storage.scan(collection)[0]
            transaction.put(collection, key, {**document, "schema": 7})
    result: Result = grants.project("status", "grants", "--json")
    assert "it is read from the chain again" in result.err
    assert "commit that signature again" in result.err
    assert result.document["verified"]


def test_copies_that_are_torn_are_passed_over(grants: Grants) -> None:
    copies = [*grants.data.glob("copies/*/schedules/*.json")]
    contents = ["", "[", "[]", '{"key": "grants", "document": {}}', '{"key": 1, "document": {}}']
    for number, content in enumerate(contents):
        (copies[0].parent / f"torn{number}.json").write_text(content)
    grants.damage()
    found = grants.project("status", "--json").document["schedules"]
    assert [one["name"] for one in found] == ["draft", "grants"]


def test_two_who_meet_the_damage_at_once_set_it_aside_once(tmp_path: Path) -> None:
    """Each has the store open when a document in it turns into something else."""
    path = tmp_path / "store.sqlite"
    told: list[Rebuilt] = []

    def aside(file: Path) -> Path:
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        return file.rename(file.with_name(f"{file.name}.aside{len(told)}"))

    stores = [
        LastingStorage(lambda: SqliteStorage(path), tmp_path / "copies", aside, told.append)
        for _ in range(2)
    ]
    for store in stores:
        store.open()
    with stores[0].transaction() as transaction:
        transaction.put("states", "key", {"value": 1})
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE documents SET document = '{'")
    assert [store.read("states", "key") for store in stores] == [None, None]
    assert len(told) == 1
    with stores[0].transaction() as transaction:
        transaction.put("states", "key", {"value": 2})
    assert stores[1].read("states", "key") == {"value": 2}
