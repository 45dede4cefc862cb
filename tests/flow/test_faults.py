"""What goes wrong around the program, and what its users are promised then."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from milestone_core.app import App
from milestone_core.errors import (
    Busy,
    MilestoneError,
    Misconfigured,
    OutcomeUnknown,
    ServiceUnavailable,
)
from milestone_core.files.records import JOURNAL, TransactionState
from milestone_core.services import deploy, publish, status
from milestone_devnet.node import Devnet

from .claims import Claim
from .project import Project, Row, operator
from .station import FailingChain, Station, lose

# Before anything was sent.


def test_without_services_a_command_says_what_to_do_and_loses_nothing(
    claim: Claim, station: Station
) -> None:
    project = claim.project
    station.stop()
    try:
        for command in ("release", "deploy", "reclaim"):
            error = project.pay(command, "grants", key=claim.owner, exits=3)
            assert error["message"]
            assert error["hint"], "what to do about it"
        result = project("status", "grants", "--json", exits=3)
        assert result.document["verified"] is False
        assert result.document["claimable"] != "0", "as it was last seen"
        project.json("status", "grants", "--offline")
    finally:
        station.start()
    claim.pay()
    assert claim.paid == 100


def test_what_was_not_sent_is_safe_to_repeat(claim: Claim) -> None:
    with claim.project.app() as app:

        def submit(_transaction: bytes) -> bytes:
            raise ServiceUnavailable("nobody answers")

        app.chain = FailingChain(app.chain, submit)
        with pytest.raises(ServiceUnavailable):
            claim.release(app)
    assert claim.paid == 0
    claim.pay()
    assert claim.paid == 100


# One at a time.


def test_a_write_gives_up_while_another_process_writes(
    claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milestone_storage_sqlite.file.LOCK_WAIT_SECONDS", 0.5)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(claim.project.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    try:
        error = claim.pay(exits=10)
        assert error["code"] == "busy"
        assert claim.due == "100", "reads take no lock"
    finally:
        holder.communicate("let go\n")
    claim.pay()
    assert claim.paid == 100


HOLD = """
import os, pathlib, sys
from milestone_core.app import App
from milestone_core.domain.address import Address
from milestone_core.config import Flags
folder = pathlib.Path(sys.argv[1])
with App(os.environ, folder, tell=print, warn=print) as app, app.storage.transaction():
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize(
    "trouble",
    [Busy("another process is writing"), Misconfigured("the disk is full")],
    ids=["busy", "full"],
)
def test_a_store_that_fails_after_the_submission_leaves_the_outcome_unknown(
    claim: Claim, trouble: MilestoneError
) -> None:
    with claim.project.app() as app:
        chain, storage = app.chain, app.storage

        class BusyStorage:
            def transaction(self) -> object:
                raise trouble

            def __getattr__(self, name: str) -> object:
                return getattr(storage, name)

        def submit(transaction: bytes) -> bytes:
            app.storage = BusyStorage()  # type: ignore[assignment]
            return chain.submit(transaction)

        app.chain = FailingChain(chain, submit)
        with pytest.raises(MilestoneError) as failure:
            claim.release(app)
    # Exit 10 would say that nothing happened, but it was sent.
    assert failure.value.exit == OutcomeUnknown.exit
    assert failure.value.details["transaction"] in claim.journal()
    claim.project.json("resume")
    assert claim.paid == 100


# Another chain than the project's.


def to_preprod(project: Project) -> None:
    file = project.folder / "milestone.toml"
    file.write_text(file.read_text().replace('"devnet"', '"preprod"'))


