"""The demonstration as a user runs it: a program of its own, from anywhere, leaving nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect
import pytest

from milestone_core.app import App
from milestone_core.demo.promise import BENEFICIARIES
from milestone_core.demo.reckoning import reckon
from milestone_core.demo.stage import KILLED, Surprise
from milestone_core.domain.address import Address

PURPOSES = [
    "publication of the reference scripts",
    "deployment",
    "proof",
    "release",
    "release",
    "proof",
    "release",
    "closing of a distribution",
    "closing of a programme",
]
FUNDED = 550_000_000


@dataclass
class Place:
    """Where a demonstration is started, and where it may put what is temporary."""

    folder: Path
    temporary: Path

    def environment(self, **more: str) -> dict[str, str]:
        """A shell's, without ``milestone`` on the path and without the user's settings."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith("MILESTONE_")}
        return {**ours, "PATH": "/usr/bin:/bin", "TMPDIR": str(self.temporary), **more}

    def start(self, *options: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "milestone_core", "demo", *options],
            cwd=self.folder,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *options: str, **more: str) -> tuple[int, str, str]:
        process = self.start(*options, **more)
        out, err = process.communicate(timeout=100)
        return process.returncode, out, err


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("elsewhere")
    temporary = tmp_path_factory.mktemp("temporary")
    return Place(folder, temporary)


@dataclass
class Kept:
    """What ``milestone demo --keep`` printed, and where it left its project."""

    out: str
    folder: Path
    pid: int


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    place = Place(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("kept"))
    code, out, err = place.run("--keep")
    assert code == 0, out + err
    stop = re.search(r"^  kill (\d+); rm -r (\S+)$", out, re.MULTILINE)
    assert stop is not None, out
    pid = int(stop[1])
    yield Kept(out, Path(stop[2]), pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def listens(url: str) -> bool:
    host, port = re.fullmatch(r"\w+://([\d.]+):(\d+)", url).groups()  # type: ignore[union-attr]
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def url_of(text: str) -> str:
    found = re.search(r"ws://127\.0\.0\.1:\d+", text)
    assert found is not None, text
    return found[0]


@pytest.mark.slow
def test_it_runs_anywhere_prints_one_object_and_leaves_nothing(place: Place) -> None:
    # What a user may have lying about must not reach it, least of all another network.
    (place.folder / "milestone.toml").write_text('network = "mainnet"\nno_such_key = 1\n')
    settings = place.folder / "config" / "milestone"
    settings.mkdir(parents=True)
    (settings / "config.toml").write_text("also = 'wrong'\n")
    code, out, err = place.run(
        "--json",
        MILESTONE_NETWORK="mainnet",
        MILESTONE_OGMIOS_URL="ws://127.0.0.1:1",
        MILESTONE_DATA_DIR="/nowhere",
        XDG_CONFIG_HOME=str(place.folder / "config"),
    )
    assert code == 0, err
    assert err == ""
    told: dict[str, Any] = json.loads(out)

    assert told["schema"] == 1
    assert told["kept"] is None
    assert told["locked"] == told["paid"] == "540075"
    assert told["returned"] == "0"
    amounts = {"alice": "120000", "bob": "90050", "carol": "30000", "dave": "200000"}
    assert told["received"] == {**amounts, "erin": "100025"}
    assert [one["purpose"] for one in told["transactions"]] == PURPOSES
    assert all(re.fullmatch("[0-9a-f]{64}", one["transaction"]) for one in told["transactions"])
    assert all(0 < one["size"] <= 16_384 for one in told["transactions"])
    assert told["fees"] == str(sum(int(one["fee"]) for one in told["transactions"]))
    assert told["seconds"] > 0

    exits = [step["exit"] for step in told["steps"] if step["exit"]]
    assert exits == [5, 5, 5, KILLED, 5, 5]
    refused = [r["redeemer"] for r in told["refused_by_contract"]]
    assert len(refused) == 2
    assert all(re.fullmatch(r"spend \d+", redeemer) for redeemer in refused)

    assert list(place.temporary.iterdir()) == []
    assert not listens(url_of(told["steps"][0]["command"]))


@pytest.mark.slow
def test_a_step_with_a_surprising_exit_makes_it_fail_and_leaves_nothing(place: Place) -> None:
    code, out, err = place.run("--json", MILESTONE_BLOCK_PLUGINS="kupo")
    assert code == 1
    assert out == ""
    error = json.loads(err.splitlines()[-1])["error"]
    assert error["code"] == "demo_surprise"
    assert error["message"].startswith("`milestone init . --network devnet")
    assert error["details"]["expected"] == 0
    assert error["details"]["exit"] == 9
    assert list(place.temporary.iterdir()) == []
    assert not listens(url_of(error["message"]))


@pytest.mark.slow
def test_step_by_step_it_waits_for_enter_and_can_be_left(place: Place) -> None:
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "milestone_core", "demo", "--step"],
        cwd=str(place.folder),
        env=place.environment(NO_COLOR="1"),
        encoding="utf-8",
        timeout=60,
    )
    for command in ("milestone init", "milestone doctor"):
        terminal.expect(command)
        terminal.expect("Enter")
        with pytest.raises(pexpect.TIMEOUT):
            terminal.expect(r"\$ milestone", timeout=1)
        terminal.sendline()
    terminal.expect("Enter")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert "interrupted" in (terminal.before or "")
    assert list(place.temporary.iterdir()) == []


