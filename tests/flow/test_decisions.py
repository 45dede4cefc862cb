"""A bad signature is named and passed over; a quorum cancels the programme or hands it over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cbor2
import pytest

from milestone_core.files.panel import read_panel
from milestone_core.files.signatures import read_signature
from milestone_core.onchain.sig_structure import sig_structure
from milestone_core.services import decide
from milestone_core.transactions.unsigned import Unsigned
from milestone_devnet.node import Devnet

from .project import TOKEN, Person, Project, Row, key_of, operator

MILESTONES = ("alpha", "beta", "gamma")


@dataclass
class Programme:
    """``grants``: 2 of 3 oracles, 100 for ``one`` at each milestone."""

    project: Project
    owner: Person
    payer: Person
    one: Person
    oracles: list[Person]

    def signed(self, oracle: Person, *arguments: object) -> Path:
        """An oracle's file for the message of these arguments."""
        folder = self.project.folder
        message = folder / "decision.json"
        message.write_text(self.project("oracle", "message", "grants", *arguments).out)
        number = len(list(folder.glob("decision-*.json")))
        file = folder / f"decision-{number}.json"
        file.write_text(self.project("oracle", "sign", message, "--key", oracle.file).out)
        return file

    def to_cancel(self, oracles: Sequence[Person]) -> list[Path]:
        return [self.signed(oracle, "--cancel") for oracle in oracles]

    def panel(self, oracles: Sequence[Person], quorum: int) -> Path:
        """The file that names new oracles."""
        file = self.project.folder / "new.toml"
        file.write_text(f"quorum = {quorum}\noracles = {[oracle.text for oracle in oracles]}\n")
        return file

    def to_rotate(self, panel: Path, oracles: Sequence[Person]) -> list[Path]:
        return [self.signed(oracle, "--rotate", panel) for oracle in oracles]

    def cancel(self, files: Sequence[Path], exits: int = 0, key: Person | None = None) -> Any:
        return self.project.pay("cancel", "grants", *files, key=key or self.owner, exits=exits)

    def rotate(self, panel: Path, files: Sequence[Path], exits: int = 0) -> Any:
        arguments = ("rotate", "grants", "--oracles", panel, *files)
        return self.project.pay(*arguments, key=self.payer, exits=exits)

    def paid(self) -> int:
        return self.project.held(self.one.address).quantity(TOKEN)


@pytest.fixture
def programme(project: Project) -> Programme:
    owner = project.person("owner", ada=500, tokens=1000)
    payer, one = project.person("payer", ada=100), project.person("one")
    oracles = [project.person(name) for name in ("ann", "ben", "cyd")]
    rows = [Row(one.address, 100, milestone) for milestone in MILESTONES]
    project.deploy(
        "grants", owner=owner, oracles=oracles, quorum=2, rows=rows, milestones=MILESTONES
    )
    return Programme(project, owner, payer, one, oracles)


def spoilt(file: Path) -> Path:
    """The same file with a signature that is not one."""
    document = json.loads(file.read_text())
    document["signature"] = document["signature"][:-2] + (
        "00" if document["signature"][-2:] != "00" else "01"
    )
    file.write_text(json.dumps(document))
    return file


def hash_of(person: Person) -> str:
    return person.address.payment.hash.hex()


# A bad signature.


def test_a_bad_signature_is_named_and_another_oracles_takes_its_place(programme: Programme) -> None:
    project, (ann, ben, cyd) = programme.project, programme.oracles
    project.json("commit", "grants", spoilt(project.signature("grants", ann)))
    project.attest("grants", [ben, cyd])
    prove = ("prove", "grants", "alpha", "--key", programme.payer.file, "--yes")
    result = project(*prove)
    (warning,) = [line for line in result.err.splitlines() if line.startswith("Warning")]
    assert hash_of(ann) in warning
    assert hash_of(ben) not in warning
    assert "is proven (chain)" in result.out


def test_without_another_it_is_too_few_until_the_oracle_signs_again(programme: Programme) -> None:
    project, (ann, ben, _) = programme.project, programme.oracles
    project.json("commit", "grants", spoilt(project.signature("grants", ann)))
    project.attest("grants", [ben])
    for _ in range(2):  # it is remembered
        error = project.pay("prove", "grants", "alpha", key=programme.payer, exits=5)
        assert error["details"]["rejected"] == [hash_of(ann)]
        assert error["details"]["signatures"] == 1
    again = project.attest("grants", [ann])["committed"][0]
    assert (again["signatures"], again["replaced"]) == (2, True)
    project.pay("prove", "grants", "alpha", key=programme.payer)


