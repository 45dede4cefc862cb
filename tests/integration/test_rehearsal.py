"""``infra/private`` and the stack ``real``, rehearsed with stand-ins for the upstream images.

Compose does its part for real: the one-shot service first, shared volumes and socket, health checks
run inside the containers, restarts, pauses, and an end that leaves nothing.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import requests

from milestone_devnet.node import Devnet
from tests.flow.project import Project

from .conftest import project_on
from .real_stack import FAUCET_KEY, RealStack
from .stack import free_port


@pytest.fixture(scope="module")
def rehearsed(standins: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStack]:
    made = RealStack(tmp_path_factory.mktemp("rehearsal"), standins)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_everything_is_in_sync_once_compose_says_so(rehearsed: RealStack, tmp_path: Path) -> None:
    states = {c.Service: c.Health for c in rehearsed.compose.get_containers(include_all=True)}
    assert states == {"genesis": "", "node": "healthy", "ogmios": "healthy", "kupo": "healthy"}
    assert project_on(rehearsed, tmp_path).json("doctor")["healthy"] is True


def test_people_are_funded_from_the_genesis_key(rehearsed: RealStack, tmp_path: Path) -> None:
    project: Project = project_on(rehearsed, tmp_path)
    alice = project.person("alice", ada=7, tokens=3)
    held = project.held(alice.address)
    assert (held.lovelace, held.quantity(rehearsed.token)) == (7_000_000, 3)


def test_the_network_goes_on_after_a_restart(rehearsed: RealStack, tmp_path: Path) -> None:
    rehearsed.restart()
    assert project_on(rehearsed, tmp_path).json("doctor")["healthy"] is True
    key, _, _ = rehearsed.compose.exec_in_container(["cat", FAUCET_KEY], "node")
    assert json.loads(key) == json.loads((rehearsed.folder / "faucet.skey").read_text())


def test_a_paused_kupo_hangs_and_comes_back(rehearsed: RealStack) -> None:
    with rehearsed.paused("kupo"), pytest.raises(requests.Timeout):
        requests.get(f"{rehearsed.kupo_url}/health", timeout=1)
    assert requests.get(f"{rehearsed.kupo_url}/health", timeout=10).status_code == 200


def test_the_node_is_not_healthy_without_its_socket(rehearsed: RealStack, docker: str) -> None:
    (node,) = (c for c in rehearsed.compose.get_containers() if c.Service == "node")
    inspect = [docker, "inspect", "--format", "{{json .Config.Healthcheck.Test}}", str(node.ID)]
    found = subprocess.run(inspect, check=True, capture_output=True, text=True)
    kind, *check = json.loads(found.stdout)
    assert kind == "CMD"
    asked = [docker, "exec", str(node.ID)]
    assert subprocess.run([*asked, *check], capture_output=True).returncode == 0
    subprocess.run([*asked, "rm", "/ipc/node.socket"], check=True)
    assert subprocess.run([*asked, *check], capture_output=True).returncode != 0


def test_init_the_printed_command_and_doctor_on_a_public_network(
    standins: Path, docker: str, tmp_path: Path
) -> None:
    """As an operator begins on preprod, but for the images; the devnet is then another network."""
    ogmios, kupo = (free_port() for _ in range(2))
    project = Project(tmp_path, cast("Devnet", None))
    urls = ("--ogmios", f"ws://127.0.0.1:{ogmios}", "--kupo", f"http://127.0.0.1:{kupo}")
    printed = project("init", ".", "--network", "preprod", *urls, "--json", exits=3).document
    command = shlex.split(printed["compose"])
    assert command[:4] == ["docker", "compose", "--file", "infra/compose.yaml"]
    own = ["--file", str(standins.with_name("public.yaml")), "--project-name", f"init{ogmios}"]
    compose = [docker, *command[1:4], *own]
    try:
        up = [*compose, *command[4:], "--wait"]
        ran = subprocess.run(up, cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        findings = project("doctor", "--json", exits=3).document["findings"]
        found = {finding["part"]: finding for finding in findings}
        assert found["Ogmios"]["ok"]
        assert found["Kupo"]["ok"]
        assert found["node"]["detail"] == "it follows devnet, this project is for preprod"
        copied = [*compose, "exec", "-T", "kupo", "ls", "/config"]
        listed = subprocess.run(copied, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert {"config.json", "byron-genesis.json"} <= set(listed.stdout.split())
        again = subprocess.run(up, cwd=tmp_path, capture_output=True, text=True)
        assert again.returncode == 0, f"files that nobody may change are replaced: {again.stderr}"
    finally:
        down = [*compose, "down", "--volumes"]
        subprocess.run(down, cwd=tmp_path, capture_output=True, check=True)
