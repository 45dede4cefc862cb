"""The compose files, as read, and what was recorded of upstream's documentation."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"


@pytest.fixture(scope="session")
def upstream() -> dict[str, Any]:
    """Names of options and variables of each program, and where they were read."""
    recorded: dict[str, Any] = json.loads((Path(__file__).parent / "upstream.json").read_text())
    return recorded


@pytest.fixture(scope="session")
def maker() -> ModuleType:
    """``scripts/infra.py``, as a module."""
    spec = importlib.util.spec_from_file_location("infra_maker", ROOT / "scripts" / "infra.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up there.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def docker_compose() -> str:
    """The docker client, with the compose plugin of version 2."""
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("needs the docker client")
    version = subprocess.run([docker, "compose", "version", "--short"], capture_output=True)
    if version.returncode:
        pytest.skip("needs the compose plugin of docker (.ci/run installs it)")
    return docker


def program(name: str) -> str:
    """The path of a program that the images have too."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}")
    return found