def test_on_a_foreign_network_nothing_is_signed(tmp_path: Path, station: Station) -> None:
    project = Project(tmp_path, station.devnet)
    urls = ("--ogmios", station.devnet.ogmios_url, "--kupo", station.devnet.kupo_url)
    project("init", ".", "--network", "preprod", *urls, exits=3)
    result = project("doctor", "--json", exits=3)
    node = next(f for f in result.document["findings"] if f["part"] == "node")
    assert "preprod" in node["detail"]
    owner = project.person("owner", ada=100, tokens=100)
    project.register("grants", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    block = station.devnet.control.status()["block"]
    assert "preprod" in project.pay("deploy", "grants", key=owner, exits=3)["message"]
    assert station.devnet.control.status()["block"] == block
    with project.app() as app:
        assert list(app.storage.scan(JOURNAL)) == []


@pytest.mark.parametrize("command", ["resume", "release"])
def test_on_a_foreign_network_nothing_is_sent_again(claim: Claim, command: str) -> None:
    with claim.project.app() as app:
        lose(app, sent=False)
        with pytest.raises(OutcomeUnknown):
            claim.release(app)
    to_preprod(claim.project)
    block = claim.project.devnet.control.status()["block"]
    if command == "resume":
        claim.project.json("resume", exits=3)
    else:
        claim.pay(exits=3)
    assert claim.project.devnet.control.status()["block"] == block
    assert list(claim.journal().values()) == [TransactionState.SENT]


def test_a_chain_that_never_had_it_does_not_show_a_distribution_as_closed(
    claim: Claim, devnet: Devnet
) -> None:
    """A devnet that was started anew, or the wrong server: what is not there was not closed."""
    file = claim.project.folder / "milestone.toml"
    text = file.read_text().replace(claim.project.devnet.ogmios_url, devnet.ogmios_url)
    file.write_text(text.replace(claim.project.devnet.kupo_url, devnet.kupo_url))
    claim.project.json("status", "grants", exits=4)


# What a careless user might do in between.


def test_a_draft_is_not_replaced_while_its_deployment_is_under_way(claim: Claim) -> None:
    project, owner = claim.project, claim.owner
    project.register("more", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    with project.app() as app:
        lose(app, sent=True)
        with pytest.raises(OutcomeUnknown):
            deploy.deploy_schedule(app, "more", operator(owner))
    path = project.write("more", owner=owner, oracles=[owner], rows=[Row(owner.address, 6)])
    arguments = ("register", path, "--csv", path.with_suffix(".csv"), "--replace")
    assert "resume" in project.json(*arguments, exits=5)["hint"]
    project.pay("deploy", "more", key=owner)
    assert project.json("status", "more")["total"] == "5"


@pytest.fixture
def fresh(
    tmp_path: Path,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Iterator[Station]:
    """A devnet of the test's own, on which no script is published."""
    station = Station(tmp_path / "state")
    yield station
    station.stop()


def test_a_lost_publication_is_not_repeated_by_a_deployment(tmp_path: Path, fresh: Station) -> None:
    (tmp_path / "project").mkdir()
    project = Project.begin(tmp_path / "project", fresh.devnet)
    owner = project.person("owner", ada=200, tokens=100)
    project.fund(owner.address, ada=200)
    with project.app() as app:
        lose(app, sent=False)
        with pytest.raises(OutcomeUnknown):
            publish.publish(app, operator(owner))
    document = project.deploy("grants", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    project.json("resume")
    purposes = [t["purpose"] for t in document["transactions"]]
    assert purposes == ["deployment"], "the publication that was sent is settled first"


def test_the_very_same_transaction_on_its_way_from_another_folder_is_waited_for(
    tmp_path: Path, fresh: Station
) -> None:
    """The node refuses it, for it has it already: nothing else is built, and nothing forgotten."""
    (tmp_path / "here").mkdir()
    project = Project.begin(tmp_path / "here", fresh.devnet)
    payer = project.person("payer", ada=200)
    with fresh.slow() as devnet:
        elsewhere = project.copy(tmp_path / "elsewhere", devnet)
        (sent,) = elsewhere.pay("contract", "publish", "--no-wait", key=payer)["transactions"]
        late = project.pay("contract", "publish", "--timeout", "2", key=payer, exits=8)
        assert late["details"]["transaction"] == sent["transaction"]
        devnet.advance(seconds=1)
        (settled,) = project.json("resume")["settled"]
    assert settled["transaction"] == sent["transaction"]
    assert settled["state"] == "confirmed"


def test_a_confirmed_transaction_is_not_said_to_be_in_no_block(claim: Claim) -> None:
    error = claim.pay("--confirmations", "5", "--timeout", "1", exits=8)
    assert "in no block" not in error["message"]


def test_an_index_that_lags_is_not_built_on(claim: Claim) -> None:
    with claim.project.app() as app:
        lag(app)
        with pytest.raises(ServiceUnavailable) as failure:
            claim.release(app)
    assert failure.value.details["lag_slots"] == 1000
    assert claim.paid == 0


def lag(app: App) -> None:
    """Let the index be 1000 slots behind."""
    utxo, slot = app.utxo, app.chain.tip().slot

    class Lagging:
        def health(self) -> object:
            return replace(utxo.health(), checkpoint=slot - 1000)

        def __getattr__(self, name: str) -> object:
            return getattr(utxo, name)

    app.utxo = Lagging()  # type: ignore[assignment]


def test_status_from_an_index_that_lags_is_not_called_verified(claim: Claim) -> None:
    with claim.project.app() as app:
        lag(app)
        found = status.status(app, "grants")
    assert not found.view.verified
