"""Whether what is locked is what was published: each promise broken once, and who could do what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from milestone_core.domain.chain import ADA as ADA_ASSET
from milestone_core.domain.chain import Value
from milestone_core.domain.distribution import Page
from milestone_core.domain.schedule import Schedule
from milestone_core.domain.vesting import Vesting
from milestone_core.files.published import read_published
from milestone_core.files.schedule_document import parse_document
from milestone_core.services import distributions, lookup
from milestone_core.services.lookup import PageOnChain
from milestone_devnet.node import Devnet

from .project import DAY, IN_THE_PAST, Person, Project, Row

AMOUNT = 2_000_000
LATER = Vesting(IN_THE_PAST.start + DAY, DAY, 2)


@dataclass
class Promise:
    """A published schedule, and deployments that keep it or break it."""

    project: Project
    owner: Person
    other: Person
    one: Person
    two: Person
    oracles: list[Person]
    expiry: int
    numbers: Iterator[int]

    def terms(self, **changes: Any) -> dict[str, Any]:
        """What is published, with changes."""
        published = {
            "owner": self.owner,
            "oracles": self.oracles[:2],
            "quorum": 2,
            "rows": [Row(self.one.address, AMOUNT), Row(self.two.with_stake, AMOUNT, "beta")],
            "milestones": ("alpha", "beta"),
            "expiry": self.expiry,
        }
        return published | changes

    def publish(self, **changes: Any) -> tuple[Path, Path]:
        """The files of the published schedule."""
        path = self.project.write("published", **self.terms(**changes))
        return path, path.with_suffix(".csv")

    def lock(self, **changes: Any) -> str:
        """Deploy other terms, with the document hash of the published: a lie about them."""
        file, rows = self.publish()
        with self.project.app() as app:
            honest = read_published(file, rows, network=app.network).document_hash()
        with lying(honest):
            return self.deploy(**changes)

    def deploy(self, name: str | None = None, **changes: Any) -> str:
        """Deploy terms and answer the id of their distribution."""
        name = name or f"locked{next(self.numbers)}"
        terms = self.terms(**changes)
        self.project.register(name, **terms)
        self.project.pay("deploy", name, key=terms["owner"])
        return str(self.project.load(name).record.pages[0])

    def verify(self, *ids: str, exits: int = 0, **changes: Any) -> dict[str, str]:
        """Every promise with its verdict, for the ids against what is published."""
        file, rows = self.publish(**changes)
        arguments = ("verify", *ids, "--schedule", file, "--csv", rows, "--json")
        return verdicts(self.project(*arguments, exits=exits).document)


@contextmanager
def lying(document_hash: bytes) -> Iterator[None]:
    """Whatever schedule is deployed, its datum carries this hash."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Schedule, "document_hash", lambda _: document_hash)
        yield


@contextmanager
def laying_out(change: Callable[[Page], Page]) -> Iterator[None]:
    """Whatever is deployed, its page is another than follows from the schedule."""
    lay_out = distributions.expected_page
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distributions, "expected_page", lambda *terms: change(lay_out(*terms)))
        yield


def verdicts(document: dict[str, Any]) -> dict[str, str]:
    return {found["promise"]: found["verdict"] for found in document["promises"]}


def broken(found: dict[str, str]) -> set[str]:
    return {promise for promise, verdict in found.items() if verdict == "broken"}


