"""One devnet for the whole module, with a block at once for each transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ogmios_answers import watching_answers

from milestone_devnet.node import Devnet, Settings
from milestone_devnet.ogmios.versions import Version

from .clients import Kupo, Ogmios


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The tests of Ogmios run against every version of it."""
    name = metafunc.module.__name__.rpartition(".")[2]
    if not name.startswith(("test_ogmios", "test_mempool")):
        return
    if "devnet" in metafunc.fixturenames:
        metafunc.parametrize("devnet", Version, indirect=True, scope="module", ids=_version_id)
    if "slow_devnet" in metafunc.fixturenames:
        metafunc.parametrize("slow_devnet", Version, indirect=True, ids=_version_id)


def _version_id(version: Version) -> str:
    return version.full


def _version(request: pytest.FixtureRequest) -> Version:
    version: Version = getattr(request, "param", Version.V7_0)
    return version


@pytest.fixture(scope="module")
def devnet(request: pytest.FixtureRequest) -> Iterator[Devnet]:
    with Devnet(Settings(block_time=0, ogmios_version=_version(request))) as devnet:
        yield devnet


@pytest.fixture
def ogmios(devnet: Devnet) -> Iterator[Ogmios]:
    with Ogmios(devnet.ogmios_url) as ogmios:
        yield ogmios


@pytest.fixture
def kupo(devnet: Devnet) -> Kupo:
    return Kupo(devnet.kupo_url)


@pytest.fixture
def slow_devnet(request: pytest.FixtureRequest) -> Iterator[Devnet]:
    """A devnet that makes no block on its own while a test lasts, except when time is advanced."""
    with Devnet(Settings(block_time=3600, ogmios_version=_version(request))) as devnet:
        yield devnet


@pytest.fixture(autouse=True)
def every_answer_fits_the_schema() -> Iterator[None]:
    """Also those that only Milestone's own clients, the faucet or a fuzz see."""
    with watching_answers() as problems:
        yield
    assert not problems, "\n".join(problems)
