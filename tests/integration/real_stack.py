"""cardano-node, Ogmios and Kupo on a private testnet: ``MILESTONE_TEST_STACK=real``.

It is ``infra/private``, which a user would start; only the ports and the project's name are others.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import yaml
from testcontainers.compose import DockerCompose

from milestone_core.services.checks import MAX_LAG_SLOTS

from .faucet import Faucet
from .stack import Stack, free_port

PRIVATE = Path(__file__).parents[2] / "infra" / "private"
FAUCET_KEY = "/testnet/utxo-keys/utxo1/utxo.skey"
_SERVICES = ("node", "ogmios", "kupo")


class RealStack(Stack):
    """Upstream's images, started with compose. Its time is everybody's."""

    can_wait = False

    def __init__(self, folder: Path, *more: Path) -> None:
        """Nothing is started yet.

        :param folder: for the variables and the faucet's key.
        :param more: compose files that override something.
        """
        self.folder = folder
        ogmios, kupo = free_port(), free_port()
        self.ogmios_url, self.kupo_url = f"ws://127.0.0.1:{ogmios}", f"http://127.0.0.1:{kupo}"
        variables = folder / "variables.env"
        variables.write_text(
            f"COMPOSE_PROJECT_NAME=milestone-test-{os.getpid()}\n"
            f"OGMIOS_PORT={ogmios}\nKUPO_PORT={kupo}\n"
        )
        self.compose = DockerCompose(
            PRIVATE,
            compose_file_name=["compose.yaml", *map(str, more)],
            env_file=str(variables),
            wait=True,
        )

    def start(self) -> None:
        """Make the testnet, start everything, and wait until all of it is in sync.

        The faucet's key never leaves this machine; it is of a network that dies with the tests.
        """
        self.compose.start()
        key, _, _ = self.compose.exec_in_container(["cat", FAUCET_KEY], "node")
        file = self.folder / "faucet.skey"
        file.touch(mode=0o600)
        file.write_text(key)
        self._faucet = Faucet(self.ogmios_url, file)
        self.token = self._faucet.token

    def stop(self) -> None:
        """Stop everything, and forget the network."""
        self.compose.stop(down=True)

    def fund(self, address: str, *, lovelace: int | None = None, tokens: int = 0) -> Any:
        paid = self._faucet.pay(address, lovelace=lovelace, tokens=tokens)
        self._wait_for_index(paid.transaction)
        return paid

    def restart(self) -> None:
        self._do("restart", *_SERVICES)
        self._do("up", "--wait")

    @contextmanager
    def paused(self, service: str) -> Iterator[None]:
        self._do("pause", service)
        try:
            yield
        finally:
            self._do("unpause", service)
            self._wait_until_healthy()

    @contextmanager
    def lagging(self) -> Iterator[None]:
        """Kupo indexes no further than now (``--until``), while the chain goes on: two minutes."""
        held = self._tip()
        kupo = yaml.safe_load((PRIVATE / "compose.yaml").read_text())["services"]["kupo"]
        override = self.folder / "until.yaml"
        command = [*kupo["command"], f"--until={held}"]
        override.write_text(yaml.safe_dump({"services": {"kupo": {"command": command}}}))
        self._do("--file", str(override), "up", "--detach", "--no-deps", "kupo")
        try:
            end = time.monotonic() + 3 * MAX_LAG_SLOTS
            while self._behind() <= MAX_LAG_SLOTS:
                assert time.monotonic() < end, "Kupo does not fall behind"
                time.sleep(1)
            yield
        finally:
            self._do("up", "--wait")

    def _wait_until_healthy(self) -> None:
        """Checks have failed meanwhile, and for one that is unhealthy ``up --wait`` gives up."""
        end = time.monotonic() + 120
        while True:
            health = {c.Service: c.Health for c in self.compose.get_containers()}
            if all(health.get(service) == "healthy" for service in _SERVICES):
                return
            assert time.monotonic() < end, f"not in sync again: {health}"
            time.sleep(1)

    def _tip(self) -> int:
        request = {"jsonrpc": "2.0", "method": "queryNetwork/tip"}
        url = self.ogmios_url.replace("ws", "http", 1)
        slot: int = requests.post(url, json=request, timeout=10).json()["result"]["slot"]
        return slot

    def _behind(self) -> int:
        """How many slots Kupo is behind the node's tip; 0 while it starts."""
        try:
            asked = {"Accept": "application/json"}
            health = requests.get(f"{self.kupo_url}/health", headers=asked, timeout=10).json()
        except requests.RequestException:
            return 0
        checkpoint: int = health["most_recent_checkpoint"] or 0
        return self._tip() - checkpoint

    def _wait_for_index(self, transaction: str) -> None:
        end = time.monotonic() + 60
        while not requests.get(f"{self.kupo_url}/matches/*@{transaction}", timeout=10).json():
            assert time.monotonic() < end, f"Kupo does not know {transaction}"
            time.sleep(0.2)

    def _do(self, *words: str) -> None:
        command = [*self.compose.docker_compose_command(), *words]
        ran = subprocess.run(command, cwd=PRIVATE, capture_output=True, text=True, timeout=300)
        assert ran.returncode == 0, f"{' '.join(command)}: {ran.stderr}"
