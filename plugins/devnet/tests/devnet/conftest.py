"""One devnet for the whole module, with a block at once for each transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from milestone_devnet.node import Devnet, Settings

from .clients import Kupo, Ogmios


@pytest.fixture(scope="module")
def devnet() -> Iterator[Devnet]:
    with Devnet(Settings(block_time=0)) as devnet:
        yield devnet


@pytest.fixture
def ogmios(devnet: Devnet) -> Iterator[Ogmios]:
    with Ogmios(devnet.ogmios_url) as ogmios:
        yield ogmios


@pytest.fixture
def kupo(devnet: Devnet) -> Kupo:
    return Kupo(devnet.kupo_url)


@pytest.fixture
def slow_devnet() -> Iterator[Devnet]:
    """A devnet that makes no block on its own while a test lasts, except when time is advanced."""
    with Devnet(Settings(block_time=3600)) as devnet:
        yield devnet
