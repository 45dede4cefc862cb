"""A fresh virtual environment with the core in it, and no index asked.

The project is built and installed as a user would get it, from its wheel. Its dependencies are
those of the running environment, linked one by one, without the project's own distributions.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Environment:
    """A virtual environment, in ``folder``."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def install(self, wheel: Path) -> None:
        command: list[str | Path] = [sys.executable, "-m", "pip", "--python", self.python]
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "install", *quiet, "--no-deps", "--no-index", wheel], check=True)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run something in the environment's ``bin``, outside the checkout."""
        program, *arguments = command
        return subprocess.run(
            [self.folder / "bin" / program, *arguments],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "XDG_CONFIG_HOME": str(self.folder / "config-home")},
            capture_output=True,
            text=True,
            check=False,
        )


def build_wheel(project: Path, into: Path) -> Path:
    """The wheel of a project, without an index: the build backend is installed here."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", into, project],
        check=True,
        capture_output=True,
    )
    [wheel] = into.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def core_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("core-wheel"))


@pytest.fixture(scope="session")
def core_alone(core_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the core and its dependencies, and no plugin."""
    environment = Environment(tmp_path_factory.mktemp("core-alone") / "venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment.folder], check=True)
    home = {"base": str(environment.folder), "platbase": str(environment.folder)}
    site = Path(sysconfig.get_path("purelib", vars=home))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "milestone" not in entry.name and not (site / entry.name).exists():
            (site / entry.name).symlink_to(entry)
    environment.install(core_wheel)
    return environment