def test_a_bad_signature_for_one_milestone_does_not_stop_the_payment_of_another(
    programme: Programme,
) -> None:
    project, (ann, ben, _) = programme.project, programme.oracles
    project.json("commit", "grants", spoilt(project.signature("grants", ann)))
    project.attest("grants", [ben])
    project.attest("grants", [ann, ben], "beta")
    result = project("release", "grants", "--key", programme.payer.file, "--yes")
    assert hash_of(ann) in result.err
    assert programme.paid() == 100


def test_a_signature_of_another_decision_dressed_as_this_one_is_found(
    programme: Programme,
) -> None:
    project, (ann, ben, cyd) = programme.project, programme.oracles
    file = project.signature("grants", ann, "beta")
    file.write_text(json.dumps({**json.loads(file.read_text()), "milestone": "alpha"}))
    project.json("commit", "grants", file)
    project.attest("grants", [ben, cyd])
    result = project("prove", "grants", "alpha", "--key", programme.payer.file, "--yes")
    assert "it is of the milestone 'beta', evidence" in result.err


def test_a_signature_for_another_distribution_dressed_as_for_this_one_is_found(
    programme: Programme,
) -> None:
    project, (ann, *_) = programme.project, programme.oracles
    rows = [Row(programme.one.address, 100)]
    project.deploy("other", owner=programme.owner, oracles=[ann], rows=rows)
    (true,) = project.attest("other", [ann])["committed"]
    file = project.signature("other", ann)
    here = json.loads(project.signature("grants", ann).read_text())["programme"]
    file.write_text(json.dumps({**json.loads(file.read_text()), "programme": here}))
    project.json("commit", "grants", file)
    project.attest("grants", programme.oracles[1:])
    result = project("prove", "grants", "alpha", "--key", programme.payer.file, "--yes")
    assert f"of another distribution, evidence {true['evidence'][:16]}" in result.err


def test_a_wallets_signature_with_a_stake_part_is_proven_and_paid(programme: Programme) -> None:
    """From a wallet with a base address, through all of it."""
    project, evidence = programme.project, programme.project.folder / "report.txt"
    evidence.write_text("done")
    asked = project("oracle", "message", "grants", "alpha", "--evidence", evidence).document
    for oracle in programme.oracles[:2]:
        key, payload = key_of(oracle), asked["payload"].encode()
        header = cbor2.dumps({1: -8, "address": bytes(oracle.with_stake)})
        sign1 = [header, {"hashed": False}, payload, key.sign(sig_structure(header, payload))]
        cose_key = {1: 1, 3: -8, -1: 6, -2: key.verification_key}
        signature = {"signature": cbor2.dumps(sign1).hex(), "key": cbor2.dumps(cose_key).hex()}
        file = project.folder / f"{oracle.file.stem}.json"
        file.write_text(json.dumps(signature))
        project.json("commit", "grants", file)
    project.pay("release", "grants", key=programme.payer)
    assert programme.paid() == 100


# To cancel.


def test_after_a_cancellation_the_proven_is_paid_and_the_rest_goes_back(
    programme: Programme,
) -> None:
    project, (ann, ben, cyd) = programme.project, programme.oracles
    project.attest("grants", [ann, ben])
    project.attest("grants", [ann, ben], "beta")
    project.pay("prove", "grants", "alpha", key=programme.payer)
    done = programme.cancel(programme.to_cancel([ann, cyd]))
    assert done["transactions"][0]["purpose"] == "cancellation"
    found = project.json("status", "grants")
    assert found["cancelled"] is True
    assert "CANCELLED" in project("status", "grants").out

    # Nothing more can be proven, not even what had its quorum before.
    project.pay("prove", "grants", "beta", key=programme.payer, exits=7)
    project.json("oracle", "message", "grants", "--cancel", exits=7)
    # What is proven stands between the owner and the funds, and is paid.
    error = project.pay("reclaim", "grants", key=programme.owner, exits=5)
    assert "before it was cancelled" in error["message"]
    project.pay("release", "grants", key=programme.payer)
    assert programme.paid() == 100
    project.pay("release", "grants", key=programme.payer, exits=7)
    # The rest goes back at once, long before the expiry.
    assert "milestone reclaim" in project.json("status", "grants")["next"][0]
    before = project.held(programme.owner.address).quantity(TOKEN)
    project.pay("reclaim", "grants", key=programme.owner)
    assert project.held(programme.owner.address).quantity(TOKEN) == before + 200


