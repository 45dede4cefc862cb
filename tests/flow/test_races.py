"""Several people, or several terminals of one, at the same vault at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from milestone_core.domain.release import Selection
from milestone_core.errors import Busy, NotYet, Overtaken
from milestone_core.files.records import TransactionState
from milestone_core.files.signatures import read_signature
from milestone_core.services import decide, deploy, journal, release
from milestone_core.services.following import Patience
from milestone_core.services.sending import Operator
from milestone_core.transactions.unsigned import Unsigned

from .claims import Claim
from .project import TOKEN, Row, key_of, operator


def overtaken_by(rivals: Iterator[Claim], claim: Claim) -> Operator:
    """Somebody who is so slow to agree that a rival is paid from the same vault meanwhile."""

    def agree(_shown: Unsigned) -> bool:
        rival = next(rivals, None)
        if rival is not None:
            rival.pay()
        return True

    return Operator((key_of(claim.payer),), agree, Patience(timeout_seconds=20))


def elsewhere(claim: Claim, folder: Path) -> Claim:
    """The same claim in somebody else's project, who pays the fee with another wallet."""
    return replace(claim, project=claim.project.copy(folder), payer=claim.owner)


def test_a_release_from_a_vault_that_was_spent_meanwhile_is_built_anew(
    claims: Iterator[Claim], claim: Claim, tmp_path: Path
) -> None:
    rival = elsewhere(replace(next(claims), project=claim.project), tmp_path / "rival")
    with claim.project.app() as app:
        late = overtaken_by(iter([rival]), claim)
        done = release.release(app, "grants", Selection(claim.one), late)
    assert (claim.paid, rival.paid) == (100, 100)
    assert len(done.releases) == 1
    states = sorted(state.value for state in claim.journal().values())
    assert states == ["confirmed", "superseded"]


def test_who_is_overtaken_by_the_same_payment_is_told_that_it_is_paid(
    claim: Claim, tmp_path: Path
) -> None:
    rival = elsewhere(claim, tmp_path / "rival")
    with claim.project.app() as app:
        late = overtaken_by(iter([rival]), claim)
        with pytest.raises(NotYet, match="all of it has been paid"):
            release.release(app, "grants", Selection(claim.one), late)
    assert claim.paid == 100
    assert list(claim.journal().values()) == [TransactionState.SUPERSEDED]


def test_who_is_overtaken_every_time_gives_up_and_says_by_whom(
    claims: Iterator[Claim], claim: Claim, tmp_path: Path
) -> None:
    crowd = [
        elsewhere(replace(next(claims), project=claim.project), tmp_path / f"rival{number}")
        for number in range(4)
    ]
    with claim.project.app() as app:
        late = overtaken_by(iter(crowd), claim)
        with pytest.raises(Overtaken) as overtaken:
            release.release(app, "grants", Selection(claim.one), late)
    assert overtaken.value.exit == 7
    assert str(overtaken.value.details["overtaken_by"]) in overtaken.value.message
    assert claim.paid == 0
    assert [rival.paid for rival in crowd] == [100] * 4
    assert set(claim.journal().values()) == {TransactionState.SUPERSEDED}


