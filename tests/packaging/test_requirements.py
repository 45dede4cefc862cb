"""What is pinned is what the distributions ask for, with hashes and from nowhere in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]


def project(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(path.read_text())["project"]
    return table


OURS = {canonicalize_name(project(path)["name"]) for path in PROJECTS}


def asked_for(kind: str) -> set[str]:
    """The names in requirements/KIND.in."""
    lines = (ROOT / "requirements" / f"{kind}.in").read_text().splitlines()
    return {
        canonicalize_name(Requirement(line).name) for line in lines if line and line[0] not in "#-"
    }


def pins(kind: str) -> dict[str, str]:
    """What requirements/KIND.txt says, by name: the version and everything after it."""
    text = re.sub(r"#.*", "", (ROOT / "requirements" / f"{kind}.txt").read_text())
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    named = (entry.partition("==") for entry in entries if entry.strip())
    return {canonicalize_name(name): rest for name, _, rest in named}


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.parent.name)
def test_every_dependency_is_pinned_within_its_bounds(path: Path) -> None:
    pinned = pins("runtime")
    for text in project(path)["dependencies"]:
        wanted = Requirement(text)
        name = canonicalize_name(wanted.name)
        if name not in OURS:
            assert name in pinned, f"add {text} to requirements/runtime.in"
            assert wanted.specifier.contains(pinned[name].split()[0]), f"{text}: run make lock"


@pytest.mark.parametrize("kind", ["runtime", "dev"])
def test_every_pin_has_hashes_and_names_no_registry(kind: str) -> None:
    pinned = pins(kind)
    assert pinned.keys() >= asked_for(kind)
    for name, rest in pinned.items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", rest), name
        assert not re.search(r"://|--(extra-)?index-url|--find-links|file:", rest), name


def test_the_tests_run_with_what_the_program_runs_with() -> None:
    runtime, dev = pins("runtime"), pins("dev")
    version = {name: rest.split()[0] for name, rest in dev.items()}
    assert {name: version[name] for name in runtime} == {
        name: rest.split()[0] for name, rest in runtime.items()
    }
