"""The stage of the demonstration: what it shows, and that it minds exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from milestone_core.demo.stage import KILLED, Stage, Surprise

ALICE = "addr_test1vqy7h9lgyzp2td9jcflgxtj7hv5efm373elhgwrngpklpysj4j6zr"
TRANSACTION = "7acbe358359f99d47b061eda7e7dd146053d54390f4ce4b8d857442c66506bcc"


class Program:
    """A command line that prints what it is told to and ends as it is told to."""

    def __init__(self, exit: int = 0, out: str = "", err: str = "") -> None:
        self._exit, self._out, self._err = exit, out, err

    def __call__(self, _arguments: Sequence[str]) -> int:
        print(self._out)
        print(self._err, file=sys.stderr)
        return self._exit


def stage_of(program: Program) -> tuple[Stage, list[str]]:
    shown: list[str] = []
    return Stage(program, shown.append), shown


def test_a_step_that_ends_otherwise_than_declared_is_a_surprise() -> None:
    stage, _ = stage_of(Program(exit=3, err="Error: no node"))
    with pytest.raises(Surprise) as caught:
        stage.command("status", "grants")
    assert caught.value.message == "`milestone status grants` was to exit with 0, and exited with 3"
    assert caught.value.details["err"] == "Error: no node\n"
    assert caught.value.exit == 1


def test_a_refusal_that_does_not_come_is_a_surprise() -> None:
    stage, _ = stage_of(Program(exit=0))
    with pytest.raises(Surprise):
        stage.command("release", "grants", exit=5)


def test_a_declared_refusal_is_shown_and_recorded() -> None:
    stage, shown = stage_of(Program(exit=5, err="Error: nothing is claimable yet"))
    stage.command("release", "grants", exit=5)
    assert [(step.command, step.exit) for step in stage.steps] == [("milestone release grants", 5)]
    assert "  Error: nothing is claimable yet" in shown


def test_what_came_is_shown_before_a_surprise() -> None:
    stage, shown = stage_of(Program(exit=1, out="half a result", err="Error: a defect"))
    with pytest.raises(Surprise):
        stage.command("status", only="nothing of it")
    assert "  half a result" in shown
    assert "  Error: a defect" in shown


def test_an_interrupted_command_interrupts_the_demonstration() -> None:
    stage, _ = stage_of(Program(exit=130))
    with pytest.raises(KeyboardInterrupt):
        stage.command("deploy", "grants")


def test_a_warning_is_always_shown_and_a_note_is_not() -> None:
    stage, shown = stage_of(Program(err="Warning: look at this\nsent 7acb..."))
    stage.command("deploy", "grants")
    assert "  Warning: look at this" in shown
    assert not any("sent" in line for line in shown)


def test_output_that_goes_to_a_file_is_not_shown(tmp_path: Path) -> None:
    stage, shown = stage_of(Program(out="{}"))
    stage.command("oracle", "message", "grants", into=str(tmp_path / "alpha.json"))
    assert (tmp_path / "alpha.json").read_text() == "{}\n"
    assert len(shown) == 1
    assert "milestone oracle message grants > " in shown[0]


def test_addresses_are_shown_by_name_and_long_ids_are_cut() -> None:
    stage, _ = stage_of(Program())
    stage.names[ALICE] = "ALICE"
    assert stage.shown(f"paid 10 TEST to {ALICE}") == "paid 10 TEST to $ALICE"
    assert stage.shown(f"sent {TRANSACTION}, twice") == "sent 7acbe358359f..., twice"
    assert stage.shown("slot 128881095, fee 420681") == "slot 128881095, fee 420681"


def test_a_name_keeps_the_columns_of_a_table_in_line() -> None:
    stage, _ = stage_of(Program())
    stage.names[ALICE] = "ALICE"
    named = stage.shown("addr_test1vqy7...j4j6zr  alpha")
    assert named == "$ALICE                   alpha"
    assert stage.shown("addr_test1wzsr...5d876w  beta") == "addr_test1wzsr...5d876w  beta"


def test_what_a_command_is_given_stays_whole() -> None:
    given: list[Sequence[str]] = []

    def program(arguments: Sequence[str]) -> int:
        given.append(arguments)
        return 0

    stage = Stage(program, lambda _: None)
    stage.names[ALICE] = "ALICE"
    stage.command("release", "grants", "--beneficiary", ALICE)
    assert given == [("release", "grants", "--beneficiary", ALICE)]
    assert ALICE in stage.steps[0].command


@pytest.mark.slow
def test_a_command_that_is_killed_is_killed_after_that_line_and_recorded() -> None:
    stage, shown = stage_of(Program())
    ports = ("--ogmios-port", "0", "--kupo-port", "0", "--control-port", "0")
    stage.killed("devnet", "run", *ports, after="Ogmios")
    assert shown[-1] == "  Killed"
    assert [step.exit for step in stage.steps] == [KILLED]


@pytest.mark.slow
def test_a_command_that_ends_before_it_is_killed_is_a_surprise() -> None:
    stage, _ = stage_of(Program())
    with pytest.raises(Surprise, match="ended before"):
        stage.killed("--version", after="waiting")


def test_the_hash_of_a_key_is_shown_by_its_owners_name() -> None:
    stage, shown = stage_of(Program(out="the oracle " + "ab" * 28))
    stage.keys["ab" * 28] = "ANN"
    stage.command("prove")
    assert "  the oracle $ANN's key" in shown


def test_it_pauses_once_a_command_is_shown_and_before_it_is_run() -> None:
    said: list[str] = []
    stage = Stage(Program(out="result"), said.append, lambda: said.append("pause"))
    stage.command("status")
    shown = [click.unstyle(line).strip() for line in said]
    assert shown == ["$ milestone status", "pause", "result"]