@pytest.mark.slow
def test_two_processes_release_everything_at_once_and_each_is_paid_once(
    tmp_path: Path, claims: Iterator[Claim]
) -> None:
    """Two folders, two wallets, one vault."""
    project = next(claims).project.copy(tmp_path / "one")
    owner, oracle = project.person("her", ada=100, tokens=1_000), project.person("him")
    people = [project.person(f"p{number}").address for number in range(4)]
    project.deploy("both", owner=owner, oracles=[oracle], rows=[Row(one, 10) for one in people])
    project.attest("both", [oracle])
    project.pay("prove", "both", "alpha", key=owner)
    project.person("first", ada=50)
    project.person("second", ada=50)
    other = project.copy(tmp_path / "two")
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", ONE_BY_ONE, f"{who}.skey"),
                *(str(person) for person in people),
            ],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for who, folder in (("first", project.folder), ("second", other.folder))
    ]
    said = [process.communicate(timeout=100)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert [held.quantity(TOKEN) for held in project.holdings(people)] == [10] * 4
    assert project.load("both").open_pages[0].vault_utxo.output.value.quantity(TOKEN) == 0


ONE_BY_ONE = """
import sys
from milestone_core.cli.main import run
codes = {
    run(["release", "both", "--beneficiary", one, "--key", sys.argv[1], "--yes", "--timeout", "60"])
    for one in sys.argv[2:]
}
# Paid by us, or by the other one before us; nothing else.
sys.exit(not codes <= {0, 5})
"""


def test_two_terminals_never_deploy_one_schedule_twice(claim: Claim) -> None:
    project, owner = claim.project, claim.owner
    project.register("twice", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    before = project.held(owner.address).quantity(TOKEN)

    def other_terminal(_shown: Unsigned) -> bool:
        project.pay("deploy", "twice", key=owner)
        return True

    with project.app() as app:
        late = Operator(operator(owner).keys, other_terminal, Patience(timeout_seconds=20))
        with pytest.raises(Busy) as busy:
            deploy.deploy_schedule(app, "twice", late)
    assert "Nothing was signed" in busy.value.hint
    assert project.held(owner.address).quantity(TOKEN) == before - 5
    assert project.pay("deploy", "twice", key=owner)["transactions"] == []


def test_a_transaction_that_another_process_took_over_is_not_sent(claim: Claim) -> None:
    """Between signing and sending another terminal began another one, which superseded it."""
    with claim.project.app() as app, pytest.MonkeyPatch.context() as patch:
        submitted: list[bytes] = []
        move = journal.move

        def slow(context: object, entry: object, state: TransactionState, **more: object) -> object:
            if state is TransactionState.SENT:
                patch.undo()
                replace(claim, payer=claim.owner).pay()
                patch.setattr(app.chain, "submit", submitted.append)
            return move(context, entry, state, **more)  # type: ignore[arg-type]

        patch.setattr(journal, "move", slow)
        with pytest.raises(Busy):
            release.release(app, "grants", Selection(claim.one), operator(claim.payer))
    assert submitted == []
    assert claim.paid == 100
    assert sorted(s.value for s in claim.journal().values()) == ["confirmed", "superseded"]


def test_two_who_make_the_very_same_transaction_pay_once_and_both_know(
    claim: Claim, tmp_path: Path
) -> None:
    """One wallet in two places: what they build is the same to the byte, so both have sent it."""
    same = replace(claim, project=claim.project.copy(tmp_path / "same"))
    with claim.project.app() as app:
        late = overtaken_by(iter([same]), claim)
        done = release.release(app, "grants", Selection(claim.one), late)
    (paid,) = done.releases
    assert paid.sent is not None
    assert paid.sent.slot is not None
    assert claim.paid == 100
    assert claim.journal() == same.journal()
    assert list(claim.journal().values()) == [TransactionState.CONFIRMED]


def test_a_proof_and_a_cancellation_at_once_both_get_their_turn(
    claim: Claim, tmp_path: Path
) -> None:
    """Both spend the programme. The cancellation is overtaken, and comes after the proof."""
    project, owner = claim.project, claim.owner
    project.deploy("both", owner=owner, oracles=[owner], rows=[Row(claim.one, 100)])
    project.attest("both", [owner])
    message, signature = tmp_path / "message.json", tmp_path / "signature.json"
    message.write_text(project("oracle", "message", "both", "--cancel").out)
    signature.write_text(project("oracle", "sign", message, "--key", owner.file).out)
    elsewhere_ = project.copy(tmp_path / "elsewhere")
    proven: list[object] = []

    def overtaken(_shown: Unsigned) -> bool:
        if not proven:
            proven.append(elsewhere_.pay("prove", "both", "alpha", key=claim.payer))
        return True

    with project.app() as app:
        late = Operator((key_of(owner),), overtaken, Patience(timeout_seconds=20))
        signed = [("signature.json", read_signature(signature))]
        decided = decide.cancel(app, "both", signed, late)
    assert decided.sent is not None
    assert decided.programme.milestones[0].proven
    status = project.json("status", "both")
    assert status["cancelled"]
    assert status["milestones"][0]["state"] == "proven"
    project.pay("release", "both", key=owner)
    assert claim.paid == 100, "what was proven stays payable"


def test_a_release_whose_programme_is_proven_further_meanwhile_is_built_anew(
    claim: Claim, tmp_path: Path
) -> None:
    """It only looks at the programme, and what it looks at has to be there as well."""
    project, owner = claim.project, claim.owner
    rows = [Row(claim.one, 100), Row(owner.address, 5, milestone="beta")]
    milestones = ["alpha", "beta"]
    project.deploy("both", owner=owner, oracles=[owner], rows=rows, milestones=milestones)
    for milestone in milestones:
        project.attest("both", [owner], milestone)
    project.pay("prove", "both", "alpha", key=owner)
    elsewhere_ = project.copy(tmp_path / "elsewhere")
    proven: list[object] = []

    def overtaken(_shown: Unsigned) -> bool:
        if not proven:
            proven.append(elsewhere_.pay("prove", "both", "beta", key=owner))
        return True

    with project.app() as app:
        late = Operator((key_of(claim.payer),), overtaken, Patience(timeout_seconds=20))
        release.release(app, "both", Selection(claim.one), late)
    assert claim.paid == 100
    assert sorted(s.value for s in claim.journal().values()) == ["confirmed", "superseded"]
