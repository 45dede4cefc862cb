"""``release --amount``: whole instalments within an amount, and never the same amount twice."""

from __future__ import annotations

from typing import Any

import pytest

from milestone_core.domain.release import Selection
from milestone_core.domain.vesting import Vesting
from milestone_core.errors import NotYet, OutcomeUnknown
from milestone_core.services import release
from milestone_core.services.following import Patience
from milestone_core.services.sending import Operator

from .project import DAY, TOKEN, Person, Project, Row, key_of, operator
from .station import lose

FOUR_INSTALMENTS = Vesting(1_577_836_800_000, DAY, 4)


@pytest.fixture
def one(project: Project) -> Person:
    """Somebody to whom 100 in four instalments and 30 at once are due."""
    owner, oracle = project.person("owner", ada=300, tokens=10_000), project.person("oracle")
    one, other = project.person("one"), project.person("other")
    rows = [
        Row(one.address, 100, vesting=FOUR_INSTALMENTS),
        Row(other.address, 100),
        Row(one.address, 30, milestone="beta"),
    ]
    milestones = ["alpha", "beta"]
    project.deploy("grants", owner=owner, oracles=[oracle], rows=rows, milestones=milestones)
    for milestone in milestones:
        project.attest("grants", [oracle], milestone)
        project.pay("prove", "grants", milestone, key=owner)
    return one


def pay(project: Project, one: Person, *options: object, exits: int = 0) -> dict[str, Any]:
    key = Person(one.key, project.folder / "owner.skey", one.address)
    whose = ("--beneficiary", one.address)
    return project.pay("release", "grants", *whose, *options, key=key, exits=exits)


def held(project: Project, one: Person) -> int:
    return project.held(one.address).quantity(TOKEN)


def test_the_most_whole_instalments_are_paid_row_after_row(project: Project, one: Person) -> None:
    for asked, paid in {25: 25, 74: 50, 99: 75, 100: 100, 129: 100, 130: 130, 500: 130}.items():
        shown = pay(project, one, "--amount", asked, "--dry-run")
        assert shown["asked"] == str(asked)
        assert sum(int(payout["amount"]) for payout in shown["payouts"]) == paid
    small = pay(project, one, "--amount", 24, "--milestone", "alpha", exits=5)
    assert small["details"] == {"asked": "24", "smallest": "25"}
    pay(project, one, "--amount", "60", "--milestone", "beta")
    assert held(project, one) == 30
    key = project.folder / "owner.skey"
    arguments = ("release", "grants", "--beneficiary", one.address, "--amount", "80", "--yes")
    said = project(*arguments, "--key", key).out
    assert "80" in said
    assert "75" in said
    assert "whole instalments" in said
    assert held(project, one) == 105
    pay(project, one, "--all-due")
    assert held(project, one) == 130


def test_amounts_that_mean_nothing_are_refused_before_anything_is_asked(project: Project) -> None:
    one = project.person("owner")
    project.register("grants", owner=one, oracles=[one], rows=[Row(one.address, 10)])
    refusals = {
        ("--amount", "1", "--all-due"): "contradict",
        ("--amount", "0.5"): "decimals",
        ("--amount", "1e3"): "exponent",
        ("--amount", "0"): "zero",
        ("--amount", "-1"): "negative",
    }
    for options, said in refusals.items():
        error = pay(project, one, *options, exits=2)
        assert said in f"{error['message']} {error['hint']}"
    error = project.pay("release", "grants", "--amount", "5", key=one, exits=2)
    assert "--beneficiary" in error["hint"]


def test_a_lost_release_of_an_amount_that_is_run_again_pays_it_once(
    project: Project, one: Person
) -> None:
    payer = Person(one.key, project.folder / "owner.skey", one.address)
    with project.app() as app:
        lose(app, sent=True)
        with pytest.raises(OutcomeUnknown):
            release.release(app, "grants", Selection(one.address), operator(payer), limit=25)
    error = pay(project, one, "--amount", "25", exits=5)
    assert "nothing is paid twice" in error["message"]
    assert held(project, one) == 25
    pay(project, one, "--amount", "25")
    assert held(project, one) == 50, "said once more, it is meant"


def test_two_who_pay_the_same_amount_at_once_pay_it_once(
    project: Project, one: Person, tmp_path_factory: pytest.TempPathFactory
) -> None:
    payer = project.person("payer", ada=50)
    other = project.copy(tmp_path_factory.mktemp("other") / "elsewhere")

    def overtaken(_shown: object) -> bool:
        pay(other, one, "--amount", "25")
        return True

    with project.app() as app:
        late = Operator((key_of(payer),), overtaken, Patience(timeout_seconds=20))
        with pytest.raises(NotYet, match="somebody else"):
            release.release(app, "grants", Selection(one.address), late, limit=25)
    assert held(project, one) == 25
