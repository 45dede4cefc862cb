"""What ``status`` and ``calculate`` look like on terminals: wide, narrow, without colour."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

import pexpect
import pytest

from milestone_core.domain.vesting import Vesting
from milestone_devnet.node import Devnet

from .project import DAY, IN_THE_PAST, Person, Project, Row

MONTHLY = Vesting(IN_THE_PAST.start, 365 * DAY, 30)
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
MILESTONE = [sys.executable, "-m", "milestone_core"]


@dataclass
class Desk:
    """``grants``: half paid, in instalments until 2049; ``beta`` waits for one more oracle."""

    project: Project
    owner: Person

    def on_terminal(self, columns: int, *arguments: str, **variables: str) -> str:
        """What a terminal of that width shows."""
        environment = {
            name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")
        }
        terminal = pexpect.spawn(
            MILESTONE[0],
            [*MILESTONE[1:], *arguments],
            cwd=str(self.project.folder),
            env=environment | {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | variables,
            dimensions=(50, columns),
            encoding="utf-8",
            timeout=30,
        )
        terminal.expect(pexpect.EOF)
        terminal.close()
        output = str(terminal.before)
        assert terminal.exitstatus == 0, output
        return output.replace("\r\n", "\n")

    def piped(self, *arguments: str) -> str:
        """What the next program of a pipe gets."""
        command = [*MILESTONE, *arguments]
        done = subprocess.run(
            command, cwd=self.project.folder, capture_output=True, text=True, check=True
        )
        return done.stdout


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Desk:
    project = Project.begin(tmp_path_factory.mktemp("project"), devnet)
    owner = project.person("owner", ada=300, tokens=100_000)
    oracles = [project.person("ann"), project.person("ben")]
    people = [project.person(f"one{number}").address for number in range(3)]
    rows = [
        Row(people[0], 12_000, vesting=MONTHLY),
        Row(people[1], 5_000),
        Row(people[1], 24_000, "beta", MONTHLY),
        Row(people[2], 100, "beta"),
    ]
    milestones = ("alpha", "beta")
    project.deploy("grants", owner=owner, oracles=oracles, rows=rows, milestones=milestones)
    project.attest("grants", oracles)
    project.pay("release", "grants", "--beneficiary", str(people[1]), key=owner)
    project.attest("grants", oracles[:1], "beta")
    return Desk(project, owner)


@pytest.mark.parametrize(
    "columns",
    [60, pytest.param(80, marks=pytest.mark.slow), pytest.param(120, marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("command", [("status", "grants"), ("calculate", "grants")])
def test_it_fits_the_terminal_and_says_what_a_person_wants_to_know(
    desk: Desk, columns: int, command: tuple[str, ...]
) -> None:
    shown = desk.on_terminal(columns, *command)
    assert ESCAPE.search(shown), "in colour"
    lines = ESCAPE.sub("", shown).splitlines()
    assert max(map(len, lines)) <= columns
    text = "\n".join(lines)
    if command[0] == "status":
        assert lines[0].startswith("grants  active  20")
        assert re.search("^paid +5000 TEST", text, re.M)
        assert "  milestone release grants --key FILE" in lines
        assert "an oracle signs that beta is complete" in lines
        assert "✔ alpha  proven (chain)" in text
        assert "◐ beta" not in text
        assert "○ beta   unverified 1/2" in text
    assert "claimable" in text
    assert "◆" in text
    assert "◇" in text
    assert "beta, once proven" in text
    if columns < 100:  # the last column; a wide terminal has the next date after it
        assert any(line.rstrip().endswith("claimable") for line in lines)


def test_a_closed_distribution_is_said_to_be_closed_and_no_more(desk: Desk) -> None:
    project, owner = desk.project, desk.owner
    project.deploy("brief", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    project.attest("brief", [owner])
    project.pay("release", "brief", key=owner)
    project.pay("reclaim", "brief", key=owner)
    shown = desk.on_terminal(60, "status", "brief", NO_COLOR="1")
    assert shown.startswith("brief  closed")
    assert "5 TEST were promised; nothing is locked any more" in shown
    assert "claimable" not in shown


def test_without_colour_there_is_not_one_escape(desk: Desk) -> None:
    for arguments, variables in (
        (("status", "grants"), {"NO_COLOR": "1"}),
        (("--no-color", "calculate", "grants"), {}),
    ):
        shown = desk.on_terminal(80, *arguments, **variables)
        assert "\x1b" not in shown
        assert "TIMELINE" in shown


def test_a_terminal_that_knows_ascii_only_gets_ascii(desk: Desk) -> None:
    shown = desk.on_terminal(
        80, "status", "grants", PYTHONIOENCODING="ascii", NO_COLOR="1", PYTHONUTF8="0"
    )
    assert shown.isascii()
    assert "x alpha" in shown


def test_a_pipe_gets_lines_and_a_program_json(desk: Desk) -> None:
    lines = desk.piped("status", "grants")
    assert "\x1b" not in lines
    assert "BENEFICIARY" in lines
    document = desk.piped("status", "grants", "--json")
    tool = subprocess.run(
        [sys.executable, "-m", "json.tool"],
        input=document,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(tool.stdout)["claimable"] == "2800"
