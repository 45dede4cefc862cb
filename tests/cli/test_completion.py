"""Shells complete commands and options: bash in earnest, the others by what they ask."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Milestone

ASK = """
eval "$(milestone completion bash)"
COMP_WORDS=({words}) COMP_CWORD={place}
compopt() {{ :; }}
_milestone_completion milestone
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def bash(*words: str) -> list[str]:
    """What bash offers for the last of the words."""
    programs = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}
    script = ASK.format(words=" ".join(repr(word) for word in words), place=len(words) - 1)
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("milestone", "rel"), ["release"]),
        (("milestone", "oracle", "s"), ["sign"]),
        (("milestone", "init", "--network", "pre"), ["preview", "preprod"]),
        (("milestone", "status", "--off"), ["--offline"]),
    ],
    ids=" ".join,
)
def test_bash_completes(words: tuple[str, ...], offered: list[str]) -> None:
    assert bash(*words) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_shell_that_asks_is_answered(
    milestone: Milestone, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    script = milestone("completion", shell).out
    assert f"_MILESTONE_COMPLETE={shell}_complete" in script
    monkeypatch.setenv("_MILESTONE_COMPLETE", f"{shell}_complete")
    incomplete = "rel" if shell == "fish" else "1"
    monkeypatch.setenv("COMP_WORDS", "milestone rel")
    monkeypatch.setenv("COMP_CWORD", incomplete)
    answer = milestone()
    assert answer.exit == 0
    assert "release" in answer.out
    assert "register" not in answer.out


@pytest.mark.parametrize(
    ("asked", "words"),
    [("bash_complete", "milestone 'rel"), ("nonsense", "milestone rel"), ("bash_complete", None)],
)
def test_whatever_a_shell_asks_nothing_is_complained_about(
    milestone: Milestone, monkeypatch: pytest.MonkeyPatch, asked: str, words: str | None
) -> None:
    monkeypatch.setenv("_MILESTONE_COMPLETE", asked)
    if words is not None:
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", "1")
    answer = milestone()
    assert (answer.exit, answer.err) == (0, "")


def test_an_unknown_shell_is_refused_with_those_that_are_known(milestone: Milestone) -> None:
    refused = milestone("completion", "powershell")
    assert refused.exit == 2
    assert "'bash', 'zsh', 'fish'" in refused.err
