"""What the owner gets back, when, and from whom it never is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from milestone_core.errors import Overtaken
from milestone_core.files.times import parse_time
from milestone_core.services import reclaim
from milestone_core.services.following import Patience
from milestone_core.services.sending import Operator
from milestone_core.transactions.unsigned import Unsigned

from .project import DAY, TOKEN, Person, Project, Row, key_of


def test_what_was_closed_is_closed_without_services_too(
    project: Project, owner: Person, oracle: Person
) -> None:
    project.deploy("grants", owner=owner, oracles=[oracle], rows=[Row(oracle.address, 5)])
    project.devnet.advance(seconds=200 * 24 * 3600)
    project.pay("reclaim", "grants", key=owner)
    assert project.json("status", "grants")["state"] == "closed"
    assert project.json("status", "grants", "--offline")["state"] == "closed"


def test_the_owner_cannot_take_back_what_has_not_expired(
    project: Project, owner: Person, oracle: Person
) -> None:
    project.deploy("grants", owner=owner, oracles=[oracle], rows=[Row(oracle.address, 5)])
    error = project.pay("reclaim", "grants", key=owner, exits=5)
    assert error["details"]["rows_owed"] == []
    assert parse_time(error["details"]["possible_after"]) > project.now


def test_what_was_never_proven_goes_back_after_the_expiry_and_then_the_programme(
    project: Project, owner: Person, oracle: Person
) -> None:
    before = project.held(owner.address)
    expiry = (project.now // 1000 + 32 * 24 * 3600) * 1000
    deployed = project.deploy(
        "grants", owner=owner, oracles=[oracle], rows=[Row(oracle.address, 5)], expiry=expiry
    )
    project.devnet.advance(to_ms=expiry + 1000)
    closed = project.pay("reclaim", "grants", key=owner)
    assert closed["returned"]["assets"] == {str(TOKEN): "5"}
    early = project.pay("reclaim", "grants", key=owner, exits=5)
    project.devnet.advance(to_ms=parse_time(early["details"]["possible_after"]) + 1000)
    last = project.pay("reclaim", "grants", key=owner)
    assert [t["purpose"] for t in last["transactions"]] == ["closing of a programme"]
    assert last["programme_closes_after"] is None
    fees = sum(int(t["fee"]) for d in (deployed, closed, last) for t in d["transactions"])
    for_good = sum(
        int(output["lovelace"])
        for review in deployed["reviews"]
        for output in review["outputs"]
        if "for good" in output["kind"]
    )
    after = project.held(owner.address)
    assert after.lovelace == before.lovelace - fees - for_good
    assert after.assets == before.assets
    assert project.json("status", "grants")["state"] == "closed"
    project.pay("reclaim", "grants", key=owner, exits=4)
    project.pay("release", "grants", key=owner, exits=4)


def test_what_is_proven_and_unpaid_stays_for_90_days_after_the_expiry(
    project: Project, owner: Person, oracle: Person
) -> None:
    expiry = (project.now // 1000 + 32 * 24 * 3600) * 1000
    rows = [Row(oracle.address, 5), Row(oracle.address, 6, "beta")]
    project.deploy(
        "grants",
        owner=owner,
        oracles=[oracle],
        rows=rows,
        milestones=("alpha", "beta"),
        expiry=expiry,
    )
    project.attest("grants", [oracle])
    project.pay("prove", "grants", "alpha", key=oracle, exits=6)
    project.pay("prove", "grants", "alpha", key=owner)
    project.devnet.advance(to_ms=expiry + 1000)
    error = project.pay("reclaim", "grants", key=owner, exits=5)
    assert error["details"]["rows_owed"] == [0]
    assert parse_time(error["details"]["possible_after"]) == expiry + 90 * DAY
    project.devnet.advance(to_ms=expiry + 90 * DAY - 60_000)
    project.pay("reclaim", "grants", key=owner, exits=5)
    project.devnet.advance(to_ms=expiry + 90 * DAY + 1000)
    # The programme's end is the same moment, so both are closed now.
    closed = project.pay("reclaim", "grants", key=owner)
    assert [t["purpose"] for t in closed["transactions"]] == [
        "closing of a distribution",
        "closing of a programme",
    ]
    assert project.held(owner.address).quantity(TOKEN) == 1_000_000


def test_who_is_paid_while_the_owner_hesitates_to_close_keeps_it(
    project: Project, owner: Person, oracle: Person, tmp_path: Path
) -> None:
    """The closing is overtaken, and built anew on what the payment has left."""
    expiry = (project.now // 1000 + 32 * 24 * 3600) * 1000
    one, two = project.person("one", ada=50), project.person("two", ada=50)
    rows = [Row(one.address, 5), Row(two.address, 6)]
    project.deploy("grants", owner=owner, oracles=[oracle], rows=rows, expiry=expiry)
    project.attest("grants", [oracle])
    project.pay("prove", "grants", "alpha", key=one)
    project.devnet.advance(to_ms=expiry + 90 * DAY + 1000)
    elsewhere = project.copy(tmp_path / "elsewhere")
    paid: list[object] = []

    def overtaken(_shown: Unsigned) -> bool:
        if not paid:
            command = ("release", "grants", "--beneficiary", one.text)
            paid.append(elsewhere.pay(*command, key=one))
        return True

    with project.app() as app:
        late = Operator((key_of(owner),), overtaken, Patience(timeout_seconds=20))
        closed = reclaim.reclaim(app, "grants", late)
    assert [sent.purpose for sent in closed.sent] == [
        "closing of a distribution",
        "closing of a programme",
    ]
    assert project.held(one.address).quantity(TOKEN) == 5
    assert closed.returned.quantity(TOKEN) == 6
    assert project.held(owner.address).quantity(TOKEN) == 1_000_000 - 5


def test_who_closes_what_another_has_closed_meanwhile_is_told(
    project: Project, owner: Person, oracle: Person, tmp_path: Path
) -> None:
    """The owner at two machines: one asks for consent while the other closes the distribution."""
    expiry = (project.now // 1000 + 32 * 24 * 3600) * 1000
    rows = [Row(oracle.address, 5)]
    project.deploy("grants", owner=owner, oracles=[oracle], rows=rows, expiry=expiry)
    elsewhere = project.copy(tmp_path / "elsewhere")
    project.devnet.advance(to_ms=expiry + 90 * DAY - 60_000)
    closed: list[object] = []

    def overtaken(_shown: Unsigned) -> bool:
        if not closed:
            project.devnet.advance(seconds=10)  # or it would be the very same transaction
            closed.append(elsewhere.pay("reclaim", "grants", key=owner))
        return True

    with project.app() as app:
        late = Operator((key_of(owner),), overtaken, Patience(timeout_seconds=20))
        with pytest.raises(Overtaken, match="has been closed by another"):
            reclaim.reclaim(app, "grants", late)
        closed.clear()
        project.devnet.advance(seconds=120)  # the programme's turn
        with pytest.raises(Overtaken, match="has been closed by another"):
            reclaim.reclaim(app, "grants", late)
    assert project.held(owner.address).quantity(TOKEN) == 1_000_000


def test_the_last_payment_after_the_expiry_frees_the_rest_at_once(
    project: Project, owner: Person, oracle: Person
) -> None:
    expiry = (project.now // 1000 + 32 * 24 * 3600) * 1000
    rows = [Row(oracle.address, 5), Row(oracle.address, 6, "beta")]
    project.deploy(
        "grants",
        owner=owner,
        oracles=[oracle],
        rows=rows,
        milestones=("alpha", "beta"),
        expiry=expiry,
    )
    project.attest("grants", [oracle])
    project.devnet.advance(to_ms=expiry + 10 * DAY)
    project.pay("release", "grants", key=owner)
    closed = project.pay("reclaim", "grants", key=owner)
    assert closed["returned"]["assets"] == {str(TOKEN): "6"}
