"""``milestone history``: what the chain says happened, whoever did it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from milestone_core.domain.vesting import Vesting
from milestone_core.errors import OutcomeUnknown
from milestone_core.services import deploy

from .project import DAY, Project, Row, operator
from .station import lose

FOUR_INSTALMENTS = Vesting(1_577_836_800_000, DAY, 4)


def test_everything_that_happened_is_told_in_order(project: Project, tmp_path: Path) -> None:
    owner, oracle = project.person("owner", ada=300, tokens=10_000), project.person("oracle")
    one, two = project.person("one"), project.person("two")
    rows = [Row(one.address, 100, vesting=FOUR_INSTALMENTS), Row(two.address, 7)]
    project.deploy("grants", owner=owner, oracles=[oracle], rows=rows)
    project.attest("grants", [oracle])
    # Somebody else does the rest: no journal of ours has it.
    other = project.copy(tmp_path / "somebody")
    other.pay("prove", "grants", "alpha", key=owner)
    arguments = ("release", "grants", "--beneficiary", one.address, "--amount", "50")
    other.pay(*arguments, key=owner)
    other.pay("release", "grants", key=owner)
    other.pay("reclaim", "grants", key=owner)

    document = project.json("history", "grants")
    events = [e for e in document["events"] if e["state"] == "on chain"]
    told = [(e["what"], e["who"], e["milestone"], e["amount"]) for e in events]
    assert told == [
        ("programme started", None, None, None),
        ("locked", None, None, "107"),
        ("proven", None, "alpha", None),
        ("paid", str(one.address), "alpha", "50"),
        ("paid", str(one.address), "alpha", "50"),
        ("paid", str(two.address), "alpha", "7"),
        ("closed", None, None, "0"),
    ]
    assert [e["slot"] for e in events] == sorted(e["slot"] for e in events)
    assert len(events[2]["evidence"]) == 64
    sent = project.json("history")["events"]
    assert [e["what"] for e in sent if e["schedule"] == "-" or e["state"] == "confirmed"]

    printed = list(csv.DictReader(io.StringIO(project("history", "grants", "--csv").out)))
    assert [row["amount"] for row in printed if row["what"] == "paid"] == ["50", "50", "7"]
    assert {row["who"] for row in printed if row["what"] == "paid"} == {
        str(one.address),
        str(two.address),
    }
    text = project("history", "grants").out
    assert all(event["transaction"] in text for event in events)
    project.json("history", "grants", "--csv", exits=2)


def test_what_was_sent_and_not_seen_is_in_the_history(project: Project) -> None:
    owner = project.person("owner", ada=300, tokens=100)
    project.register("grants", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    assert project.json("history", "grants")["events"] == []
    with project.app() as app:
        lose(app, sent=False)
        with pytest.raises(OutcomeUnknown) as lost:
            deploy.deploy_schedule(app, "grants", operator(owner))
    (event,) = project.json("history", "grants", "--offline")["events"]
    assert event["state"] == "sent"
    assert event["transaction"] == lost.value.details["transaction"]
    assert "sent" in project("history").out
    project.json("history", "nobody", exits=4)