@pytest.mark.slow
def test_step_by_step_needs_somebody_at_a_terminal(place: Place) -> None:
    code, _, err = place.run("--step")
    assert code == 2
    assert "--step" in err


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_an_interrupted_one_leaves_nothing(place: Place, number: signal.Signals) -> None:
    process = place.start()
    assert process.stdout is not None
    seen = ""
    while "ws://" not in seen:
        line = process.stdout.readline()
        assert line, seen
        seen += line
    assert len(list(place.temporary.iterdir())) == 1
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the demo was interrupted" in err
    assert "Traceback" not in err
    assert list(place.temporary.iterdir()) == []
    assert not listens(url_of(seen))


@pytest.mark.slow
def test_the_devnet_of_a_killed_one_stops(place: Place) -> None:
    process = place.start()
    assert process.stdout is not None
    seen = ""
    while "ws://" not in seen:
        line = process.stdout.readline()
        assert line, seen
        seen += line
    process.kill()
    process.communicate(timeout=30)
    for folder in place.temporary.iterdir():
        shutil.rmtree(folder)
    deadline = time.monotonic() + 10
    while listens(url_of(seen)):
        assert time.monotonic() < deadline, "the devnet still runs"
        time.sleep(0.05)


def test_people_see_every_command_before_its_output(kept: Kept) -> None:
    lines = kept.out.splitlines()
    commands = [line for line in lines if line.startswith("$ milestone ")]
    assert len(commands) > 40
    paid = lines.index("  paid 900.5 TEST to $BOB")
    typed = [line for line in lines[:paid] if line.startswith("$ milestone ")]
    assert typed[-1] == "$ milestone release grants --beneficiary $BOB --key bob.skey --yes"
    resumed = lines[lines.index("  Killed") :].index("$ milestone resume")
    assert "confirmed" in lines[lines.index("  Killed") + resumed + 1]
    assert any("does not accept the signature of the oracle $ANN's key" in line for line in lines)
    assert "\x1b" not in kept.out
    assert "What this did not prove" in lines


def test_people_are_spared_walls_of_hex(kept: Kept) -> None:
    shown, _, summary = kept.out.partition("What became of the tokens")
    assert not re.search("[0-9a-f]{20}", shown)
    assert len(re.findall(r"\b[0-9a-f]{64}\b", summary)) == len(PURPOSES)


def test_a_kept_one_can_be_gone_on_with_by_hand(kept: Kept) -> None:
    def milestone(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "milestone_core", *arguments]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MILESTONE_")}
        return subprocess.run(
            command, cwd=kept.folder, env=environment, capture_output=True, text=True, check=False
        )

    assert listens(url_of(kept.out))
    status = milestone("status", "grants", "--json")
    assert status.returncode == 0, status.stderr
    assert json.loads(status.stdout)["state"] == "closed"
    named = ["sh", "-c", ". ./names.sh && echo $ALICE"]
    alice = subprocess.run(named, cwd=kept.folder, capture_output=True, text=True, check=True)
    port = re.search(r"--ada 5 --control-port (\d+)", kept.out)
    assert port is not None
    paid = milestone(
        *("devnet", "fund", alice.stdout.strip(), "--ada", "5", "--control-port", port[1])
    )
    assert paid.returncode == 0, paid.stderr


def test_accounts_that_do_not_balance_are_a_surprise(kept: Kept) -> None:
    names = (kept.folder / "names.sh").read_text().splitlines()
    people = {
        who.lower(): Address.parse(address)
        for who, address in (line.split("=") for line in names)
        if who != "ALICE"
    }
    others = [who for who in BENEFICIARIES if who in people]
    with App({}, kept.folder, tell=print, warn=print) as app, pytest.raises(Surprise) as caught:
        reckon(app, "grants", people, others, FUNDED)
    assert "540075 expected, 420075 found" in caught.value.message
    assert "of what the faucet gave" in caught.value.message


def test_a_kept_devnet_stops_as_it_says(kept: Kept) -> None:
    os.kill(kept.pid, signal.SIGTERM)
    deadline = time.monotonic() + 10
    while listens(url_of(kept.out)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not listens(url_of(kept.out))
