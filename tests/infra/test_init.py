"""``init`` for a network: its compose file, what starts it, and what the doctor says."""

from __future__ import annotations

import json
import shlex
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from milestone_core.onchain.blueprint import load_blueprint
from milestone_core.services.doctor import examine
from milestone_devnet.node import Devnet, Settings
from tests.flow.project import DAY, Project

from .conftest import INFRA

NOBODY = ("--ogmios", "ws://127.0.0.1:9", "--kupo", "http://localhost:10")

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, Devnet(Settings()))


@pytest.fixture
def blind() -> Iterator[Devnet]:
    """A devnet whose Kupo watches something else."""
    with Devnet(Settings(block_time=0, match=("*@" + "00" * 32,))) as running:
        yield running


@pytest.mark.parametrize("network", ["preview", "preprod", "mainnet"])
def test_a_public_network_gets_its_compose_file(project: Project, network: str) -> None:
    document = project("init", "grants", "--network", network, *NOBODY, "--json", exits=3).document
    written = project.folder / "grants" / "infra"
    assert (written / "compose.yaml").read_text() == (INFRA / network / "compose.yaml").read_text()
    assert document["compose"] == "docker compose --file grants/infra/compose.yaml up --detach"
    variables = (written / ".env").read_text().splitlines()
    assert {"OGMIOS_PORT=9", "KUPO_PORT=10"} <= set(variables), "as milestone.toml says"


