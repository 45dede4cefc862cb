"""Ctrl-C at a terminal, at each question and in each wait: nothing is lost, and it says so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pexpect
import pytest

from milestone_core.files.records import TransactionState

from .claims import Claim
from .project import Row
from .station import Station
from .test_faults import HOLD

pytestmark = pytest.mark.slow

INTERRUPTED = 130
WHOLE_SCREEN = 200


@contextmanager
def at_a_terminal(claim: Claim, *arguments: object) -> Iterator[pexpect.spawn[str]]:
    """Run ``milestone`` at a terminal, in the claim's project."""
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "milestone_core", *(str(argument) for argument in arguments)],
        cwd=str(claim.project.folder),
        env={**os.environ, "NO_COLOR": "1"},
        encoding="utf-8",
        timeout=30,
        dimensions=(50, WHOLE_SCREEN),
    )
    try:
        yield terminal
    finally:
        terminal.close(force=True)


def interrupted(terminal: pexpect.spawn[str]) -> str:
    """Press Ctrl-C; what is said to that, once it has ended as it should."""
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    said = terminal.before or ""
    assert terminal.exitstatus == INTERRUPTED, said
    assert "Traceback" not in said
    return said


def release(claim: Claim, *options: str) -> tuple[object, ...]:
    whose = ("--beneficiary", claim.one, "--key", claim.payer.file)
    return ("release", "grants", *whose, *options)


def test_at_the_question_whether_to_sign_nothing_is_signed(claim: Claim) -> None:
    with at_a_terminal(claim, *release(claim)) as terminal:
        terminal.expect("Sign and send it")
        said = interrupted(terminal)
    assert "not done" in said
    assert "again" in said
    assert claim.journal() == {}
    claim.pay()
    assert claim.paid == 100


def test_at_the_second_question_the_first_transaction_stands(claim: Claim) -> None:
    """A proof and a release are two transactions: each is asked about."""
    project = claim.project
    oracle, owner = project.person("another"), claim.owner
    project.deploy("two", owner=owner, oracles=[oracle], rows=[Row(claim.one, 100)])
    project.attest("two", [oracle])
    arguments = ("release", "two", "--key", claim.payer.file)
    with at_a_terminal(claim, *arguments) as terminal:
        terminal.expect("Sign and send it")
        terminal.sendline("y")
        terminal.expect("Sign and send it")
        said = interrupted(terminal)
    assert "stands" in said
    (milestone,) = project.json("status", "two")["milestones"]
    assert milestone["state"] == "proven"
    assert claim.paid == 0
    project.pay("release", "two", key=claim.payer)
    assert claim.paid == 100


def test_a_key_that_is_to_be_typed_can_be_left_untyped(claim: Claim) -> None:
    arguments = ("release", "grants", "--beneficiary", claim.one, "--key", "-", "--yes")
    with at_a_terminal(claim, *arguments) as terminal:
        with pytest.raises(pexpect.TIMEOUT):  # it waits for us
            terminal.expect(pexpect.EOF, timeout=3)
        interrupted(terminal)
    assert claim.journal() == {}


def test_while_it_waits_for_a_block_the_transaction_is_named_and_resumed(
    claim: Claim, station: Station
) -> None:
    with station.slow() as devnet:
        with at_a_terminal(claim, *release(claim, "--yes")) as terminal:
            terminal.expect("sent ([0-9a-f]{64})")
            sent = terminal.match.group(1)  # type: ignore[union-attr]
            terminal.expect(r"it is in no block \([23] s\)")
            said = interrupted(terminal)
        assert sent in said
        assert "milestone resume" in said
        assert claim.journal() == {sent: TransactionState.SEEN}
        with at_a_terminal(claim, "resume") as terminal:
            terminal.expect("waiting for a block")
            assert sent in interrupted(terminal)
        devnet.advance(seconds=1)
        claim.project("resume")
    assert claim.paid == 100
    assert claim.journal() == {sent: TransactionState.CONFIRMED}


def test_while_a_server_is_slow_it_ends_at_once(claim: Claim, station: Station) -> None:
    station.devnet.fault("lag", seconds=20)
    try:
        with at_a_terminal(claim, *release(claim, "--yes")) as terminal:
            with pytest.raises(pexpect.TIMEOUT):
                terminal.expect(pexpect.EOF, timeout=3)
            terminal.timeout = 10
            interrupted(terminal)
    finally:
        station.devnet.fault("clear")
    claim.pay()
    assert claim.paid == 100


def test_while_another_process_writes_nothing_is_sent(claim: Claim) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(claim.project.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        with at_a_terminal(claim, *release(claim, "--yes")) as terminal:
            terminal.expect("signed by")
            said = interrupted(terminal)
    finally:
        holder.communicate("let go\n")
    assert not re.search("was sent as", said)
    assert claim.journal() == {}
    claim.pay()
    assert claim.paid == 100
