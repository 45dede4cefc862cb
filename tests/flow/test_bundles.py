"""A stranger claims: what a bundle carries, and what is believed of one that was tampered with."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milestone_core.domain.vesting import Vesting
from milestone_core.errors import BadDocument
from milestone_core.files.bundle import encode_bundle, parse_bundle
from milestone_core.files.schedule_document import ScheduleSchema
from milestone_devnet.node import Devnet

from .project import DAY, IN_THE_PAST, TOKEN, Person, Project, Row

MONTHLY = Vesting(IN_THE_PAST.start, 30 * DAY, 12)


@dataclass
class Programme:
    """An operator's project with ``grants``, signed by a quorum and not proven; its bundle."""

    operator: Project
    owner: Person
    oracles: list[Person]
    alice: Person
    bob: Person
    bundle: dict[str, Any]

    def stranger(self, folder: Path, *, network: str = "devnet") -> Project:
        """Somebody with Ogmios and Kupo, and nothing else."""
        folder.mkdir()
        project = Project(folder, self.operator.devnet)
        urls = ("--ogmios", project.devnet.ogmios_url, "--kupo", project.devnet.kupo_url)
        project("init", ".", "--network", network, *urls, exits=0 if network == "devnet" else 3)
        return project

    def hand(self, stranger: Project, bundle: object) -> Path:
        path = stranger.folder / "grants.bundle.json"
        path.write_text(json.dumps(bundle))
        return path


