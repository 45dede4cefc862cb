"""``--json`` and exit codes of every command: what scripts rely on."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from milestone_core.cli.commands import COMMANDS
from milestone_core.files.records import JOURNAL
from milestone_devnet.node import Devnet

from .project import Person, Project, Result, Row


@dataclass
class Grants:
    """``grants`` is deployed and 10 are due; ``paid`` is paid in full; ``draft`` is a draft."""

    project: Project
    owner: Person


@pytest.fixture(scope="module")
def grants(
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Grants:
    project = Project.begin(tmp_path_factory.mktemp("project"), devnet)
    owner = project.person("owner", ada=500, tokens=1000)
    for name in ("grants", "paid"):
        project.deploy(name, owner=owner, oracles=[owner], rows=[Row(owner.address, 10)])
        project.attest(name, [owner])
    project.pay("release", "paid", key=owner)
    bundle = project.folder / "grants.bundle.json"
    bundle.write_text(project("bundle", "export", "grants").out)
    panel = project.folder / "panel.toml"
    panel.write_text(f'oracles = ["{project.person("new").text}"]\nquorum = 1\n')
    for decision, option in (("cancel", ["--cancel"]), ("rotate", ["--rotate", panel])):
        message = project.folder / f"{decision}-message.json"
        message.write_text(project("oracle", "message", "grants", *option).out)
        signed = project("oracle", "sign", message, "--key", owner.file).out
        (project.folder / f"{decision}.json").write_text(signed)
    project.register("draft", owner=owner, oracles=[owner], rows=[Row(owner.address, 10)])
    return Grants(project, owner)


SUCCEED = {
    "doctor": "doctor",
    "schedule check": "schedule check draft.toml --csv draft.csv",
    "schedule show": "schedule show grants --datum --timeline",
    "register": "register draft.toml --csv draft.csv",
    "deploy": "deploy draft --key owner.skey --dry-run",
    "deploy again": "deploy grants --key owner.skey --yes",
    "commit": "commit grants grants-alpha-owner-done.json",
    "status": "status grants",
    "status of all": "status",
    "calculate": "calculate grants --at 2100-01-01",
    "prove": "prove grants alpha --key owner.skey --dry-run",
    "prove again": "prove paid alpha --key owner.skey --yes",
    "verify": "verify grants",
    "cancel": "cancel grants cancel.json --key owner.skey --dry-run",
    "rotate": "rotate grants --oracles panel.toml rotate.json --key owner.skey --dry-run",
    "reclaim": "reclaim paid --key owner.skey --dry-run",
    "bundle export": "bundle export grants",
    "bundle import": "bundle import grants.bundle.json",
    "resume": "resume",
    "history": "history",
    "config": "config show",
    "contract show": "contract show",
    "contract find": "contract find",
    "contract publish": "contract publish --key owner.skey --yes",
    "plugins": "plugins",
    "oracle message": "oracle message grants alpha --evidence draft.csv",
    "oracle sign": "oracle sign message.json --key owner.skey",
}


@pytest.mark.parametrize("command", SUCCEED.values(), ids=SUCCEED.keys())
def test_every_command_prints_one_object_with_its_schema(grants: Grants, command: str) -> None:
    result = grants.project(*command.split(), "--json")
    assert result.document["schema"] == 1
    assert all(json.loads(line).keys() == {"warning"} for line in result.err.splitlines())


DRY = [command for command in SUCCEED.values() if "--dry-run" in command]


@pytest.mark.parametrize("command", [*DRY, "release grants --key owner.skey --dry-run"])
def test_a_dry_run_shows_everything_and_signs_nothing(grants: Grants, command: str) -> None:
    project = grants.project
    before = project.devnet.control.status()["block"]
    with project.app() as app:
        journal = list(app.storage.scan(JOURNAL))
    document = project.json(*command.split())
    assert document["dry_run"] is True
    assert document["transactions"] == []
    assert document["reviews"], "what it would do"
    assert "Nothing was signed or sent" in project(*command.split()).err
    with project.app() as app:
        assert list(app.storage.scan(JOURNAL)) == journal
    assert project.devnet.control.status()["block"] == before


TRIED_ELSEWHERE = {"init", "release", "demo", "completion"}


def test_no_command_is_left_out() -> None:
    tried = {command.split()[0] for command in SUCCEED.values()} | TRIED_ELSEWHERE
    assert COMMANDS.keys() <= tried


FAIL = {
    "an option that does not exist": ("status --nonsense", 2, "usage"),
    "a command that does not exist": ("statsu", 2, "usage"),
    "a file that is not there": ("register nowhere.toml", 2, "bad_document"),
    "no key": ("release grants --yes", 2, "bad_input"),
    "no terminal to ask on": ("release grants --key owner.skey", 2, "bad_input"),
    "a schedule that is not here": ("status nothing", 4, "not_found"),
    "not deployed": ("release draft --key owner.skey --yes", 4, "not_found"),
    "no such milestone": ("release grants --milestone beta --key owner.skey --yes", 4, "not_found"),
    "nothing left": ("release paid --key owner.skey --yes", 5, "not_yet"),
    "not expired": ("reclaim grants --key owner.skey --yes", 5, "not_yet"),
    "an attestation to cancel with": (
        "cancel grants grants-alpha-owner-done.json --key owner.skey --yes",
        2,
        "bad_input",
    ),
    "nothing to compare with": (f"verify {'ab' * 28}.{'cd' * 32}", 2, "bad_input"),
    "no such backend": ("--use chain=nonsense calculate grants", 9, "misconfigured"),
    "a time without a zone": ("calculate grants --at 2030-01-01T00:00", 2, "bad_input"),
}


@pytest.mark.parametrize(("command", "exits", "code"), FAIL.values(), ids=FAIL.keys())
def test_every_failure_is_one_object_on_stderr(
    grants: Grants, command: str, exits: int, code: str
) -> None:
    result = grants.project(*command.split(), "--json", exits=exits)
    assert result.out == ""
    assert result.error.keys() == {"code", "exit", "message", "hint", "details"}
    assert (result.error["code"], result.error["exit"]) == (code, exits)


@pytest.mark.parametrize("command", [c for c, *_ in FAIL.values()], ids=FAIL.keys())
def test_no_failure_shows_a_traceback_or_a_secret(grants: Grants, command: str) -> None:
    result: Result = grants.project(*command.split(), exits=_exit_of(command))
    secret = json.loads(grants.owner.file.read_text())["cborHex"][4:]
    assert "Traceback" not in result.err
    assert secret not in result.err + result.out
    assert result.err, "people are told why"


def _exit_of(command: str) -> int:
    return next(exits for tried, exits, _ in FAIL.values() if tried == command)


def test_amounts_are_strings_of_base_units_and_times_are_iso(grants: Grants) -> None:
    document = grants.project.json("calculate", "grants")
    assert document["claimable"] == "0"
    assert document["time"].endswith("Z")
    (row,) = document["allocations"]
    assert row["amount"] == "10"


def test_a_dry_run_of_a_release_that_needs_its_proof_first_does_not_fail(grants: Grants) -> None:
    """The proof is shown; the release that follows cannot be built before it is on chain."""
    document = grants.project.json("release", "grants", "--key", grants.owner.file, "--dry-run")
    assert document["reviews"][0]["purpose"] == "proof"


def test_every_step_is_logged_as_a_line_of_json(project: Project) -> None:
    owner = project.person("owner", ada=300, tokens=100)
    project.register("grants", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    arguments = ("deploy", "grants", "--key", owner.file, "--yes")
    result = project("--log-json", *arguments)
    log = [json.loads(line) for line in result.err.splitlines()]
    assert all(line["time"].endswith("Z") for line in log)
    assert [line["event"] for line in log][:: len(log) - 1] == ["command", "exit"]
    assert log[0]["command"] == "deploy"
    assert log[-1]["code"] == 0
    sent = [line["transaction"] for line in log if line["event"] == "review"]
    assert sent
    for transaction in sent:
        states = [
            line["state"]
            for line in log
            if line["event"] == "transaction" and line["transaction"] == transaction
        ]
        assert states == ["built", "signed", "sent", "seen", "confirmed"]
    secret = json.loads(owner.file.read_text())["cborHex"][4:]
    assert secret not in result.err
    assert str(owner.file) not in result.err
    assert "locked for" in result.out, "the result is printed as ever"


def test_a_failure_is_logged_with_its_code(project: Project) -> None:
    result = project("--log-json", "status", "nobody", exits=4)
    *_, error, end = [json.loads(line) for line in result.err.splitlines()]
    assert error["error"]["code"] == "not_found"
    assert (end["event"], end["code"]) == ("exit", 4)
