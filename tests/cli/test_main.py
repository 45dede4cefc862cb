"""The frame: exit codes, errors for people and for programs, and commands imported when run."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

import click
import pytest

from milestone_core import errors
from milestone_core.cli import commands
from milestone_core.cli.commands import COMMANDS, Listed
from milestone_core.cli.output import json_option, warn

if TYPE_CHECKING:
    from tests.cli.conftest import Milestone
    from tests.conftest import Install

Action = Callable[[], None]
Behave = Callable[[Action], None]

HEAVY = ["pycardano", "requests", "websockets", "marshmallow", "aiohttp", "cometa", "tinydb"]
HELLO = """
import click
from milestone_core.api import hookimpl

@click.command("hello")
def command():
    "Say hello."
    click.echo("hello")

@hookimpl
def milestone_commands():
    return [command]
"""


def leaves(kind: type[errors.MilestoneError]) -> list[type[errors.MilestoneError]]:
    return [kind, *(leaf for below in kind.__subclasses__() for leaf in leaves(below))]


@pytest.fixture
def behave(monkeypatch: pytest.MonkeyPatch) -> Behave:
    """Add a command ``behave`` that does what the test gives it to do."""

    def add(action: Action) -> None:
        @click.command()
        @json_option
        def behave() -> None:
            """Behave."""
            action()

        module = ModuleType("milestone_core.cli.behave")
        monkeypatch.setattr(module, "behave", behave, raising=False)
        monkeypatch.setitem(sys.modules, "milestone_core.cli.behave", module)
        monkeypatch.setitem(commands.COMMANDS, "behave", Listed("Behave."))

    return add


def raises(error: BaseException) -> Action:
    def action() -> None:
        raise error

    return action


PLAIN_ERRORS = [
    kind
    for kind in leaves(errors.MilestoneError)
    if kind.__init__ is errors.MilestoneError.__init__ and kind.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", PLAIN_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_of_ours_has_its_exit_code_message_and_hint(
    milestone: Milestone, behave: Behave, kind: type[errors.MilestoneError]
) -> None:
    behave(raises(kind("3 of 5 are missing", hint="milestone status")))
    result = milestone("behave")
    assert result.exit == kind.exit
    assert result.out == ""
    assert result.err == "Error: 3 of 5 are missing\n  milestone status\n"


def test_with_json_an_error_is_an_object_on_stderr_and_stdout_is_empty(
    milestone: Milestone, behave: Behave
) -> None:
    behave(raises(errors.NotYet("too early", hint="wait", details={"missing": 2})))
    result = milestone("behave", "--json")
    assert (result.exit, result.out) == (5, "")
    assert json.loads(result.err) == {
        "error": {
            "code": "not_yet",
            "exit": 5,
            "message": "too early",
            "hint": "wait",
            "details": {"missing": 2},
        }
    }


def test_with_json_every_line_on_stderr_is_an_object(milestone: Milestone, behave: Behave) -> None:
    def action() -> None:
        warn("look at this")
        raise errors.NotFound("nothing there")

    behave(action)
    lines = [json.loads(line) for line in milestone("behave", "--json").err.splitlines()]
    assert lines[0] == {"warning": "look at this"}
    assert lines[1]["error"]["exit"] == 4


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["plugns"], "there is no command 'plugns'; did you mean 'plugins'?"),
        (["plugins", "--colour"], "No such option '--colour'."),
        (["plugins", "lsit"], "No such command 'lsit'."),
        (["--use", "storage", "plugins"], "'storage' is not PORT=NAME"),
        (["--nothing"], "No such option '--nothing'."),
    ],
)
def test_wrong_usage_exits_2_also_as_json(
    milestone: Milestone, arguments: list[str], fault: str
) -> None:
    result = milestone(*arguments)
    assert result.exit == 2
    assert fault in result.err
    assert "--help shows how" in result.err
    if arguments[0] != "--nothing":
        error = milestone(*arguments, "--json").error
        assert (error["code"], error["exit"]) == ("usage", 2)
        assert fault in error["message"]


def test_a_word_that_is_asked_for_as_json_after_two_dashes_is_a_word(milestone: Milestone) -> None:
    assert "there is no command" in milestone("--", "plugns", "--json").err


@pytest.mark.parametrize("how", [KeyboardInterrupt(), EOFError(), click.Abort()])
def test_an_interruption_exits_130(
    milestone: Milestone, behave: Behave, how: BaseException
) -> None:
    behave(raises(how))
    assert milestone("behave").exit == 130
    assert milestone("behave", "--json").error["code"] == "interrupted"


def test_a_defect_says_how_to_report_it_and_shows_its_place_only_when_asked(
    milestone: Milestone, behave: Behave
) -> None:
    behave(raises(KeyError("beneficiary")))
    result = milestone("behave")
    assert result.exit == 1
    assert "a defect of ours" in result.err
    assert "KeyError: 'beneficiary'" in result.err
    assert "Please report it" in result.err
    assert "Traceback" not in result.err
    assert "Traceback" in milestone("--verbose", "behave").err
    assert milestone("behave", "--json").error["code"] == "defect"


def test_without_arguments_it_shows_the_help(milestone: Milestone) -> None:
    result = milestone()
    assert result.exit == 0
    assert "Usage: milestone" in result.out


def test_the_version(milestone: Milestone) -> None:
    assert milestone("--version").out.startswith("milestone 0.")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_command_says_of_itself(name: str) -> None:
    command = getattr(importlib.import_module(f"milestone_core.cli.{name}"), name)
    assert isinstance(command, click.Command)
    assert command.get_short_help_str(200) == COMMANDS[name].summary
    assert "Example: milestone " in (command.help or "")


def test_a_plugin_adds_a_command(milestone: Milestone, install: Install) -> None:
    install("milestone-hello", "hello", HELLO)
    assert "hello" in milestone("--help").out
    result = milestone("hello")
    assert (result.exit, result.out) == (0, "hello\n")


def test_a_plugin_cannot_replace_a_command_of_ours(milestone: Milestone, install: Install) -> None:
    install("milestone-hello", "hello", HELLO.replace('"hello")\ndef', '"plugins")\ndef'))
    assert milestone("plugins").out.startswith("NAME ")
    assert "'plugins', which is the program's own" in milestone("--help").err


def test_a_command_offered_twice_is_refused_naming_both(
    milestone: Milestone, install: Install
) -> None:
    install("milestone-hello", "hello", HELLO)
    install("milestone-hallo", "hallo", HELLO)
    result = milestone("hello")
    assert result.exit == 9
    assert "milestone-hallo 1.2.3 and milestone-hello 1.2.3" in result.err


def test_a_broken_plugin_is_warned_about_and_stops_only_who_needs_it(
    milestone: Milestone, install: Install
) -> None:
    install("milestone-hello", "hello", "import nothing_of_this_name")
    listed = milestone("plugins")
    assert listed.exit == 0
    assert "Warning: the plugin 'hello' of milestone-hello 1.2.3 is broken" in listed.err
    stopped = milestone("hello")
    assert stopped.exit == 9
    assert "No module named 'nothing_of_this_name'" in stopped.err.splitlines()[-2]
    assert "Traceback" in milestone("--verbose", "hello").err


@pytest.fixture
def without_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milestone_core.plugin_manager.entry_points", lambda **_: [])


@pytest.mark.usefixtures("without_plugins")
def test_without_the_devnet_plugin_its_command_says_how_to_install_it(milestone: Milestone) -> None:
    result = milestone("devnet", "run")
    assert result.exit == 9
    assert "pip install milestone-devnet" in result.err


@pytest.mark.usefixtures("without_plugins")
def test_a_command_that_needs_the_devnet_says_how_to_install_it(
    milestone: Milestone, behave: Behave, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(lambda: None)
    monkeypatch.setitem(commands.COMMANDS, "behave", Listed("Behave.", needs="devnet"))
    error = milestone("behave", "--json").error
    assert (error["exit"], error["hint"]) == (9, "pip install milestone-devnet")


@pytest.mark.parametrize("arguments", [["--help"], ["plugins"]])
def test_starting_imports_nothing_heavy(arguments: list[str]) -> None:
    source = (
        "import sys; from milestone_core.cli.main import run; code = run(sys.argv[1:]);"
        f"print('heavy:', *[m for m in {HEAVY} if m in sys.modules]); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", source, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "heavy:"


def test_a_reader_that_has_seen_enough_is_no_defect() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    source = "from milestone_core.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", source, "plugins"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 141
    assert b"Traceback" not in done.stderr
    assert b"defect" not in done.stderr
