"""The services in containers, once for all tests of this folder; ``make integration`` runs them.

``MILESTONE_TEST_STACK`` is ``devnet`` (the default: the repository's own image), ``real``
(cardano-node, Ogmios and Kupo on a private testnet, from a registry), or ``rehearsal`` (the same
with stand-ins for their images, for working on the suite where no registry is reached).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from milestone_devnet.node import Devnet
from tests.flow.project import Project

from .stack import Stack

KIND = os.environ.get("MILESTONE_TEST_STACK", "devnet")


@pytest.fixture(scope="session")
def docker() -> str:
    """The docker client, with an engine that answers."""
    found = shutil.which("docker")
    if found is None:
        pytest.skip("there is no docker here")
    ran = subprocess.run([found, "info"], capture_output=True, text=True)
    if ran.returncode:
        pytest.skip(f"no Docker engine answers: {ran.stderr.strip()}")
    return found


@pytest.fixture(scope="session")
def image(docker: str) -> str:
    """The devnet's image."""
    from .devnet_stack import IMAGE

    if subprocess.run([docker, "image", "inspect", IMAGE], capture_output=True).returncode:
        pytest.skip(f"there is no image {IMAGE}; scripts/devnet_image.sh builds it")
    return IMAGE


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The services, running and in sync."""
    if KIND == "devnet":
        return _devnet(request)
    if KIND in ("real", "rehearsal"):
        return _real(request, tmp_path_factory.mktemp("real"))
    raise pytest.UsageError(f"MILESTONE_TEST_STACK is devnet, real or rehearsal, not {KIND!r}")


def _devnet(request: pytest.FixtureRequest) -> Stack:
    request.getfixturevalue("image")
    from .devnet_stack import DevnetStack

    made = DevnetStack()
    request.addfinalizer(made.container.stop)
    made.container.start()
    return made


def _real(request: pytest.FixtureRequest, folder: Path) -> Stack:
    request.getfixturevalue("docker")
    from .real_stack import RealStack

    made = RealStack(folder, *([] if KIND == "real" else [request.getfixturevalue("standins")]))
    request.addfinalizer(made.stop)
    made.start()
    return made


@pytest.fixture(scope="session")
def standins(docker: str, image: str) -> Path:
    """The compose file that puts stand-ins in place of upstream's images, and these."""
    if subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("needs the compose plugin of docker")
    folder = Path(__file__).parent / "standins"
    tag = ("--quiet", "--tag", "milestone-standins:ci")
    build = [docker, "build", *tag, "--build-arg", f"BASE={image}", str(folder)]
    subprocess.run(build, check=True, capture_output=True)
    return folder / "compose.yaml"


@pytest.fixture(scope="session", autouse=True)
def plain_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No configuration but the tests' own, and no cleaner container: its image is in a registry."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in [name for name in os.environ if name.startswith("MILESTONE_")]:
            patch.delenv(variable)
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config-home")))
        patch.setenv("NO_COLOR", "1")
        patch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
        yield


@pytest.fixture
def project(tmp_path: Path, stack: Stack) -> Project:
    """A project of the test's own on the services."""
    return project_on(stack, tmp_path)


def project_on(stack: Stack, folder: Path, ogmios_url: str | None = None) -> Project:
    """A project in ``folder``; through a relay, if one is named."""
    # What it needs of a devnet a stack has too.
    made = Project(folder, cast("Devnet", stack))
    urls = ("--ogmios", ogmios_url or stack.ogmios_url, "--kupo", stack.kupo_url)
    made("init", ".", "--network", "devnet", *urls)
    return made
