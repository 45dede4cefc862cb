"""A transaction that was sent and not seen: found out, never built a second time."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from milestone_core.app import App
from milestone_core.errors import (
    MilestoneError,
    OutcomeUnknown,
    TransactionRefused,
)
from milestone_core.files.records import JOURNAL, TransactionState
from milestone_core.ports import Storage
from milestone_core.services import deploy, settling
from milestone_core.services.following import Patience

from .claims import Claim
from .project import TOKEN, Row, operator
from .station import FailingChain, Station, lose

# Sent, and nobody knows.


@pytest.mark.parametrize("sent", [True, False], ids=["it had arrived", "it had not arrived"])
@pytest.mark.parametrize("how", ["resume", "release"])
def test_a_lost_submission_is_settled_with_the_same_bytes(
    claim: Claim, how: str, sent: bool
) -> None:
    with claim.project.app() as app:
        lose(app, sent=sent)
        with pytest.raises(OutcomeUnknown) as unknown:
            claim.release(app)
    transaction = str(unknown.value.details["transaction"])
    assert transaction in unknown.value.message
    assert "resume" in unknown.value.hint
    assert claim.journal() == {transaction: TransactionState.SENT}
    if how == "resume":
        settled = claim.project.json("resume")["settled"]
        assert [(s["transaction"], s["state"]) for s in settled] == [(transaction, "confirmed")]
    else:
        error = claim.pay(exits=5)
        assert "all of it has been paid" in error["message"]
    assert claim.journal() == {transaction: TransactionState.CONFIRMED}, "never a second one"
    assert claim.paid == 100


def test_status_shows_a_lost_submission_and_sends_nothing(claim: Claim) -> None:
    with claim.project.app() as app:
        lose(app, sent=False)
        with pytest.raises(OutcomeUnknown):
            claim.release(app)
    block = claim.project.devnet.control.status()["block"]
    (pending,) = claim.project.json("status", "grants")["pending"]
    assert claim.project.devnet.control.status()["block"] == block
    assert claim.journal() == {pending: TransactionState.SENT}


def test_services_that_stop_after_the_submission_leave_the_outcome_unknown(
    claim: Claim, station: Station
) -> None:
    with claim.project.app() as app:
        chain = app.chain

        def submit(transaction: bytes) -> bytes:
            answer = chain.submit(transaction)
            station.stop()
            return answer

        app.chain = FailingChain(chain, submit)
        try:
            with pytest.raises(MilestoneError) as failure:
                claim.release(app, timeout=2)
        finally:
            station.start()
    # It was sent: exit 3 promises that it was not.
    assert failure.value.exit == OutcomeUnknown.exit
    (transaction,) = claim.journal()
    assert failure.value.details["transaction"] == transaction
    claim.project.json("resume")
    assert (claim.paid, claim.journal()) == (100, {transaction: TransactionState.CONFIRMED})


def test_a_refusal_that_nobody_can_explain_leaves_the_outcome_unknown(
    claim: Claim, station: Station
) -> None:
    """Its inputs are gone, perhaps by itself: that is found out before it counts as refused."""
    spent = TransactionRefused("all its inputs are spent", ledger_code=3997)
    with claim.project.app() as app:
        lose(app, sent=True, then=station.stop, error=spent)
        try:
            with pytest.raises(OutcomeUnknown):
                claim.release(app, timeout=2)
        finally:
            station.start()
    (transaction,) = claim.journal()
    assert claim.journal() == {transaction: TransactionState.SENT}
    claim.project.json("resume")
    assert (claim.paid, claim.journal()) == (100, {transaction: TransactionState.CONFIRMED})


def test_a_transaction_in_no_block_in_time_is_unknown_until_resumed(
    claim: Claim, station: Station
) -> None:
    with station.slow() as devnet:
        error = claim.pay("--timeout", "1", exits=8)
        transaction = error["details"]["transaction"]
        assert claim.project.json("status", "grants")["pending"] == [transaction]
        again = claim.pay("--timeout", "1", exits=8)
        assert again["details"]["transaction"] == transaction
        devnet.advance(seconds=1)
        settled = claim.project.json("resume")["settled"]
        assert [s["transaction"] for s in settled] == [transaction]
        claim.pay(exits=5)
    assert claim.paid == 100


def test_a_killed_release_is_resumed_and_pays_once(claim: Claim, station: Station) -> None:
    with station.slow() as devnet:
        arguments = ["release", "grants", "--beneficiary", str(claim.one), "--yes"]
        process = subprocess.Popen(
            [sys.executable, "-m", "milestone_core", *arguments, "--key", claim.payer.file],
            cwd=claim.project.folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if line.startswith("sent "):
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
        assert lines, "the process ended before it said anything"
        (sent,) = re.findall(r"^sent ([0-9a-f]{64})", lines[-1])
        devnet.advance(seconds=1)
        settled = claim.project.json("resume")["settled"]
    assert [(s["transaction"], s["state"]) for s in settled] == [(sent, "confirmed")]
    claim.pay(exits=5)
    assert claim.paid == 100


def test_who_does_not_wait_is_told_so_and_the_next_command_waits(
    claim: Claim, station: Station
) -> None:
    with station.slow() as devnet:
        document = claim.pay("--no-wait")
        (sent,) = document["transactions"]
        assert sent["slot"] is None
        assert claim.journal() == {sent["transaction"]: TransactionState.SEEN}
        devnet.advance(seconds=1)
        claim.pay(exits=5)
    assert claim.journal() == {sent["transaction"]: TransactionState.CONFIRMED}
    assert claim.paid == 100


def test_a_lost_deployment_is_found_again_and_not_repeated(claim: Claim) -> None:
    project, owner = claim.project, claim.owner
    before = project.held(owner.address).quantity(TOKEN)
    project.register("more", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    with project.app() as app:
        lose(app, sent=True)
        with pytest.raises(OutcomeUnknown):
            deploy.deploy_schedule(app, "more", operator(owner))
    assert project.json("status", "more", "--offline")["state"] == "submitted"
    document = project.pay("deploy", "more", key=owner)
    assert (document["complete"], document["transactions"]) == (True, [])
    assert project.held(owner.address).quantity(TOKEN) == before - 5


# What can no longer land.


def test_an_expired_transaction_is_marked_and_the_command_goes_on(claim: Claim) -> None:
    with claim.project.app() as app:
        lose(app, sent=False)
        with pytest.raises(OutcomeUnknown) as unknown:
            claim.release(app)
    lost = unknown.value.details["transaction"]
    claim.project.devnet.advance(seconds=3 * 3600)
    document = claim.pay()
    (sent,) = document["transactions"]
    states = {lost: TransactionState.EXPIRED, sent["transaction"]: TransactionState.CONFIRMED}
    assert claim.journal() == states
    assert claim.paid == 100


def test_a_transaction_whose_vault_was_spent_is_marked_and_the_command_goes_on(
    claim: Claim, tmp_path: Path
) -> None:
    somebody = claim.project.copy(tmp_path / "somebody")
    with claim.project.app() as app:
        lose(app, sent=False)
        with pytest.raises(OutcomeUnknown) as unknown:
            claim.release(app)
    replace(claim, project=somebody, payer=claim.owner).pay()
    claim.pay(exits=5)
    lost = unknown.value.details["transaction"]
    assert claim.journal() == {lost: TransactionState.SUPERSEDED}
    assert claim.paid == 100


def test_of_two_lost_releases_with_one_wallet_one_lands_and_both_are_settled(
    claims: Iterator[Claim], claim: Claim
) -> None:
    other = replace(next(claims), project=claim.project)
    for lost in (claim, other):
        with claim.project.app() as app:
            lose(app, sent=False)
            # Settling would find the other one first: this is what two machines can do.
            app.storage = _Forgetful(app.storage)  # type: ignore[assignment]
            with pytest.raises(OutcomeUnknown):
                lost.release(app)
    settled = claim.project.json("resume")["settled"]
    assert sorted(s["state"] for s in settled) == ["confirmed", "superseded"]
    assert (claim.paid, other.paid) == (100, 0)
    other.pay()
    assert other.paid == 100


class _Forgetful:
    """A store whose journal seems empty."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def scan(self, collection: str) -> object:
        return () if collection == JOURNAL else self._storage.scan(collection)

    def __getattr__(self, name: str) -> object:
        return getattr(self._storage, name)


def test_what_an_index_that_lags_has_not_seen_is_not_given_up(claim: Claim) -> None:
    """It landed, the index has not read its block, and by now the node calls it too late."""
    with claim.project.app() as app:
        lose(app, sent=True)
        with pytest.raises(OutcomeUnknown):
            claim.release(app)
    with claim.project.app() as app:
        app.utxo = _Behind(app)  # type: ignore[assignment]

        def submit(_transaction: bytes) -> bytes:
            raise TransactionRefused("outside its validity", ledger_code=3118)

        app.chain = FailingChain(app.chain, submit)
        with pytest.raises(OutcomeUnknown):
            settling.settle(app, "grants", Patience(timeout_seconds=1))
    assert list(claim.journal().values()) != [TransactionState.SUPERSEDED]


class _Behind:
    """The index, ten slots behind and without a history."""

    def __init__(self, app: App) -> None:
        self._utxo, self._slot = app.utxo, app.chain.tip().slot - 10

    def history(self, _pattern: str) -> tuple[object, ...]:
        return ()

    def health(self) -> object:
        return replace(self._utxo.health(), checkpoint=self._slot)

    def __getattr__(self, name: str) -> object:
        return getattr(self._utxo, name)
