"""One devnet for all tests that do not stop it or wait for its blocks; a project for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from milestone_devnet.node import Devnet, Settings

from .claims import Claim
from .project import Person, Project, Row
from .station import Station


@pytest.fixture(scope="package", autouse=True)
def no_idle_blocks() -> Iterator[None]:
    """Blocks only for transactions, so that a slow machine does not make one more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("milestone_devnet.serving._HEARTBEAT_SECONDS", 3600.0)
        yield


@pytest.fixture(scope="package")
def devnet() -> Iterator[Devnet]:
    """A devnet that makes a block for every transaction. Its time only ever goes forward."""
    with Devnet(Settings(block_time=0)) as running:
        yield running


@pytest.fixture(scope="package")
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    """No configuration but the tests' own: neither of the user nor of the shell."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in [name for name in os.environ if name.startswith("MILESTONE_")]:
            patch.delenv(variable)
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config-home")))
        patch.setenv("NO_COLOR", "1")
        yield patch


@pytest.fixture
def project(
    tmp_path: Path,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Project:
    """A project of the test's own on the shared devnet."""
    return Project.begin(tmp_path, devnet)


@pytest.fixture
def owner(project: Project) -> Person:
    """Who has enough of everything; a module may have a poorer one."""
    return project.person("owner", ada=2000, tokens=1_000_000)


@pytest.fixture
def oracle(project: Project) -> Person:
    return project.person("oracle")


@pytest.fixture(scope="package")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    running = Station(tmp_path_factory.mktemp("devnet") / "state")
    yield running
    running.stop()


class Claims(Iterator[Claim]):
    """Claims without end, each with a beneficiary of its own; one vault has those of a batch."""

    def __init__(self, begin: Callable[[], list[Claim]]) -> None:
        self._begin = begin
        self._left: list[Claim] = []

    def have(self, count: int) -> None:
        """See that the next ``count`` claims are of one vault."""
        if len(self._left) < count:
            self._left = self._begin()

    def __next__(self) -> Claim:
        self.have(1)
        return self._left.pop(0)


@pytest.fixture(scope="package")
def claims(
    tmp_path_factory: pytest.TempPathFactory,
    station: Station,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Claims:
    """Claims in a project whose vault the tests share."""

    def begin() -> list[Claim]:
        project = Project.begin(tmp_path_factory.mktemp("project"), station.devnet)
        owner = project.person("owner", ada=300, tokens=10_000)
        payer, oracle = project.person("payer", ada=300), project.person("oracle")
        people = [project.person(f"one{number}").address for number in range(40)]
        rows = [Row(one, 100) for one in people]
        project.deploy("grants", owner=owner, oracles=[oracle], rows=rows)
        project.attest("grants", [oracle])
        project.pay("prove", "grants", "alpha", key=owner)
        return [Claim(project, owner, payer, one) for one in people]

    return Claims(begin)


@pytest.fixture
def claim(claims: Claims, tmp_path: Path, station: Station) -> Claim:
    """The next claim, in a copy of the project: with a journal of its own."""
    claims.have(8)  # the test may take more, for rivals at the same vault
    found = next(claims)
    return replace(found, project=found.project.copy(tmp_path / "project", station.devnet))