def test_to_cancel_twice_is_to_cancel_once(programme: Programme) -> None:
    files = programme.to_cancel(programme.oracles[:2])
    assert programme.cancel(files)["already_cancelled"] is False
    again = programme.cancel(files)
    assert (again["already_cancelled"], again["transactions"]) == (True, [])


def test_to_cancel_takes_a_quorum_and_the_owner(programme: Programme) -> None:
    project, (ann, ben, cyd) = programme.project, programme.oracles
    first, second = programme.to_cancel([ann, ben])
    error = programme.cancel([first], exits=5)
    assert (error["details"]["signatures"], error["details"]["quorum"]) == (1, 2)
    assert programme.cancel([first, first], exits=5)["details"]["signatures"] == 1
    assert "owner" in programme.cancel([first, second], key=programme.payer, exits=2)["message"]
    bad = spoilt(programme.to_cancel([cyd])[0])
    error = programme.cancel([first, bad], exits=5)
    assert error["details"]["rejected"] == [hash_of(cyd)]
    assert project.load("grants").programme.programme.cancelled is False
    # The bad one is passed over where there is another.
    programme.cancel([bad, second, first])
    assert project.load("grants").programme.programme.cancelled is True


def test_only_agreements_to_cancel_cancel(programme: Programme) -> None:
    project, (ann, ben, _) = programme.project, programme.oracles
    attestations = [project.signature("grants", oracle) for oracle in (ann, ben)]
    assert "'alpha' is complete" in programme.cancel(attestations, exits=2)["message"]
    rotations = programme.to_rotate(programme.panel([ann], 1), [ann, ben])
    assert "new oracles" in programme.cancel(rotations, exits=2)["message"]
    # Dressed as agreements to cancel they pass the format, and the contract refuses them.
    for file in attestations:
        document = {**json.loads(file.read_text()), "kind": "cancel"}
        del document["milestone"], document["evidence"]
        file.write_text(json.dumps(document))
    error = programme.cancel(attestations, exits=5)
    assert sorted(error["details"]["rejected"]) == sorted([hash_of(ann), hash_of(ben)])


def test_a_cancellation_is_shown_and_nothing_sent_in_a_dry_run(programme: Programme) -> None:
    files = programme.to_cancel(programme.oracles[:2])
    done = programme.project.pay("cancel", "grants", *files, "--dry-run", key=programme.owner)
    assert done["dry_run"] is True
    assert done["transactions"] == []
    (review,) = done["reviews"]
    assert review["purpose"] == "cancellation"
    (after,) = review["programmes"]
    assert (after["cancelled"], after["round"], after["proven"]) == (True, 0, {})
    arguments = ("cancel", "grants", *files, "--dry-run", "--key", programme.owner.file)
    assert "CANCELLED" in programme.project(*arguments).err
    assert programme.project.load("grants").programme.programme.cancelled is False


# To rotate.


def test_after_a_rotation_only_the_new_oracles_count(programme: Programme) -> None:
    project, (ann, ben, cyd) = programme.project, programme.oracles
    dan, eve = project.person("dan"), project.person("eve")
    former = project.signature("grants", cyd)
    project.attest("grants", [ann, ben])  # a quorum, which nobody put on chain in time
    panel = programme.panel([ben, dan, eve], 2)
    done = programme.rotate(panel, programme.to_rotate(panel, [ann, cyd]))
    assert (done["round"], done["quorum"]) == (1, 2)
    assert done["oracles"] == [hash_of(ben), hash_of(dan), hash_of(eve)]

    found = project.json("status", "grants")
    assert (found["round"], found["oracles"]) == (1, done["oracles"])
    assert "handed over to other oracles (round 1): 2 of 3" in project("status", "grants").out
    # What the former oracles signed counts no more, neither what is kept nor what comes now.
    error = project.pay("prove", "grants", "alpha", key=programme.payer, exits=5)
    assert error["details"]["signatures"] == 0
    assert "round 0" in project.json("commit", "grants", former, exits=2)["message"]
    stranger = project.signature("grants", ann)
    assert "no oracle" in project.json("commit", "grants", stranger, exits=2)["message"]
    # The new ones prove, and one of the former among them after signing anew.
    project.attest("grants", [ben, eve])
    project.pay("release", "grants", key=programme.payer)
    assert programme.paid() == 100


