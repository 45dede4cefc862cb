"""The health checks, run as they stand: "healthy" means in sync, not just connected."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from milestone_devnet.node import Devnet, Settings

from .conftest import INFRA, program

# The public ones are of one template, which another test sees to.
EVERY = ("preprod", "private")


def check(network: str, service: str) -> str:
    """The shell command of a health check, as the container's shell gets it."""
    document = yaml.safe_load((INFRA / network / "compose.yaml").read_text())
    test: list[str] = document["services"][service]["healthcheck"]["test"]
    return test[-1].replace("$$", "$")


@pytest.fixture(params=EVERY)
def network(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def devnet() -> Iterator[Devnet]:
    with Devnet(Settings()) as running:
        yield running


@pytest.fixture(scope="module")
def applets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with BusyBox's programs and nothing else, as in the images of Ogmios and Kupo."""
    folder = tmp_path_factory.mktemp("busybox")
    for applet in ("sh", "wget", "grep", "awk"):
        (folder / applet).symlink_to(program("busybox"))
    return folder


Healthy = Callable[[str], bool]


@pytest.fixture(scope="module")
def healthy(applets: Path) -> Healthy:
    """Whether a check succeeds in such an image."""

    def succeeds(command: str) -> bool:
        shell = [str(applets / "sh"), "-c", command]
        ran = subprocess.run(shell, env={"PATH": str(applets)}, capture_output=True, timeout=20)
        return ran.returncode == 0

    return succeeds


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """A server that gives everybody the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def at(command: str, port: int, url: str) -> str:
    """The check, pointed at a server of the test's."""
    asked = f"127.0.0.1:{port}/"
    assert asked in command
    return command.replace(asked, f"{urlsplit(url).netloc}/")


def test_ogmios_in_sync_is_healthy(network: str, devnet: Devnet, healthy: Healthy) -> None:
    assert healthy(at(check(network, "ogmios"), 1337, devnet.ogmios_url))


@pytest.mark.parametrize(
    ("status", "connection", "synchronization", "expected"),
    [
        (200, "connected", "1.00000", True),
        (202, "connected", "0.99999", False),
        (202, "connected", "null", False),
        (500, "disconnected", "1.00000", False),
    ],
    ids=["in sync", "behind", "not known yet", "without a node"],
)
def test_ogmios_is_healthy_only_in_sync(
    network: str,
    status: int,
    connection: str,
    synchronization: str,
    expected: bool,
    healthy: Healthy,
) -> None:
    body = (
        f'{{"startTime":"2026-06-20T00:00:00Z","networkSynchronization":{synchronization},'
        f'"currentEra":"conway","connectionStatus":"{connection}","version":"v7.0.0"}}'
    )
    with answering(status, body) as url:
        assert healthy(at(check(network, "ogmios"), 1337, url)) is expected


def test_kupo_is_healthy_while_it_keeps_up_with_the_node(
    network: str, devnet: Devnet, healthy: Healthy
) -> None:
    command = at(check(network, "kupo"), 1442, devnet.kupo_url)
    devnet.fault("stale")
    try:
        devnet.advance(seconds=100)
        assert healthy(command)
        devnet.advance(seconds=60)
        assert not healthy(command)
    finally:
        devnet.fault("clear")
    devnet.advance(seconds=1)
    assert healthy(command)


TIP, CHECKPOINT = "kupo_most_recent_node_tip  9\n", "kupo_most_recent_checkpoint  9\n"
CONNECTED = "kupo_connection_status  1.0\n"


@pytest.mark.parametrize(
    "metrics",
    ["kupo_connection_status  0.0\n" + CHECKPOINT + TIP, CONNECTED, CONNECTED + TIP, ""],
    ids=["without a node", "nothing known yet", "nothing indexed yet", "nothing at all"],
)
def test_kupo_is_not_healthy_before_it_knows_where_it_stands(
    network: str, metrics: str, healthy: Healthy
) -> None:
    with answering(200, metrics) as url:
        assert not healthy(at(check(network, "kupo"), 1442, url))


@pytest.mark.parametrize("service", ["ogmios", "kupo"])
def test_nobody_there_is_not_healthy(network: str, service: str, healthy: Healthy) -> None:
    port = {"ogmios": 1337, "kupo": 1442}[service]
    assert not healthy(at(check(network, service), port, "http://127.0.0.1:9"))


@pytest.mark.parametrize(
    ("progress", "block", "expected"),
    [("100.00", 7, True), ("99.98", 7, False), (None, 7, False)],
    ids=["in sync", "behind", "no progress known"],
)
def test_the_node_is_healthy_when_its_tip_is_of_today(
    network: str, progress: str | None, block: int, expected: bool, tmp_path: Path
) -> None:
    program("jq")
    tip = {"block": block, "era": "Conway", "slot": 99, "hash": "00", "syncProgress": progress}
    cli = tmp_path / "cardano-cli"
    cli.write_text(f"#!/bin/sh\necho '{json.dumps(tip)}'\n")
    cli.chmod(cli.stat().st_mode | stat.S_IXUSR)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run(
        ["bash", "-c", check(network, "node")], env=environment, capture_output=True
    )
    assert (ran.returncode == 0) is expected


def test_a_node_that_cannot_be_asked_is_not_healthy(network: str, tmp_path: Path) -> None:
    program("jq")
    cli = tmp_path / "cardano-cli"
    cli.write_text("#!/bin/sh\necho 'no socket' >&2\nexit 1\n")
    cli.chmod(cli.stat().st_mode | stat.S_IXUSR)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run(
        ["bash", "-c", check(network, "node")], env=environment, capture_output=True
    )
    assert ran.returncode != 0
