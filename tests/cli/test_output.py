"""Results on stdout, everything else on stderr, and no colour where nobody wants it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from milestone_core.cli import output
from milestone_core.cli.amounts import counted
from milestone_core.cli.output import Mode, printing
from milestone_core.cli.progress import Progress
from milestone_core.errors import BadInput


@pytest.mark.parametrize(
    ("arguments", "environ", "mode"),
    [
        (["status", "--json"], {}, Mode(json=True)),
        (["status", "--", "--json"], {}, Mode()),
        (["--no-color", "status"], {}, Mode(plain=True)),
        (["status"], {"NO_COLOR": "1"}, Mode(plain=True)),
        (["status"], {"NO_COLOR": ""}, Mode()),
        (["--verbose", "status"], {}, Mode(verbose=True)),
    ],
)
def test_the_mode_is_read_off_the_command_line(
    arguments: list[str], environ: dict[str, str], mode: Mode
) -> None:
    assert Mode.of(arguments, environ) == mode


def test_a_result_is_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit({"name": "grants"}, ["grants", "  2 rows"])
    assert capsys.readouterr() == ("grants\n  2 rows\n", "")


def test_a_result_is_one_object_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    with printing(Mode(json=True)):
        output.emit({"name": "grünt"}, ["grants"])
    assert capsys.readouterr() == ('{"schema": 1, "name": "grünt"}\n', "")


def test_notes_and_warnings_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    output.note("a note")
    output.warn("a warning")
    assert capsys.readouterr() == ("", "a note\nWarning: a warning\n")


def test_with_json_notes_are_left_out_and_warnings_are_objects(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with printing(Mode(json=True)):
        output.note("a note")
        output.warn("a warning")
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err) == {"warning": "a warning"}


@pytest.mark.parametrize(("mode", "coloured"), [(Mode(), True), (Mode(plain=True), False)])
def test_colour_is_for_terminals_that_want_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, mode: Mode, coloured: bool
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with printing(mode):
        output.warn("look")
    assert ("\x1b[" in capsys.readouterr().err) is coloured


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert output.table(("A", "B", "C"), [("long", "x", "end"), ("y", "wider", "")]) == [
        "A     B      C",
        "long  x      end",
        "y     wider",
    ]


@pytest.mark.parametrize(
    "question",
    [lambda: output.confirm("Sign it?", flag="--yes"), lambda: output.ask("Who?", flag="--who")],
)
def test_without_a_terminal_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, question: Callable[[], object]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(BadInput, match="no terminal") as raised:
        question()
    assert raised.value.details["flag"] in ("--yes", "--who")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds on the clock of progress lines."""
    time = [0.0]
    monkeypatch.setattr("milestone_core.cli.progress.time.monotonic", lambda: time[0])
    return time


def test_what_is_over_within_a_second_is_not_worth_a_line(
    capsys: pytest.CaptureFixture[str], clock: list[float]
) -> None:
    with Progress("waiting") as progress:
        clock[0] = 0.9
        progress.update()
    assert capsys.readouterr().err == ""


def test_off_a_terminal_each_new_text_is_a_line(
    capsys: pytest.CaptureFixture[str], clock: list[float]
) -> None:
    with Progress("waiting") as progress:
        clock[0] = 2
        progress.update()
        progress.update()
        progress.update("1 of 2 confirmations")
    assert capsys.readouterr().err == "waiting\n1 of 2 confirmations\n"


def test_on_a_terminal_one_line_is_rewritten_and_erased(
    capsys: pytest.CaptureFixture[str], clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Progress("reading rows", total=900) as progress:
        clock[0] = 2
        progress.update(done=300)
        clock[0] = 3
        progress.update(done=600)
    erase = "\r\x1b[K"
    assert capsys.readouterr().err == (
        f"{erase}reading rows 300/900 (2 s){erase}reading rows 600/900 (3 s){erase}"
    )


def test_with_json_progress_is_silent(
    capsys: pytest.CaptureFixture[str], clock: list[float]
) -> None:
    with printing(Mode(json=True)), Progress("waiting") as progress:
        clock[0] = 2
        progress.update()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("number", "words"), [(0, "0 pages"), (1, "1 page"), (2, "2 pages")])
def test_things_are_counted_as_people_do(number: int, words: str) -> None:
    assert counted(number, "page") == words
