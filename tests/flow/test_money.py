"""Where the money goes: assets, pages, batches, and instalments."""

from __future__ import annotations

import pytest

from milestone_core.domain import capacity
from milestone_core.domain.chain import ADA as LOVELACE
from milestone_core.domain.chain import AssetId
from milestone_core.domain.release import Selection
from milestone_core.domain.vesting import Vesting
from milestone_core.errors import ServiceUnavailable
from milestone_core.services import release
from milestone_core.services.distributions import Distribution
from milestone_core.services.following import Patience
from milestone_core.services.sending import Operator
from milestone_core.transactions.unsigned import Unsigned

from .project import ADA, DAY, TOKEN, Person, Project, Row, key_of


def vault_of(found: Distribution, page: int = 0) -> dict[AssetId, int]:
    """The assets in a page's vault beside its identity token."""
    on_chain = found.pages[page]
    assert on_chain is not None
    assets = dict(on_chain.vault_utxo.output.value.assets)
    assert assets.pop(on_chain.id) == 1
    return assets


def test_after_the_last_claim_the_asset_vanishes_from_the_vault(
    project: Project, owner: Person, oracle: Person
) -> None:
    one, two = project.person("one").address, project.person("two").with_stake
    rows = [Row(one, 300), Row(two, 700)]
    project.deploy("grants", owner=owner, oracles=[oracle], rows=rows)
    assert vault_of(project.load("grants")) == {TOKEN: 1000}
    project.attest("grants", [oracle])
    project.pay("release", "grants", "--beneficiary", one, key=owner)
    assert vault_of(project.load("grants")) == {TOKEN: 700}
    project.pay("release", "grants", key=owner)
    assert vault_of(project.load("grants")) == {}
    assert project.held(one).quantity(TOKEN) == 300
    assert project.held(two).quantity(TOKEN) == 700
    assert project.json("status", "grants")["state"] == "complete"
    again = project.pay("release", "grants", key=owner, exits=5)
    assert "all of it has been paid" in again["message"]


def test_ada_is_paid_as_any_asset_and_comes_back_to_the_last_lovelace(
    project: Project, owner: Person, oracle: Person
) -> None:
    one, two = project.person("one").with_stake, project.person("two").address
    monthly = Vesting(project.now - DAY, 30 * DAY, 3)
    before = project.held(owner.address).lovelace
    deployed = project.deploy(
        "pay",
        owner=owner,
        oracles=[oracle],
        asset=LOVELACE,
        rows=[Row(one, 10_000_001, vesting=monthly), Row(two, 5 * ADA)],
    )
    project.attest("pay", [oracle])
    first = project.pay("release", "pay", key=owner)
    assert project.held(one).lovelace == 10_000_001 // 3
    assert project.held(two).lovelace == 5 * ADA
    project.devnet.advance(seconds=60 * 24 * 3600)
    second = project.pay("release", "pay", key=owner)
    assert project.held(one).lovelace == 10_000_001, "cumulative: rounding loses nothing"
    closed = project.pay("reclaim", "pay", key=owner)
    # Only fees, reference scripts, what was paid and the programme's own ADA are gone.
    documents = (deployed, first, second, closed)
    fees = sum(int(t["fee"]) for d in documents for t in d["transactions"])
    for_good = sum(
        int(output["lovelace"])
        for review in deployed["reviews"]
        for output in review["outputs"]
        if "for good" in output["kind"] or "programme" in output["kind"]
    )
    left = project.held(owner.address).lovelace
    assert left == before - fees - for_good - 10_000_001 - 5 * ADA