def test_compose_takes_the_ports_that_milestone_asks_and_patterns_of_ones_own(
    project: Project, docker_compose: str
) -> None:
    project("init", "my grants", "--network", "preprod", *NOBODY, exits=3)
    with (project.folder / "my grants" / "infra" / ".env").open("a") as variables:
        variables.write("KUPO_MATCHES=--match 5a1c/* --match 77fe/*\n")
    compose = [docker_compose, "compose", "--file", "my grants/infra/compose.yaml"]
    ran = subprocess.run(
        [*compose, "config", "--format=json"],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    services = json.loads(ran.stdout)["services"]
    ports = {name: services[name]["ports"][0]["published"] for name in ("ogmios", "kupo")}
    assert ports == {"ogmios": "9", "kupo": "10"}
    assert services["kupo"]["command"][-4:] == ["--match", "5a1c/*", "--match", "77fe/*"]


def test_the_command_is_printed_as_a_shell_takes_it(project: Project) -> None:
    out = project("init", "my grants", "--network", "preprod", *NOBODY, exits=3).out
    (command,) = (line for line in out.splitlines() if line.startswith("  docker compose"))
    assert shlex.split(command)[3] == "my grants/infra/compose.yaml"


@pytest.mark.parametrize(
    ("flag", "url"),
    [
        ("--ogmios", "127.0.0.1:1337"),
        ("--ogmios", "ws://hunter2@h:1"),
        ("--kupo", "me:hunter2@h:1"),
        ("--kupo", "ws://127.0.0.1:1"),
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_written(
    project: Project, flag: str, url: str
) -> None:
    refusal = project("init", "grants", "--network", "preprod", flag, url, "--json", exits=2)
    error = refusal.error
    assert error["message"].startswith(f"{flag}: ")
    assert f"{flag} " in error["hint"]
    assert "hunter2" not in refusal.out + refusal.err
    assert list(project.folder.iterdir()) == []


def test_a_plugin_that_is_switched_off_is_not_taken_for_a_bad_address(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILESTONE_BLOCK_PLUGINS", "ogmios")
    error = project.json("init", ".", "--network", "preprod", *NOBODY, exits=9)
    assert "ogmios" in error["message"]
    assert "--ogmios" not in error["hint"]


def test_the_doctor_says_the_same_while_nothing_answers(project: Project) -> None:
    project("init", ".", "--network", "preprod", *NOBODY, exits=3)
    findings = project("doctor", "--json", exits=3).document["findings"]
    remedies = {f["part"]: f["remedy"] for f in findings if not f["ok"]}
    for part in ("Ogmios", "Kupo"):
        assert "docker compose --file" in remedies[part]
        assert "infra/compose.yaml up --detach" in remedies[part]


@pytest.mark.parametrize(
    "options",
    [
        ("--network", "devnet", *NOBODY),
        ("--network", "preprod", "--ogmios", "ws://node.invalid:1337", *NOBODY[2:]),
    ],
    ids=["the devnet", "services on another machine"],
)
def test_where_nothing_is_to_be_started_there_is_no_compose_file(
    project: Project, options: tuple[str, ...]
) -> None:
    document = project("init", ".", *options, "--json", exits=3).document
    assert document["compose"] is None
    assert not (project.folder / "infra").exists()


def test_a_compose_file_of_ones_own_stays(project: Project) -> None:
    own = project.folder / "infra" / "compose.yaml"
    own.parent.mkdir()
    own.write_text("# mine\n")
    project("init", ".", "--network", "preprod", *NOBODY, exits=3)
    assert own.read_text() == "# mine\n"


def test_what_the_doctor_says_about_patterns_helps(project: Project, blind: Devnet) -> None:
    urls = ("--ogmios", blind.ogmios_url, "--kupo", blind.kupo_url)
    found = project("init", ".", "--network", "preprod", *urls, "--json", exits=3).document
    (kupo,) = (f for f in found["findings"] if f["part"] == "Kupo")
    assert load_blueprint().load("programme").hash.hex() in kupo["unwatched"][0]
    words = shlex.split(kupo["remedy"][kupo["remedy"].index("curl") :])
    assert words[:3] == ["curl", "-X", "PUT"]
    body, url = words[words.index("-d") + 1], words[-1]
    asked = urllib.request.Request(
        url, body.encode(), {"Content-Type": "application/json"}, method="PUT"
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200
    after = project("doctor", "--json", exits=3).document
    assert [f["part"] for f in after["findings"] if f["part"] == "Kupo" and f["ok"]]


def test_the_command_for_kupo_is_shown_without_a_password(project: Project, blind: Devnet) -> None:
    kupo_url = blind.kupo_url.replace("://", "://me:hunter2@")
    urls = ("--ogmios", blind.ogmios_url, "--kupo", kupo_url)
    said = project("init", ".", "--network", "preprod", *urls, exits=3)
    assert "(hidden)@127.0.0.1" in said.out
    assert (project.folder / "milestone.toml").stat().st_mode & 0o077 == 0
    assert "hunter2" not in said.out + said.err


def test_the_doctor_tells_how_far_the_index_is_behind(project: Project) -> None:
    with Devnet(Settings(block_time=0)) as devnet:
        urls = ("--ogmios", devnet.ogmios_url, "--kupo", devnet.kupo_url)
        project("init", ".", "--network", "devnet", *urls)
        devnet.fault("stale")
        devnet.advance(seconds=7200)
        (kupo,) = (
            f
            for f in project("doctor", "--json", exits=3).document["findings"]
            if f["part"] == "Kupo"
        )
        assert kupo["lag_seconds"] == kupo["lag_slots"] >= 7200
        assert "(2h) behind the node" in kupo["detail"]


def test_the_doctor_tells_how_far_the_node_is_behind(project: Project, blind: Devnet) -> None:
    urls = ("--ogmios", blind.ogmios_url, "--kupo", "http://127.0.0.1:9")
    project("init", ".", "--network", "devnet", *urls, exits=3)
    with project.app() as app, pytest.MonkeyPatch.context() as patch:
        healthy, now = app.chain.health(), app.now()
        behind = replace(healthy, synchronisation=Fraction(9320, 10000))
        patch.setattr(app.chain, "health", lambda: behind)
        patch.setattr(app, "now", lambda: now + 3 * DAY + DAY // 2)
        (node,) = (finding for finding in examine(app) if finding.part == "node")
    assert "93.20 % synchronised" in node.detail
    assert "3d behind" in node.detail
    assert node.figures["lag_seconds"] == pytest.approx(3.5 * DAY / 1000, abs=3600)
    assert node.fatal
    assert "Wait" in node.remedy


def test_the_doctor_knows_an_index_of_another_network(project: Project, blind: Devnet) -> None:
    with Devnet(Settings(block_time=0)) as ahead:
        ahead.advance(seconds=86_400)
        urls = ("--ogmios", blind.ogmios_url, "--kupo", ahead.kupo_url)
        found = project("init", ".", "--network", "devnet", *urls, "--json", exits=3).document
        (kupo,) = (f for f in found["findings"] if f["part"] == "Kupo")
        assert "ahead of the node: it follows another network" in kupo["detail"]
