"""The program is killed, with no chance to clean up, wherever a transaction changes its state."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from milestone_core.files.records import TransactionState

from .claims import Claim
from .project import TOKEN, Row

pytestmark = pytest.mark.slow

# Every write of the journal goes through the store, so that is where the process ends itself.
DIE = """
import os, signal, sys
from milestone_core.cli.main import run
from milestone_core.services import journal

when, state, *arguments = sys.argv[1:]
encode = journal.encode_journal_entry
log = journal._log

def die(entry, moment):
    if (moment, entry.state.value) == (when, state):
        os.kill(os.getpid(), signal.SIGKILL)

def encode_and_die(entry):
    die(entry, "before")
    return encode(entry)

def log_and_die(context, entry):
    die(entry, "after")
    log(context, entry)

journal.encode_journal_entry = encode_and_die
journal._log = log_and_die
sys.exit(run(arguments))
"""


def killed(claim: Claim, when: str, state: str, *arguments: object) -> None:
    """Run a command until it is killed before or after it writes that state."""
    done = subprocess.run(
        [sys.executable, "-c", DIE, when, state, *(str(argument) for argument in arguments)],
        cwd=claim.project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


def release(claim: Claim) -> tuple[object, ...]:
    whose = ("--beneficiary", claim.one, "--key", claim.payer.file)
    return ("release", "grants", *whose, "--yes")


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("before", "built"),
        ("after", "built"),
        ("after", "signed"),
        ("after", "sent"),
        ("before", "seen"),  # the node has it
        ("before", "confirmed"),
    ],
)
def test_a_release_that_is_killed_and_resumed_pays_once(
    claim: Claim, when: str, state: str
) -> None:
    killed(claim, when, state, *release(claim))
    claim.project("resume")
    was_signed = (when, state) not in {("before", "built"), ("after", "built")}
    assert claim.paid == (100 if was_signed else 0)
    claim.pay(exits=5 if was_signed else 0)
    assert claim.paid == 100
    confirmed = [s for s in claim.journal().values() if s is TransactionState.CONFIRMED]
    assert len(confirmed) == 1
    assert set(claim.journal().values()) <= {
        TransactionState.CONFIRMED,
        TransactionState.SUPERSEDED,
    }


@pytest.mark.parametrize("state", ["signed", "sent"])
def test_a_release_that_is_killed_and_run_again_pays_once(claim: Claim, state: str) -> None:
    killed(claim, "after", state, *release(claim))
    # What was never sent is replaced; what may have been is settled first.
    claim.pay(exits=0 if state == "signed" else 5)
    claim.pay(exits=5)
    assert claim.paid == 100


def test_a_resume_that_is_killed_is_resumed(claim: Claim) -> None:
    killed(claim, "after", "signed", *release(claim))
    killed(claim, "before", "seen", "resume")
    claim.project("resume")
    assert claim.paid == 100
    assert list(claim.journal().values()) == [TransactionState.CONFIRMED]


@pytest.mark.parametrize(("when", "state"), [("after", "sent"), ("before", "confirmed")])
def test_a_deployment_that_is_killed_locks_once(claim: Claim, when: str, state: str) -> None:
    project, owner = claim.project, claim.owner
    before = project.held(owner.address).quantity(TOKEN)
    project.register("killed", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    killed(claim, when, state, "deploy", "killed", "--key", owner.file, "--yes")
    assert project.pay("deploy", "killed", key=owner)["complete"]
    assert project.held(owner.address).quantity(TOKEN) == before - 5
