"""The devnet's image, with its chain in a volume: ``MILESTONE_TEST_STACK=devnet``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from milestone_core.domain.chain import AssetId
from milestone_devnet.faucet import TOKEN
from milestone_devnet.testing import KUPO_PORT, OGMIOS_PORT, DevnetContainer

from .stack import Stack, free_port

IMAGE = os.environ.get("MILESTONE_DEVNET_IMAGE", "milestone-devnet:ci")


class DevnetStack(Stack):
    """One container that is both servers, with two blocks a second."""

    token = AssetId(TOKEN.policy, TOKEN.name)
    can_wait = True

    def __init__(self) -> None:
        ogmios, kupo = free_port(), free_port()
        self.ogmios_url, self.kupo_url = f"ws://127.0.0.1:{ogmios}", f"http://127.0.0.1:{kupo}"
        self.container = DevnetContainer(
            IMAGE, block_time=0.5, options=["--slot-length", "0.5", "--state", "/data/devnet.db"]
        )
        self.container.with_bind_ports(OGMIOS_PORT, ogmios).with_bind_ports(KUPO_PORT, kupo)

    def fund(self, address: str, *, lovelace: int | None = None, tokens: int = 0) -> Any:
        return self.container.fund(address, lovelace=lovelace, tokens=tokens)

    def restart(self) -> None:
        self.container.restart()

    @contextmanager
    def paused(self, service: str) -> Iterator[None]:  # noqa: ARG002
        # One process serves both: the other one is as silent.
        wrapped = self.container.get_wrapped_container()
        wrapped.pause()
        try:
            yield
        finally:
            wrapped.unpause()

    @contextmanager
    def lagging(self) -> Iterator[None]:
        self.container.fault("stale")
        self.container.advance(seconds=3600)
        try:
            yield
        finally:
            self.container.fault("clear")
