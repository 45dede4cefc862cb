"""Run ``milestone`` in this process, in an empty folder, with a clean environment."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from milestone_core.cli.main import run


@dataclass(frozen=True)
class Result:
    """What a command line did."""

    exit: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def error(self) -> dict[str, Any]:
        """The error object, the last line on stderr."""
        error: dict[str, Any] = json.loads(self.err.splitlines()[-1])["error"]
        return error


Milestone = Callable[..., Result]


@pytest.fixture
def milestone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    clean_environment: None,  # noqa: ARG001
) -> Milestone:
    """``milestone("plugins", "--json")`` runs it and answers a :class:`Result`."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)

    def run_it(*arguments: str) -> Result:
        capsys.readouterr()
        code = run(arguments)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run_it
