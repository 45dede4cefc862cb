"""Every compose file: pinned, on loopback, with names that upstream documents."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import yaml

from milestone_core.networks import NETWORKS
from milestone_core.onchain.blueprint import load_blueprint
from milestone_core.onchain.contract import Contract, load_contract

from .conftest import INFRA

PUBLIC = ("preview", "preprod", "mainnet")
EVERY = (*PUBLIC, "private")
PROGRAMS = {"node": "cardano-node", "ogmios": "ogmios", "kupo": "kupo"}
# Those that do one thing and end: an entry point of their own, in the node's image.
ONCE = {"config", "genesis"}

Services = dict[str, dict[str, Any]]


def services(network: str) -> Services:
    """The services of a compose file, variables not filled in."""
    document = yaml.safe_load((INFRA / network / "compose.yaml").read_text())
    found: Services = document["services"]
    return found


def options(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and value of each option on the command line, by upstream's ``--name=value``."""
    command = service["command"]
    for argument in shlex.split(command) if isinstance(command, str) else command:
        if argument.startswith("--"):
            name, _, value = argument.partition("=")
            yield name, value


@pytest.fixture(params=EVERY)
def network(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_those_of_the_public_networks_are_what_the_template_makes(maker: ModuleType) -> None:
    assert maker.main(["--check"]) == 0, "run: make infra"


def test_images_are_pinned_to_the_versions_that_were_read(
    network: str, upstream: dict[str, Any]
) -> None:
    for name, service in services(network).items():
        recorded = upstream[PROGRAMS.get(name, "cardano-node")]
        assert service["image"] == f"{recorded['image']}:{recorded['tag']}", name


def test_options_and_variables_are_documented_ones(network: str, upstream: dict[str, Any]) -> None:
    for name, service in services(network).items():
        if name in ONCE:
            continue
        recorded = upstream[PROGRAMS[name]]
        used = {option for option, _ in options(service)}
        assert used <= set(recorded["options"]), recorded["read"]
        assert set(service.get("environment", {})) <= set(recorded["environment"]), recorded["read"]


def test_nothing_listens_beyond_this_machine(network: str) -> None:
    published = {n: s.get("ports", []) for n, s in services(network).items()}
    assert {name for name, ports in published.items() if ports} == {"ogmios", "kupo"}
    for ports in published.values():
        assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_three_share_one_socket_and_come_back_after_a_reboot(network: str) -> None:
    for name, service in services(network).items():
        mounts = [volume.split(":") for volume in service["volumes"]]
        if name in ONCE:
            assert service["restart"] == "no"
            continue
        assert ["node-ipc", "/ipc"] in mounts, name
        assert service["restart"] == "unless-stopped"
        socket = dict(options(service)).get("--node-socket") or service["environment"].get(
            "CARDANO_SOCKET_PATH"
        )
        assert socket == "/ipc/node.socket"
        assert service["healthcheck"]["test"]


@pytest.mark.parametrize("name", PUBLIC)
def test_kupo_watches_the_contract_from_the_era_that_can_hold_it(name: str) -> None:
    given = list(options(services(name)["kupo"]))
    contract: Contract = load_contract(load_blueprint(), NETWORKS[name].address_network)
    assert [value for option, value in given if option == "--match"] == [
        f"{contract.programme.hash.hex()}.*",
        f"{contract.registry.hash.hex()}.*",
        str(contract.distribution_address),
    ]
    (since,) = (value for option, value in given if option == "--since")
    assert re.fullmatch(r"\$\{KUPO_SINCE:-\d+\.[0-9a-f]{64}\}", since)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_node_is_asked_about_its_own_network(name: str) -> None:
    check = services(name)["node"]["healthcheck"]["test"][-1]
    network = NETWORKS[name]
    asked = "--mainnet" if network.is_mainnet else f"--testnet-magic {network.magic} "
    assert asked in check


def test_every_command_of_the_node_is_asked_as_its_help_says(
    network: str, upstream: dict[str, Any]
) -> None:
    check = services(network)["node"]["healthcheck"]["test"][-1].partition("|")[0]
    assert check.startswith("set -o pipefail; cardano-cli query tip ")
    used = {word for word in check.split() if word.startswith("--")}
    recorded = upstream["cardano-cli query tip"]
    assert used <= set(recorded["options"]), recorded["read"]


def test_where_it_was_read_is_in_the_documentation(upstream: dict[str, Any]) -> None:
    text = re.sub(r"\s+", " ", (INFRA.parent / "docs" / "infra.md").read_text())
    for recorded in upstream.values():
        source = recorded["read"].rpartition(" ")[2]
        assert source in text, f"docs/infra.md does not name {source}"


def test_compose_accepts_it(network: str, docker_compose: str) -> None:
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_CONFIG") if name in os.environ
    }
    environment = kept | {
        "KUPO_MATCHES": "--match aa/* --match bb/*",
        "OGMIOS_PORT": "2337",
    }
    path = INFRA / network / "compose.yaml"
    ran = subprocess.run(
        [docker_compose, "compose", "--file", path, "config", "--format", "json"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    resolved = json.loads(ran.stdout)
    assert resolved["name"] == f"milestone-{network}"
    (port,) = resolved["services"]["ogmios"]["ports"]
    assert (port["host_ip"], port["published"], port["target"]) == ("127.0.0.1", "2337", 1337)
    if network in PUBLIC:
        command = resolved["services"]["kupo"]["command"]
        assert command[-4:] == ["--match", "aa/*", "--match", "bb/*"]