def test_instalments_are_paid_one_after_the_other_and_never_twice(
    project: Project, owner: Person, oracle: Person
) -> None:
    one = project.person("one").address
    start = project.now + DAY
    weekly = Vesting(start, 7 * DAY, 4)
    cliff = Vesting(start + 14 * DAY, 1, 1)
    rows = [Row(one, 10, "alpha", weekly), Row(one, 1000, "beta", cliff), Row(one, 7, "beta")]
    milestones = ("alpha", "beta")
    project.deploy("grants", owner=owner, oracles=[oracle], rows=rows, milestones=milestones)
    for milestone in milestones:
        project.attest("grants", [oracle], milestone)
        project.pay("prove", "grants", milestone, key=owner)
    paid: list[int] = []
    for days in (0, 1, 14, 30):
        if days:
            project.devnet.advance(seconds=days * 24 * 3600)
        expected = int(project.json("calculate", "grants")["claimable"])
        project.pay("release", "grants", key=owner, exits=0 if expected else 5)
        paid.append(project.held(one).quantity(TOKEN))
    # 7 at once; then 10 * k // 4 after k weeks, and 1000 with the third instalment.
    assert paid == [7, 9, 1014, 1017]


def test_a_schedule_larger_than_a_page_is_deployed_and_paid_page_by_page(
    project: Project, owner: Person, oracle: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "LIMIT", capacity.Load(1_700, 10**9))
    monkeypatch.setattr(release, "MAX_CLAIMS", 1)
    people = [project.person(f"p{number}").with_stake for number in range(3)]
    rows = [Row(person, 100 + number) for number, person in enumerate(people)]
    deployed = project.deploy("pages", owner=owner, oracles=[oracle], rows=rows)
    assert deployed["complete"] is True
    pages = project.load("pages")
    sizes = [len(page.page.rows) for page in pages.open_pages]
    assert len(sizes) > 1
    assert sum(sizes) == 3
    assert len({page.id for page in pages.open_pages}) == len(sizes)
    assert project.pay("deploy", "pages", key=owner)["transactions"] == [], "nothing is left to do"
    project.attest("pages", [oracle])
    project.pay("prove", "pages", "alpha", key=owner)
    batches = sum(sizes)
    first = project("release", "pages", "--key", owner.file, "--dry-run").err
    assert f"{batches} releases are to be sent" in first, "it shows but the first"
    released = project.pay("release", "pages", key=owner)
    purposes = [t["purpose"] for t in released["transactions"]]
    assert purposes == ["release"] * batches
    assert [held.quantity(TOKEN) for held in project.holdings(people)] == [100, 101, 102]
    closed = project.pay("reclaim", "pages", key=owner)
    assert len(closed["transactions"]) == len(sizes)
    assert project.json("status", "pages")["state"] == "closed"


def test_amounts_up_to_the_ledgers_limit_and_ids_of_32_bytes_are_paid(
    project: Project, oracle: Person
) -> None:
    rich = project.person("rich", ada=50, tokens=8 * 10**18)
    milestone, daily = "ü" * 16, Vesting(project.now - 300 * DAY, DAY, 255)
    rows = [Row(oracle.address, 8 * 10**18, milestone, daily)]
    project.deploy("big", owner=rich, oracles=[oracle], rows=rows, milestones=[milestone])
    project.attest("big", [oracle], milestone)
    project.pay("release", "big", key=rich)
    assert project.held(oracle.address).quantity(TOKEN) == 8 * 10**18


@pytest.mark.slow
def test_a_hundred_beneficiaries_fit_a_page_and_are_paid_in_batches(
    project: Project, owner: Person, oracle: Person
) -> None:
    people = [project.person(f"p{number}").with_stake for number in range(100)]
    rows = [Row(person, 2**40 + number) for number, person in enumerate(people)]
    total = sum(row.amount for row in rows)
    project.fund(owner.address, tokens=total)
    project.deploy("many", owner=owner, oracles=[oracle], rows=rows)
    (page,) = project.load("many").open_pages
    assert len(page.page.rows) == 100
    project.attest("many", [oracle])
    one = project.pay("release", "many", "--beneficiary", people[-1], key=owner)
    assert len(one["payouts"]) == 1
    rest = project.pay("release", "many", key=owner)
    assert [t["purpose"] for t in rest["transactions"]] == ["release"] * -(
        -99 // release.MAX_CLAIMS
    )
    assert [held.quantity(TOKEN) for held in project.holdings(people)] == [
        row.amount for row in rows
    ]


