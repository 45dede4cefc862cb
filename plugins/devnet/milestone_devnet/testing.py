"""The devnet as a container, for tests: ``pip install 'milestone-devnet[testing]'``.

It is a container of testcontainers, of the image that ``plugins/devnet/Dockerfile`` makes. Ogmios
and Kupo are published on free ports of this machine; what commands the devnet is run inside the
container, so that nobody else can reach it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import (
    CompositeWaitStrategy,
    ExecWaitStrategy,
    HttpWaitStrategy,
)

from milestone_devnet.amounts import ada_text
from milestone_devnet.control.client import Funding, Now

__all__ = ["IMAGE", "DevnetContainer", "DevnetFailed", "Funding", "Now"]

IMAGE = "milestone-devnet:latest"
OGMIOS_PORT, KUPO_PORT = 1337, 1442
_STARTUP_SECONDS = 60


class DevnetFailed(RuntimeError):
    """The devnet in the container refused a command; what it said."""


class DevnetContainer(DockerContainer):
    """A devnet in a container of its own; a context manager, as every container of testcontainers.

    :param image: an image built with ``plugins/devnet/Dockerfile``.
    :param block_time: seconds between blocks; 0 makes a block at once for every transaction.
    :param options: more options of ``milestone devnet run``.
    :param kwargs: what :class:`DockerContainer` takes.
    """

    def __init__(
        self,
        image: str = IMAGE,
        *,
        block_time: float = 0,
        options: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(image, **kwargs)
        self.with_command(["--block-time", str(block_time), *options])
        self.with_exposed_ports(OGMIOS_PORT, KUPO_PORT)
        self._ready = CompositeWaitStrategy(
            HttpWaitStrategy(OGMIOS_PORT, "/health"),
            ExecWaitStrategy(["milestone", "devnet", "status"]),
        ).with_startup_timeout(_STARTUP_SECONDS)
        self.waiting_for(self._ready)

    @property
    def ogmios_url(self) -> str:
        """Where Ogmios answers, ``ws://HOST:PORT``; for HTTP put ``http`` in place of ``ws``."""
        return f"ws://{self._published(OGMIOS_PORT)}"

    @property
    def kupo_url(self) -> str:
        """Where Kupo answers, ``http://HOST:PORT``."""
        return f"http://{self._published(KUPO_PORT)}"

    def fund(self, address: str, *, lovelace: int | None = None, tokens: int = 0) -> Funding:
        """Pay from the faucet, and return when the payment is in a block.

        :param lovelace: None for the least that the tokens need.
        :param tokens: base units of the test token.
        :raises DevnetFailed: nothing was asked for, or the address is none of this network.
        """
        words = ["fund", address]
        if lovelace is not None:
            words += ["--ada", ada_text(lovelace)]
        if tokens:
            words += ["--token", str(tokens)]
        answer = self.devnet(*words)
        numbers = {name: int(answer[name]) for name in ("lovelace", "tokens")}
        return Funding(**{field.name: answer[field.name] for field in fields(Funding)} | numbers)

    def advance(self, *, seconds: int) -> Now:
        """Let time jump forward, and make a block there."""
        return self._now("advance", "--seconds", str(seconds))

    def rollback(self, blocks: int, *, keep: bool = False) -> Now:
        """Undo the newest blocks; with ``keep`` their transactions are pending again."""
        return self._now("rollback", str(blocks), *(["--keep"] if keep else []))

    def fault(self, kind: str, **details: object) -> dict[str, Any]:
        """Let something go wrong, as ``milestone devnet fault`` does; tells what is in force.

        :param details: ``server``, ``times``, ``seconds``, ``blocks``.
        """
        options = [word for name, value in details.items() for word in (f"--{name}", str(value))]
        faults: dict[str, Any] = self.devnet("fault", kind, *options)["faults"]
        return faults

    def restart(self) -> None:
        """Stop the devnet and start it again; with ``--state /data/devnet.db`` on the same chain.

        Where Docker chose the ports it may choose others: ask for the URLs anew.
        """
        self.get_wrapped_container().restart()
        self._ready.wait_until_ready(self)

    def devnet(self, *words: str) -> dict[str, Any]:
        """Run ``milestone devnet WORDS --json`` in the container, and take its answer.

        :raises DevnetFailed: it did not do it.
        """
        command = ["milestone", "devnet", *words, "--json"]
        ran = self.get_wrapped_container().exec_run(command, demux=True)
        out, err = (stream or b"" for stream in ran.output)
        if ran.exit_code:
            raise DevnetFailed(f"milestone devnet {' '.join(words)}: {_why(err)}")
        answer: dict[str, Any] = json.loads(out)
        return answer

    def _now(self, *words: str) -> Now:
        answer = self.devnet(*words)
        return Now(**{field.name: answer[field.name] for field in fields(Now)})

    def _published(self, port: int) -> str:
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(port)}"


def _why(err: bytes) -> str:
    """The message of the error object, which is the last line; else all that was said."""
    text = err.decode(errors="replace").strip()
    try:
        error = json.loads(text.splitlines()[-1])["error"]
        return f"{error['message']} ({error['hint']})" if error.get("hint") else error["message"]
    except (ValueError, LookupError, TypeError):
        return text