def test_who_signs_the_rotation_sees_the_new_oracles(programme: Programme) -> None:
    panel = programme.panel([programme.payer, programme.one], 1)
    files = programme.to_rotate(panel, programme.oracles[:2])
    arguments = ("rotate", "grants", "--oracles", panel, *files, "--key", programme.payer.file)
    shown = programme.project(*arguments, "--dry-run").err
    assert "1 of 2 decide, round 1" in shown
    assert hash_of(programme.one) in shown


def test_to_rotate_twice_is_to_rotate_once(programme: Programme) -> None:
    panel = programme.panel(programme.oracles[:1], 1)
    files = programme.to_rotate(panel, programme.oracles[:2])
    assert programme.rotate(panel, files)["already_rotated"] is False
    again = programme.rotate(panel, files)
    assert (again["already_rotated"], again["round"], again["transactions"]) == (True, 1, [])


def test_to_rotate_takes_a_quorum_for_exactly_this_panel(programme: Programme) -> None:
    project, (ann, ben, cyd) = programme.project, programme.oracles
    panel = programme.panel([ben, cyd], 2)
    first, second = programme.to_rotate(panel, [ann, ben])
    assert programme.rotate(panel, [first], exits=5)["details"]["quorum"] == 2
    for other in (programme.panel([cyd, ben], 2), programme.panel([ben, cyd], 1)):
        error = programme.rotate(other, [first, second], exits=2)
        assert "another list" in error["hint"]
    cancelling = programme.to_cancel([ann, ben])
    panel = programme.panel([ben, cyd], 2)
    assert "cancelled" in programme.rotate(panel, cancelling, exits=2)["message"]
    (spoiled,) = programme.to_rotate(panel, [cyd])
    error = programme.rotate(panel, [first, spoilt(spoiled)], exits=5)
    assert error["details"]["rejected"] == [hash_of(cyd)]
    found = project.load("grants").programme.programme
    assert (found.round, len(found.oracles)) == (0, 3)


def test_a_cancelled_programme_is_not_rotated(programme: Programme) -> None:
    panel = programme.panel(programme.oracles[:1], 1)
    files = programme.to_rotate(panel, programme.oracles[:2])
    programme.cancel(programme.to_cancel(programme.oracles[:2]))
    programme.rotate(panel, files, exits=7)


def test_what_is_not_deployed_is_neither_cancelled_nor_rotated(
    programme: Programme, devnet: Devnet
) -> None:
    del devnet
    (file,) = programme.to_cancel(programme.oracles[:1])
    project = programme.project
    project.register(
        "draft",
        owner=programme.owner,
        oracles=programme.oracles,
        rows=[Row(programme.one.address, 1)],
    )
    panel = programme.panel(programme.oracles[:1], 1)
    for name in ("draft", "nothing"):
        project.pay("cancel", name, file, key=programme.owner, exits=4)
        project.pay("rotate", name, "--oracles", panel, file, key=programme.owner, exits=4)


@pytest.mark.parametrize("decision", ["cancel", "rotate"])
def test_somebody_who_proves_a_milestone_meanwhile_does_not_stop_the_decision(
    programme: Programme, decision: str
) -> None:
    project, (ann, ben, _) = programme.project, programme.oracles
    project.attest("grants", [ann, ben])
    panel = programme.panel([ann], 1)
    files = (
        programme.to_cancel([ann, ben])
        if decision == "cancel"
        else programme.to_rotate(panel, [ann, ben])
    )
    signed = [(str(file), read_signature(file)) for file in files]
    shown: list[Unsigned] = []

    def approve(unsigned: Unsigned) -> bool:
        shown.append(unsigned)
        if len(shown) == 1:
            project.pay("prove", "grants", "alpha", key=programme.payer)
        return True

    someone = replace(operator(programme.owner), approve=approve)
    elsewhere = project.copy(project.folder.parent / f"elsewhere-{decision}")
    with elsewhere.app() as app:
        if decision == "cancel":
            done = decide.cancel(app, "grants", signed, someone)
        else:
            done = decide.rotate(app, "grants", read_panel(panel, "devnet"), signed, someone)
    assert done.sent is not None
    assert len(shown) == 2
    found = project.load("grants").programme.programme
    assert found.milestones[0].proven
    assert (found.cancelled, found.round) == (decision == "cancel", int(decision == "rotate"))