@pytest.fixture(scope="module")
def programme(
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Programme:
    operator = Project.begin(tmp_path_factory.mktemp("operator"), devnet)
    owner = operator.person("owner", ada=300, tokens=10_000)
    oracles = [operator.person("ann"), operator.person("ben"), operator.person("cid")]
    alice, bob = operator.person("alice"), operator.person("bob")
    rows = [Row(alice.address, 1000), Row(bob.address, 600, vesting=MONTHLY)]
    operator.deploy("grants", owner=owner, oracles=oracles, quorum=2, rows=rows)
    operator.attest("grants", oracles[:2])
    bundle = json.loads(operator("bundle", "export", "grants").out)
    return Programme(operator, owner, oracles, alice, bob, bundle)


def test_a_bundle_is_one_json_object_without_a_secret(programme: Programme) -> None:
    assert programme.bundle["schema"] == 1
    assert programme.bundle["kind"] == "bundle"
    assert len(programme.bundle["attestations"]) == 2
    text = json.dumps(programme.bundle)
    people = [programme.owner, *programme.oracles, programme.alice]
    assert not any(json.loads(p.file.read_text())["cborHex"][4:] in text for p in people)


def test_a_bundle_is_read_as_it_was_written(programme: Programme) -> None:
    read = parse_bundle(json.dumps(programme.bundle).encode(), "bundle")
    assert encode_bundle(read) == programme.bundle


def test_a_stranger_claims_for_somebody_else_and_the_operator_for_nobody(
    programme: Programme, tmp_path: Path
) -> None:
    """From an empty folder, with a bundle and a key: proves the milestone, and pays Alice."""
    stranger = programme.stranger(tmp_path / "stranger")
    payer = stranger.person("payer", ada=50)
    done = stranger.json("bundle", "import", programme.hand(stranger, programme.bundle))
    assert (done["name"], done["attestations"], done["known"]) == ("grants", 2, False)
    alice = programme.alice
    stranger.pay("release", "grants", "--beneficiary", alice.text, key=payer)
    assert stranger.held(alice.address).quantity(TOKEN) == 1000
    assert stranger.held(programme.bob.address).quantity(TOKEN) == 0

    # And Bob for himself, from yet another folder, with the same bundle.
    other = programme.stranger(tmp_path / "other")
    other.fund(programme.bob.address, ada=20)
    other("bundle", "import", programme.hand(other, programme.bundle))
    other.pay("release", "grants", "--beneficiary", programme.bob.text, key=programme.bob)
    assert other.held(programme.bob.address).quantity(TOKEN) == 600
    assert other.json("status", "grants")["state"] == "complete"


def test_importing_twice_changes_nothing(programme: Programme, tmp_path: Path) -> None:
    stranger = programme.stranger(tmp_path / "stranger")
    path = programme.hand(stranger, programme.bundle)
    stranger("bundle", "import", path)
    before = stranger("bundle", "export", "grants").out
    assert stranger.json("bundle", "import", path)["known"] is True
    assert stranger("bundle", "export", "grants").out == before


def test_importing_adds_attestations_to_those_that_are_here(
    programme: Programme, tmp_path: Path
) -> None:
    stranger = programme.stranger(tmp_path / "stranger")
    first, second = deepcopy(programme.bundle), deepcopy(programme.bundle)
    first["attestations"].pop(0)
    second["attestations"].pop(1)
    stranger("bundle", "import", programme.hand(stranger, first))
    stranger("bundle", "import", programme.hand(stranger, second))
    assert len(json.loads(stranger("bundle", "export", "grants").out)["attestations"]) == 2


def test_another_schedule_of_the_same_name_is_not_overwritten(
    programme: Programme, tmp_path: Path
) -> None:
    stranger = programme.stranger(tmp_path / "stranger")
    me = stranger.person("me")
    stranger.register("grants", owner=me, oracles=[me], rows=[Row(me.address, 1)])
    before = stranger("schedule", "show", "grants").out
    path = programme.hand(stranger, programme.bundle)
    assert "another schedule" in stranger.json("bundle", "import", path, exits=2)["message"]
    assert stranger("schedule", "show", "grants").out == before


def test_what_is_not_deployed_cannot_be_exported(programme: Programme) -> None:
    owner = programme.owner
    programme.operator.register("draft", owner=owner, oracles=[owner], rows=[Row(owner.address, 1)])
    error = programme.operator.json("bundle", "export", "draft", exits=4)
    assert "not deployed" in error["message"]


def test_a_bundle_needs_a_project_of_its_network(programme: Programme, tmp_path: Path) -> None:
    stranger = programme.stranger(tmp_path / "stranger", network="preview")
    path = programme.hand(stranger, programme.bundle)
    error = stranger.json("bundle", "import", path, exits=2)
    assert "is of the network devnet, this project is for preview" in error["message"]
    assert "milestone init . --network devnet" in error["hint"]


Tamper = Callable[[dict[str, Any]], object]


def _other_hash(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


def _amount(bundle: dict[str, Any]) -> None:
    bundle["schedule"]["allocations"][0]["amount"] = "1001"


def _amount_and_hash(bundle: dict[str, Any]) -> None:
    _amount(bundle)
    found = ScheduleSchema().load(bundle["schedule"]).document_hash()
    bundle["document_hash"] = found.hex()


def _signature_of_a_stranger(bundle: dict[str, Any]) -> None:
    signed = bundle["attestations"][0]
    signed["verification_key"] = _other_hash(signed["verification_key"])
    key = bytes.fromhex(signed["verification_key"])
    signed["oracle"] = blake2b(key, digest_size=28).hexdigest()


TAMPERED: dict[str, tuple[Tamper, int, str]] = {
    "an amount": (_amount, 2, "one of the two was changed"),
    "an amount and the hash": (_amount_and_hash, 7, "not what the schedule"),
    "the hash": (lambda b: b.update(document_hash="00" * 32), 2, "one of the two was changed"),
    "the magic": (lambda b: b.update(magic=1), 2, "preprod by its magic"),
    "the contract": (
        lambda b: b["contract"].update(distribution=_other_hash(b["contract"]["distribution"])),
        2,
        "of another contract",
    ),
    "the programme's policy": (
        lambda b: b.update(programme=_other_hash(b["programme"])),
        2,
        "not the hash of the bundle's programme",
    ),
    "the programme's name": (
        lambda b: (
            b.update(programme=b["programme"][:-1] + "0"),
            b.update(programme=b["programme"][:-2] + "00"),
            b.update(attestations=[]),
        ),
        4,
        "has ever been on this chain",
    ),
    "a distribution's name": (
        lambda b: b.update(distributions=[b["distributions"][0][:-4] + "0000"]),
        4,
        "has ever been on this chain",
    ),
    "a distribution too many": (
        lambda b: b["distributions"].append(b["distributions"][0][:-4] + "0000"),
        2,
        "names 2 distributions",
    ),
    "a distribution twice": (
        lambda b: b["distributions"].append(b["distributions"][0]),
        2,
        "twice",
    ),
    "no distribution": (lambda b: b["distributions"].clear(), 2, "names 0 distributions"),
    "a signature of a stranger": (_signature_of_a_stranger, 2, "no oracle of this programme"),
    "a signature for another programme": (
        lambda b: b["attestations"][1].update(programme=b["distributions"][0]),
        2,
        "for another programme",
    ),
    "a signature for another milestone": (
        lambda b: b["attestations"][1].update(milestone="beta"),
        2,
        "no such milestone",
    ),
    "a key that is not its oracle's": (
        lambda b: b["attestations"][1].update(oracle=b["attestations"][0]["oracle"]),
        2,
        "not of the oracle",
    ),
    "a cancellation among the signatures": (
        lambda b: (
            b["attestations"][0].update(kind="cancel"),
            b["attestations"][0].pop("milestone"),
            b["attestations"][0].pop("evidence"),
        ),
        2,
        "attests no milestone",
    ),
    "another kind of file": (lambda b: b.update(kind="attestation"), 2, "'bundle' is expected"),
    "a later version": (lambda b: b.update(schema=2), 2, "version"),
    "a key that nobody knows": (lambda b: b.update(secret="x"), 2, "unknown key"),
    "no attestations": (lambda b: b.pop("attestations"), 2, "missing"),
}


@pytest.mark.parametrize(("tamper", "exits", "says"), TAMPERED.values(), ids=TAMPERED.keys())
def test_a_bundle_that_was_tampered_with_is_refused_and_nothing_is_kept(
    programme: Programme, tmp_path: Path, tamper: Tamper, exits: int, says: str
) -> None:
    bundle = deepcopy(programme.bundle)
    tamper(bundle)
    stranger = programme.stranger(tmp_path / "stranger")
    error = stranger.json("bundle", "import", programme.hand(stranger, bundle), exits=exits)
    assert says in error["message"]
    assert stranger.json("status")["schedules"] == []


ODD: st.SearchStrategy[object] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.just([]), st.just({})
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_bundle_with_any_part_changed_is_refused_by_a_typed_error_or_says_the_same(
    programme: Programme, data: st.DataObject
) -> None:
    bundle = deepcopy(programme.bundle)
    place: Any = bundle
    while isinstance(place, dict | list) and place:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    odd: st.SearchStrategy[object] = (
        st.none() | st.booleans() | st.integers() | st.text() | st.just([]) | st.just({})
    )
    place[key] = data.draw(odd)
    try:
        read = parse_bundle(json.dumps(bundle).encode(), "bundle")
    except BadDocument:
        return
    assert encode_bundle(read) == bundle


@given(raw=st.binary() | st.text().map(str.encode))
def test_bytes_that_are_no_bundle_are_refused(raw: bytes) -> None:
    with pytest.raises(BadDocument):
        parse_bundle(raw, "bundle")


def test_a_deployment_under_other_ids_is_not_overwritten(
    programme: Programme, tmp_path: Path
) -> None:
    """The same schedule under other ids: the project keeps those that it has."""
    operator = programme.operator
    other = dict(programme.bundle)
    stranger = programme.stranger(tmp_path / "stranger")
    stranger("bundle", "import", programme.hand(stranger, other))
    with stranger.app() as app, app.storage.transaction() as transaction:
        record = dict(transaction.read("schedules", "grants") or {})
        page = str(record["pages"][0])  # type: ignore[index]
        record["pages"] = [page[:-4] + "0000"]
        transaction.put("schedules", "grants", record)
    error = stranger.json("bundle", "import", programme.hand(stranger, other), exits=2)
    assert "under other ids" in error["message"]
    assert operator.json("status", "grants")["verified"]
