"""A block with our transaction is no longer part of the chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from milestone_core.domain.release import Selection
from milestone_core.errors import NotFound, OutcomeUnknown
from milestone_core.files.records import TransactionState
from milestone_core.services import distributions, release, settling
from milestone_core.services.following import Patience
from milestone_core.services.sending import Operator

from .claims import Claim
from .project import TOKEN, Row, agree, key_of
from .station import FailingChain, Station

ROLLED_BACK, CONFIRMED = TransactionState.ROLLED_BACK, TransactionState.CONFIRMED


@pytest.mark.parametrize("keep", [True, False], ids=["into the mempool", "out of all memory"])
@pytest.mark.parametrize("how", ["resume", "release"])
def test_what_was_rolled_back_lands_again_with_the_same_bytes(
    claim: Claim, how: str, keep: bool
) -> None:
    (sent,) = claim.pay()["transactions"]
    claim.project.devnet.rollback(1, keep=keep)
    if keep:
        claim.project.devnet.advance(seconds=1)  # the next block has it
    if how == "resume":
        claim.project("resume")
    else:
        assert "all of it has been paid" in claim.pay(exits=5)["message"]
    assert claim.journal() == {sent["transaction"]: CONFIRMED}
    assert claim.paid == 100


def test_status_shows_a_rollback_and_sends_nothing(claim: Claim) -> None:
    (sent,) = claim.pay()["transactions"]
    claim.project.devnet.rollback(1)
    block = claim.project.devnet.control.status()["block"]
    assert claim.project.json("status", "grants")["pending"] == [sent["transaction"]]
    assert claim.journal() == {sent["transaction"]: ROLLED_BACK}
    assert claim.project.devnet.control.status()["block"] == block
    claim.project("resume")
    assert claim.paid == 100


def test_what_was_rolled_back_and_is_too_late_is_paid_by_another(claim: Claim) -> None:
    (sent,) = claim.pay()["transactions"]
    claim.project.devnet.rollback(1)
    claim.project.devnet.advance(seconds=3 * 3600)
    (again,) = claim.pay()["transactions"]
    assert again["transaction"] != sent["transaction"]
    states = {sent["transaction"]: TransactionState.EXPIRED, again["transaction"]: CONFIRMED}
    assert claim.journal() == states
    assert claim.paid == 100


def pay_and_count(
    claim: Claim, confirmations: int, happen: Callable[[int], None], *, timeout: int = 20
) -> int:
    """Release, and let something happen at each look at the chain's height; how many there were."""
    looks = 0
    with claim.project.app() as app:
        chain = app.chain

        def height() -> int:
            nonlocal looks
            looks += 1
            happen(looks)
            return chain.height()

        def submit(transaction: bytes) -> bytes:
            failing.height = height  # type: ignore[attr-defined]
            return chain.submit(transaction)

        failing = FailingChain(chain, submit)
        app.chain = failing
        patience = Patience(True, timeout, confirmations)
        payer = Operator((key_of(claim.payer),), agree, patience)
        release.release(app, "grants", Selection(claim.one), payer)
    return looks


def test_a_rollback_while_waiting_for_more_blocks_begins_the_count_anew(
    claim: Claim, station: Station
) -> None:
    def happen(look: int) -> None:
        if look == 2:
            station.devnet.rollback(1)
        elif look > 2:
            station.devnet.advance(seconds=1)

    # One of its own block, that is lost; then one of the new block, and one for each on top.
    assert pay_and_count(claim, 3, happen) >= 4
    assert list(claim.journal().values()) == [CONFIRMED]
    assert claim.paid == 100


def test_blocks_that_come_between_two_looks_are_all_counted(claim: Claim, station: Station) -> None:
    def happen(look: int) -> None:
        if look == 2:
            for _ in range(9):
                station.devnet.advance(seconds=1)

    assert pay_and_count(claim, 10, happen) == 2


def test_another_fork_of_the_same_height_is_no_confirmation(claim: Claim, station: Station) -> None:
    """The block on top is replaced by another, again and again: the chain does not grow."""

    def happen(look: int) -> None:
        if look > 2:
            station.devnet.rollback(1)
        if look > 1:
            station.devnet.advance(seconds=1)

    with pytest.raises(OutcomeUnknown, match="2 of 3 confirmations"):
        pay_and_count(claim, 3, happen, timeout=2)


def test_a_deployment_that_is_rolled_back_for_good_can_be_done_again(claim: Claim) -> None:
    project, owner = claim.project, claim.owner
    before = project.held(owner.address).quantity(TOKEN)
    project.register("undone", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    first = project.pay("deploy", "undone", key=owner)
    project.devnet.rollback(1)
    project.devnet.advance(seconds=3 * 3600)
    project("resume")
    with project.app() as app, pytest.raises(NotFound, match="not deployed"):
        distributions.load(app, "undone")
    second = project.pay("deploy", "undone", key=owner)
    assert second["complete"]
    assert second["transactions"] != first["transactions"]
    assert project.held(owner.address).quantity(TOKEN) == before - 5


def test_a_lagging_index_is_not_taken_for_a_rollback(claim: Claim) -> None:
    (sent,) = claim.pay()["transactions"]
    with claim.project.app() as app:
        app.utxo = _Empty(app.utxo, behind=10)  # type: ignore[assignment]
        settling.settle(app, "grants", Patience(timeout_seconds=1))
    assert claim.journal() == {sent["transaction"]: CONFIRMED}


class _Empty:
    """An index that was begun anew, and has not read everything."""

    def __init__(self, utxo: object, behind: int) -> None:
        self._utxo, self._behind = utxo, behind

    def history(self, _pattern: str) -> tuple[object, ...]:
        return ()

    def health(self) -> object:
        health = self._utxo.health()  # type: ignore[attr-defined]
        return replace(health, checkpoint=health.checkpoint - self._behind)

    def __getattr__(self, name: str) -> object:
        return getattr(self._utxo, name)


def test_every_transaction_of_blocks_that_were_rolled_back_is_found(
    claims: Iterator[Claim], claim: Claim
) -> None:
    """The newest tells whether anything is amiss; then the ones before it are looked at too."""
    others = [replace(next(claims), project=claim.project) for _ in range(2)]
    for each in (claim, *others):
        each.pay()
    claim.project.devnet.rollback(2)
    settled = claim.project.json("resume")["settled"]
    assert len(settled) == 2
    assert [each.paid for each in (claim, *others)] == [100, 100, 100]
    assert set(claim.journal().values()) == {CONFIRMED}


def test_what_stands_is_looked_at_once_however_much_was_paid(
    claims: Iterator[Claim], claim: Claim
) -> None:
    for each in (claim, *(replace(next(claims), project=claim.project) for _ in range(3))):
        each.pay()
    with claim.project.app() as app:
        counting = _Counting(app.utxo)
        app.utxo = counting  # type: ignore[assignment]
        assert settling.settle(app, "grants", Patience()) == ()
    assert counting.asked == 1


class _Counting:
    """An index that counts how often it is asked for a history."""

    def __init__(self, utxo: object) -> None:
        self._utxo, self.asked = utxo, 0

    def history(self, pattern: str) -> object:
        self.asked += 1
        return self._utxo.history(pattern)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._utxo, name)