@pytest.fixture(scope="module")
def promise(
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Promise:
    project = Project.begin(tmp_path_factory.mktemp("verify"), devnet)
    owner = project.person("owner", ada=2000, tokens=400_000_000)
    other = project.person("other", ada=200, tokens=20_000_000)
    one, two = project.person("one"), project.person("two")
    oracles = [project.person(name) for name in ("ann", "ben", "cyd")]
    expiry = (project.now // DAY + 400) * DAY
    return Promise(project, owner, other, one, two, oracles, expiry, count())


def test_every_promise_of_an_honest_distribution_holds(promise: Promise) -> None:
    name = f"honest{next(promise.numbers)}"
    page = promise.deploy(name)
    result = promise.project("verify", name)
    assert "what was published" in result.out
    assert "BROKEN" not in result.out
    path = promise.project.folder / f"{name}.toml"
    arguments = ("verify", page, "--schedule", path, "--csv", path.with_suffix(".csv"))
    document = promise.project.json(*arguments)
    assert document["holds"] is True
    assert set(verdicts(document).values()) == {"holds"}
    assert {
        *("contract", "programme", "scripts", "network", "document", "amounts", "addresses"),
        *("vesting", "milestones of the rows", "asset", "owner", "expiry", "policy", "funding"),
        *("milestones", "oracles", "quorum", "until", "not cancelled"),
    } == set(verdicts(document))


def test_a_page_whose_rows_are_in_another_order_is_not_what_was_published(
    promise: Promise,
) -> None:
    """All is promised, and yet every other command refuses such a page."""
    with laying_out(lambda page: replace(page, rows=page.rows[::-1])):
        page = promise.lock()
    assert broken(promise.verify(page, exits=7)) == {"layout"}


def test_a_step_that_has_no_end_is_a_broken_promise_and_no_crash(promise: Promise) -> None:
    """Python writes no number of more than 4,300 digits; a cliff's step may have 10,000."""
    page, honest = promise.lock(), lookup.find_page

    def endless(*arguments: Any) -> PageOnChain:
        found = honest(*arguments)
        vestings = tuple(replace(v, step=10**10_000) for v in found.page.vestings)
        return replace(found, page=replace(found.page, vestings=vestings))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "find_page", endless)
        assert broken(promise.verify(page, exits=7)) == {"vesting"}


def test_a_stranger_needs_the_id_and_the_document_alone(promise: Promise, tmp_path: Path) -> None:
    name = f"honest{next(promise.numbers)}"
    page = promise.deploy(name)
    document = tmp_path / "published.json"
    document.write_text(promise.project("schedule", "show", name, "--publish").out)
    folder = tmp_path / "stranger"
    folder.mkdir()
    stranger = Project.begin(folder, promise.project.devnet)
    found = stranger.json("verify", page, "--schedule", document)
    assert found["holds"] is True
    schedule = parse_document(document.read_bytes())
    assert found["document"] == schedule.document_hash().hex()
    # Saved by an editor, with a line end, it is the same document.
    document.write_text(document.read_text() + "\n")
    stranger.json("verify", page, "--schedule", document)
    # That of another network is not.
    document.write_bytes(replace(schedule, network="preprod").document())
    result = stranger("verify", page, "--schedule", document, "--json", exits=7)
    assert broken(verdicts(result.document)) == {"network", "document"}


Break = Callable[[Promise], dict[str, Any]]


def rows(promise: Promise, *rows: Row) -> dict[str, Any]:
    del promise
    return {"rows": list(rows)}


BREAKS: list[tuple[str, Break, set[str]]] = [
    (
        "amounts",
        lambda p: rows(p, Row(p.one.address, AMOUNT - 1), Row(p.two.with_stake, AMOUNT, "beta")),
        {"amounts"},
    ),
    ("a row is missing", lambda p: rows(p, Row(p.one.address, AMOUNT)), {"amounts"}),
    (
        "a row too many",
        lambda p: rows(
            p,
            Row(p.one.address, AMOUNT),
            Row(p.two.with_stake, AMOUNT, "beta"),
            Row(p.owner.address, AMOUNT),
        ),
        {"amounts"},
    ),
    (
        "addresses",
        lambda p: rows(p, Row(p.owner.address, AMOUNT), Row(p.two.with_stake, AMOUNT, "beta")),
        {"addresses"},
    ),
    (
        "the stake part of an address",
        lambda p: rows(p, Row(p.one.address, AMOUNT), Row(p.two.address, AMOUNT, "beta")),
        {"addresses"},
    ),
    (
        "vesting",
        lambda p: rows(
            p,
            Row(p.one.address, AMOUNT, vesting=LATER),
            Row(p.two.with_stake, AMOUNT, "beta"),
        ),
        {"vesting"},
    ),
    (
        "milestones of the rows",
        lambda p: rows(
            p, Row(p.one.address, AMOUNT, "beta"), Row(p.two.with_stake, AMOUNT, "beta")
        ),
        {"milestones of the rows"},
    ),
    ("milestones", lambda _: {"milestones": ("alpha", "beta", "gamma")}, {"milestones"}),
    ("oracles", lambda p: {"oracles": p.oracles[1:]}, {"oracles"}),
    ("quorum", lambda _: {"quorum": 1}, {"quorum"}),
    ("expiry", lambda p: {"expiry": p.expiry + DAY}, {"expiry"}),
    ("expiry and until", lambda p: {"expiry": p.expiry - DAY}, {"expiry", "until"}),
    ("owner", lambda p: {"owner": p.other}, {"owner"}),
    ("asset", lambda _: {"asset": ADA_ASSET}, {"asset"}),
]


@pytest.mark.parametrize(
    ("change", "expected"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS]
)
def test_a_broken_promise_is_named_though_the_document_is_the_published(
    promise: Promise, change: Break, expected: set[str]
) -> None:
    page = promise.lock(**change(promise))
    file, csv = promise.publish()
    arguments = ("verify", page, "--schedule", file, "--csv", csv)
    result = promise.project(*arguments, "--json", exits=7)
    assert broken(verdicts(result.document)) == expected
    assert set(result.error["details"]["broken"]) == expected
    text = promise.project(*arguments, exits=7)
    assert "not what was published" in text.out
    assert all(name in text.err for name in expected)


def test_the_row_that_differs_is_shown_with_both_figures(promise: Promise) -> None:
    changed = [Row(promise.one.address, AMOUNT - 1), Row(promise.two.with_stake, AMOUNT, "beta")]
    page = promise.lock(rows=changed)
    file, csv = promise.publish()
    result = promise.project("verify", page, "--schedule", file, "--csv", csv, "--json", exits=7)
    found = {f["promise"]: f["detail"] for f in result.document["promises"]}
    assert f"{AMOUNT - 1}" in found["amounts"]
    assert f"{AMOUNT}" in found["amounts"]
    assert promise.one.text in found["amounts"]


def test_another_document_is_named(promise: Promise) -> None:
    assert broken(promise.verify(promise.deploy(), exits=7)) == {"document"}


def test_a_policy_that_the_contract_does_not_keep_is_named(promise: Promise) -> None:
    policy = ['name = "quorum-vesting"', f'observer = "{"ab" * 28}"']
    found = promise.verify(promise.lock(), policy=policy, exits=7)
    assert broken(found) == {"policy", "document"}


def test_an_id_of_another_contract_is_refused_at_once(promise: Promise) -> None:
    page = promise.lock()
    assert broken(promise.verify(f"{'ab' * 28}.{page[57:]}", exits=7)) == {"contract"}


def test_what_a_lying_index_shows_is_told(promise: Promise) -> None:
    page, honest = promise.lock(), lookup.find_page

    def emptied(*arguments: Any) -> PageOnChain:
        found = honest(*arguments)
        asset = found.page.asset
        less = found.vault_utxo.output.value - Value(0, {asset: 1})
        output = replace(found.vault_utxo.output, value=less)
        return replace(found, vault_utxo=replace(found.vault_utxo, output=output))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "find_page", emptied)
        assert broken(promise.verify(page, exits=7)) == {"funding"}