def test_the_owner_may_be_a_beneficiary_and_an_oracle(project: Project, owner: Person) -> None:
    rows = [Row(owner.address, 40), Row(owner.with_stake, 2)]
    project.deploy("own", owner=owner, oracles=[owner], rows=rows)
    project.attest("own", [owner])
    released = project.pay("release", "own", key=owner)
    assert [payout["amount"] for payout in released["payouts"]] == ["40", "2"]
    assert project.held(owner.address).quantity(TOKEN) == 1_000_000 - 2
    assert project.held(owner.with_stake).quantity(TOKEN) == 2


def test_anybody_may_pay_for_somebody_else_and_gets_nothing_of_it(
    project: Project, owner: Person, oracle: Person
) -> None:
    alien, one = project.person("alien", ada=30), project.person("one").address
    project.deploy(
        "grants",
        owner=owner,
        oracles=[oracle],
        rows=[Row(one, 5), Row(one, 6, "beta")],
        milestones=("alpha", "beta"),
    )
    project.attest("grants", [oracle])
    before = project.held(alien.address)
    released = project.pay("release", "grants", "--beneficiary", one, key=alien)
    fees = sum(int(t["fee"]) for t in released["transactions"])
    after = project.held(alien.address)
    assert after.assets == {}
    assert after.lovelace == before.lovelace - fees - project.held(one).lovelace
    assert project.held(one).quantity(TOKEN) == 5
    error = project.pay("reclaim", "grants", key=alien, exits=2)
    assert "owner" in error["message"]


def test_what_was_sent_before_a_failure_is_told(
    project: Project, owner: Person, oracle: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that releases in several transactions must not lose those that were sent."""
    monkeypatch.setattr(release, "MAX_CLAIMS", 1)
    people = [project.person(name).address for name in ("one", "two")]
    rows = [Row(person, 100) for person in people]
    project.deploy("grants", owner=owner, oracles=[oracle], rows=rows)
    project.attest("grants", [oracle])
    shown: list[Unsigned] = []

    def fail_at_the_third(unsigned: Unsigned) -> bool:
        shown.append(unsigned)
        if len(shown) == 3:
            raise ServiceUnavailable("the cable is out")
        return True

    with project.app() as app:
        slow = Operator((key_of(owner),), fail_at_the_third, Patience(timeout_seconds=20))
        with pytest.raises(ServiceUnavailable) as failure:
            release.release(app, "grants", Selection(), slow)
    assert failure.value.details == {"sent_before": [one.id.hex() for one in shown[:2]]}
    assert sorted(held.quantity(TOKEN) for held in project.holdings(people)) == [0, 100]


def test_an_attestation_for_one_schedule_proves_nothing_for_another(
    project: Project, owner: Person, oracle: Person
) -> None:
    for name in ("first", "second"):
        project.deploy(name, owner=owner, oracles=[oracle], rows=[Row(oracle.address, 5)])
    project.attest("first", [oracle])
    project.pay("release", "second", key=owner, exits=5)
    project.pay("release", "first", key=owner)
    states = {s["name"]: s["paid"] for s in project.json("status")["schedules"]}
    assert states == {"first": "5", "second": "0"}


def test_a_dry_run_shows_the_transaction_and_sends_nothing(
    project: Project, owner: Person, oracle: Person
) -> None:
    project.deploy("grants", owner=owner, oracles=[oracle], rows=[Row(oracle.address, 5)])
    project.attest("grants", [oracle])
    project.pay("prove", "grants", "alpha", key=owner)
    before = project.devnet.control.status()["block"]
    shown = project.json("release", "grants", "--key", owner.file, "--dry-run")
    assert project.devnet.control.status()["block"] == before
    assert shown["transactions"] == []
    (review,) = shown["reviews"]
    paid = [o for o in review["outputs"] if o["kind"] == "paid"]
    assert [(o["address"], o["assets"]) for o in paid] == [(oracle.text, {str(TOKEN): "5"})]
