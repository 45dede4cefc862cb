"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

Install = Callable[[str, str, str], None]
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def contract_builder() -> ModuleType:
    """``scripts/build_contracts.py``, as a module."""
    path = ROOT / "scripts" / "build_contracts.py"
    spec = importlib.util.spec_from_file_location("build_contracts", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def aiken(contract_builder: ModuleType) -> str:
    """The Aiken compiler."""
    try:
        return str(contract_builder.find_compiler(os.environ))
    except SystemExit:
        pytest.skip("needs the Aiken compiler")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a real distribution with one plugin: metadata, entry point and module.

    ``install("milestone-odd", "odd", source)`` makes ``source`` the module of the entry point
    ``odd`` in the distribution ``milestone-odd``, version 1.2.3.
    """
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)

    def install_one(distribution: str, entry_point: str, source: str) -> None:
        module = f"plugin_of_{distribution.replace('-', '_')}"
        (site / f"{module}.py").write_text(source)
        info = site / f"{distribution.replace('-', '_')}-1.2.3.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2.3\n"
        )
        (info / "entry_points.txt").write_text(f"[milestone.plugins]\n{entry_point} = {module}\n")

    yield install_one
    for module in set(sys.modules) - before:
        if module.startswith("plugin_of_"):
            del sys.modules[module]


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration but the test's own: neither of the user nor of the shell."""
    for variable in [name for name in os.environ if name.startswith("MILESTONE_")]:
        monkeypatch.delenv(variable)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config-home"))
