from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from milestone_core.api import BadInput, InsufficientFunds, MilestoneError, ServiceUnavailable
from milestone_devnet.cli import devnet as command
from milestone_devnet.faucet import TOKEN
from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet

from .clients import Kupo
from .wallet import text_of


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def told(*arguments: str) -> dict[str, Any]:
    """The one JSON object on standard output of a command that succeeds."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    answer: dict[str, Any] = json.loads(result.stdout)
    assert answer.pop("schema") == 1
    return answer


def refused(kind: type[MilestoneError], *arguments: str) -> MilestoneError:
    result = run(*arguments)
    assert isinstance(result.exception, kind), result.output
    assert result.stdout == ""
    return result.exception


@pytest.fixture
def port(devnet: Devnet) -> str:
    return devnet.endpoints.control.rsplit(":", 1)[1]


def test_a_key_is_written_for_its_owner_only_and_its_address_printed(tmp_path: Path) -> None:
    answer = told("key", "alice", "--out", str(tmp_path))
    path = tmp_path / "alice.skey"
    assert answer["path"] == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    envelope = json.loads(path.read_text())
    assert envelope["type"] == "PaymentSigningKeyShelley_ed25519"
    prefix, seed = envelope["cborHex"][:4], bytes.fromhex(envelope["cborHex"][4:])
    key = PaymentKey(seed)
    assert (prefix, len(seed)) == ("5820", 32)
    assert answer["address"] == text_of(key)
    assert answer["key_hash"] == key.key_hash.hex()
    assert envelope["cborHex"][4:] not in repr(key) + json.dumps(answer)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    run("key", "alice", "--out", str(tmp_path))
    before = (tmp_path / "alice.skey").read_bytes()
    assert "never overwritten" in refused(BadInput, "key", "alice", "--out", str(tmp_path)).message
    assert (tmp_path / "alice.skey").read_bytes() == before


@pytest.mark.parametrize("name", ["../alice", "a/b", "", ".", "-x\n", "a b", "x" * 200])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    refused(BadInput, "key", "--out", str(tmp_path), "--", name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused(BadInput, "key", "alice", "--out", str(tmp_path / "missing"))


def test_funding_pays_and_prints_transaction_and_token(devnet: Devnet, port: str) -> None:
    address = text_of(PaymentKey.random())
    answer = told("fund", address, "--ada", "12.5", "--token", "77", "--control-port", port)
    assert (answer["lovelace"], answer["tokens"]) == ("12500000", "77")
    assert (answer["policy"], answer["name"]) == (TOKEN.policy.hex(), TOKEN.name.hex())
    (match,) = Kupo(devnet.kupo_url).json(f"/matches/{address}")
    assert match["transaction_id"] == answer["transaction"]
    assert match["value"]["coins"] == 12_500_000
    text = run("fund", address, "--token", "1", "--control-port", port)
    assert text.exit_code == 0
    assert TOKEN.policy.hex() in text.stdout
    assert "waiting for a block" in text.stderr


@pytest.mark.parametrize(
    "amount", ["0", "0.0", "-1", "1e6", "1,000", "1.0000001", "", "NaN", "\u0661", " 1", "1" * 12]
)
def test_an_amount_that_is_no_plain_decimal_is_refused(port: str, amount: str) -> None:
    address = text_of(PaymentKey.random())
    refused(BadInput, "fund", address, f"--ada={amount}", "--control-port", port)


def test_wrong_funding_is_refused_by_its_kind(port: str) -> None:
    address = text_of(PaymentKey.random())
    refused(BadInput, "fund", address, "--control-port", port)
    refused(BadInput, "fund", "addr_test1x", "--ada", "5", "--control-port", port)
    assert run("fund", address, "--token", "1.5", "--control-port", port).exit_code == 2
    result = run("fund", address, "--ada", "0.1", "--control-port", port)
    assert isinstance(result.exception, BadInput)
    assert "pay at least" in result.exception.hint
    result = run("fund", address, "--ada", "99999999999", "--control-port", port)
    assert isinstance(result.exception, InsufficientFunds)
    assert result.exception.exit == 6


def test_without_a_devnet_fund_and_advance_say_how_to_start_one() -> None:
    address = text_of(PaymentKey.random())
    for arguments in (["fund", address, "--ada", "5"], ["advance", "--days", "1"]):
        result = run(*arguments, "--control-port", "1")
        assert isinstance(result.exception, ServiceUnavailable)
        assert result.exception.exit == 3
        assert "milestone devnet run" in result.exception.hint


def test_time_advances_by_seconds_by_days_and_to_a_moment(devnet: Devnet, port: str) -> None:
    before = devnet.control.status()["slot"]
    after = told("advance", "--seconds", "90", "--control-port", port)
    assert 90 <= after["slot"] - before <= 93
    later = told("advance", "--days", "2", "--control-port", port)
    assert 172_800 <= later["slot"] - after["slot"] <= 172_803
    then = told("advance", "--to", "2031-05-06", "--control-port", port)
    assert then["time"] == "2031-05-06T00:00:00Z"
    zoned = told("advance", "--to", "2031-05-06T12:00:00+02:00", "--control-port", port)
    assert zoned["time"] == "2031-05-06T10:00:00Z"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--seconds", "1", "--days", "1"],
        ["--to", "2001-01-01"],
        ["--to", "2031-05-06T12:00:00"],
        ["--to", "tomorrow"],
        ["--to", "2031-02-30"],
    ],
)
def test_a_wrong_time_is_refused(port: str, arguments: list[str]) -> None:
    refused(BadInput, "advance", *arguments, "--control-port", port)


@pytest.mark.parametrize("arguments", [["--seconds", "0"], ["--days", "-3"], ["--days", "x"]])
def test_a_wrong_number_is_a_usage_error(port: str, arguments: list[str]) -> None:
    assert run("advance", *arguments, "--control-port", port).exit_code == 2


@pytest.mark.parametrize("name", sorted(command.commands))
def test_help_is_a_sentence_options_and_an_example(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert f"milestone devnet {name}" in result.stdout


@pytest.mark.parametrize("name", ["key", "fund", "advance", "status", "fault", "snapshot"])
def test_the_example_of_the_help_works(
    name: str, port: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example = run(name, "--help").stdout.split("Example:")[1].split("Options:")[0].split()
    assert example[:2] == ["milestone", "devnet"]
    where = [] if name == "key" else ["--control-port", port]
    result = run(*example[2:], *where)
    assert result.exit_code == 0, result.output
    run("fault", "clear", *where)


def test_the_plugin_adds_the_group_and_loading_it_imports_nothing_heavy() -> None:
    heavy = ["aiohttp", "cbor2", "cometa", "nacl", "pycardano", "sqlite3", "asyncio", "websockets"]
    code = (
        "import sys, milestone_devnet.plugin as plugin\n"
        "(group,) = plugin.milestone_commands()\n"
        "print(group.name, *sorted(group.commands))\n"
        f"print([name for name in {heavy} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.splitlines() == [
        "devnet advance check-vectors fault fund judge key reset restore rollback run snapshot"
        " status",
        "[]",
    ]


def test_the_package_never_imports_pycardano() -> None:
    code = "import sys, milestone_devnet.node; print('pycardano' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout == "False\n"


def started(*options: str) -> subprocess.Popen[str]:
    ports = ("--ogmios-port", "0", "--kupo-port", "0", "--control-port", "0")
    return subprocess.Popen(
        [sys.executable, "-m", "milestone_core", "devnet", "run", *ports, "--json", *options],
        env={"PYTHONPATH": ":".join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_a_devnet_stops_with_its_standard_input_if_it_is_told_to() -> None:
    with started("--until-stdin-ends") as held:
        assert held.stdin is not None
        assert held.stdout is not None
        assert "ogmios" in held.stdout.readline()
        held.stdin.write("nothing that matters")
        held.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            held.wait(0.3)
        held.stdin.close()
        assert held.wait(10) == 0


def test_a_devnet_goes_on_without_standard_input_otherwise() -> None:
    with started() as alone:
        assert alone.stdin is not None
        assert alone.stdout is not None
        assert "ogmios" in alone.stdout.readline()
        alone.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            alone.wait(0.3)
        alone.terminate()
        assert alone.wait(10) == 0


def test_the_control_port_may_come_from_the_environment(
    devnet: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = devnet.endpoints.control.rpartition(":")[2]
    monkeypatch.setenv("MILESTONE_DEVNET_CONTROL_PORT", port)
    assert told("status")["control"] == devnet.endpoints.control
    assert told("advance", "--seconds", "5")["block"] > 0
    assert run("status", "--control-port", "1").exception is not None


def test_commands_are_a_click_group() -> None:
    assert isinstance(command, click.Group)