def test_a_closed_programme_ends_all_releases(promise: Promise) -> None:
    page = promise.lock()

    def closed(*_: Any) -> None:
        raise lookup.Closed("closed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "find_programme", closed)
        assert broken(promise.verify(page, exits=7)) == {"programme"}


def test_an_unknown_id_and_a_name_that_is_not_deployed_are_not_found(promise: Promise) -> None:
    page = promise.lock()
    file, csv = promise.publish()
    options = ("--schedule", file, "--csv", csv)
    promise.project.json("verify", f"{page[:57]}{'ab' * 32}", *options, exits=4)
    promise.project.json("verify", "nobody", exits=4)
    promise.project.register("draft", **promise.terms())
    promise.project.json("verify", "draft", exits=4)
    promise.project.json("verify", page, exits=2)
    promise.project.json("verify", page, page, *options, exits=2)
    document = promise.project.folder / "published.json"
    document.write_text(promise.project("schedule", "show", "draft", "--publish").out)
    promise.project.json("verify", page, "--schedule", document, "--csv", csv, exits=2)


def decided(promise: Promise, name: str, *arguments: object) -> list[Path]:
    """The oracles' files for a decision."""
    folder, files = promise.project.folder, []
    message = folder / "decision.json"
    message.write_text(promise.project("oracle", "message", name, *arguments).out)
    for oracle in promise.oracles[:2]:
        file = folder / f"decision-{oracle.file.stem}.json"
        file.write_text(promise.project("oracle", "sign", message, "--key", oracle.file).out)
        files.append(file)
    return files


def test_what_oracles_may_change_is_told_and_is_no_breach(promise: Promise) -> None:
    project, name = promise.project, f"honest{next(promise.numbers)}"
    promise.deploy(name)
    powers = [f"{p['who']} {p['what']}" for p in project.json("verify", name)["powers"]]
    assert any("a quorum can prove alpha, beta" in power for power in powers)
    assert any("owner can take back nothing before" in power for power in powers)
    panel = project.folder / "new.toml"
    panel.write_text(f'quorum = 1\noracles = ["{promise.oracles[0].text}"]\n')
    files = decided(promise, name, "--rotate", panel)
    project.pay("rotate", name, "--oracles", panel, *files, key=promise.owner)
    found = verdicts(project.json("verify", name))
    assert (found["oracles"], found["quorum"]) == ("changed", "changed")
    project.pay("cancel", name, *decided(promise, name, "--cancel"), key=promise.owner, exits=2)
    message = decided(promise, name, "--cancel")[0]
    project.pay("cancel", name, message, key=promise.owner)
    document = project.json("verify", name)
    assert verdicts(document)["not cancelled"] == "changed"
    powers = [f"{p['who']} {p['what']}" for p in document["powers"]]
    assert "the oracles can do nothing any more" in powers
    assert any("never proven, now" in power for power in powers)


def test_the_other_distributions_of_a_schedule_are_missed(promise: Promise) -> None:
    project, name = promise.project, f"long{next(promise.numbers)}"
    people = [project.person(f"long{number}").with_stake for number in range(150)]
    rows = [Row(person, 10) for person in people]
    promise.deploy(name, rows=rows, milestones=("alpha",))
    pages = [str(page) for page in project.load(name).record.pages]
    assert len(pages) == 2
    file = project.folder / f"{name}.toml"
    options = ("--schedule", file, "--csv", file.with_suffix(".csv"))
    found = project.json("verify", *reversed(pages), *options)
    assert set(verdicts(found).values()) == {"holds"}
    found = project.json("verify", pages[1], *options)
    assert verdicts(found)["completeness"] == "note"
    assert found["holds"] is True
