"""``milestone plugins`` shows what is installed, broken or switched off."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Milestone
    from tests.conftest import Install

ODD = """
from milestone_core.api import Provider, hookimpl

@hookimpl
def milestone_release_policy():
    return [Provider("odd", "odd days only", create=print)]
"""


def find(document: dict[str, Any], name: str) -> dict[str, Any]:
    plugin: dict[str, Any]
    [plugin] = [p for p in document["plugins"] if p["name"] == name]
    return plugin


def test_each_plugin_is_listed_with_where_it_comes_from_and_what_it_hooks(
    milestone: Milestone, install: Install
) -> None:
    install("milestone-odd", "odd", ODD)
    document = milestone("plugins", "--json").document
    assert document["schema"] == 1
    assert find(document, "odd") == {
        "name": "odd",
        "distribution": "milestone-odd",
        "version": "1.2.3",
        "state": "loaded",
        "hooks": ["milestone_release_policy"],
        "cause": "",
    }
    assert find(document, "quorum-vesting")["distribution"] == "milestone-core"


def test_a_broken_plugin_is_listed_with_its_cause(milestone: Milestone, install: Install) -> None:
    install("milestone-odd", "odd", "1 / 0")
    broken = find(milestone("plugins", "--json").document, "odd")
    assert broken["state"] == "broken"
    assert broken["cause"] == "ZeroDivisionError: division by zero"
    [line] = [line for line in milestone("plugins").out.splitlines() if line.startswith("odd ")]
    assert line.split()[:4] == ["odd", "milestone-odd", "1.2.3", "broken"]
    assert line.endswith("ZeroDivisionError: division by zero")


def test_a_plugin_that_is_switched_off_is_listed_as_off(
    milestone: Milestone, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("milestone-odd", "odd", "1 / 0")
    monkeypatch.setenv("MILESTONE_BLOCK_PLUGINS", "odd")
    assert find(milestone("plugins", "--json").document, "odd")["state"] == "off"


def test_names_that_two_plugins_offer_are_told(milestone: Milestone, install: Install) -> None:
    install("milestone-odd", "odd", ODD)
    install("milestone-odder", "odder", ODD)
    [conflict] = milestone("plugins", "--json").document["conflicts"]
    assert "milestone-odd 1.2.3 and milestone-odder 1.2.3" in conflict


@pytest.mark.parametrize("arguments", [["plugins"], ["plugins", "list"]])
def test_list_is_what_plugins_does(milestone: Milestone, arguments: list[str]) -> None:
    result = milestone(*arguments)
    assert result.exit == 0
    assert result.out.startswith("NAME ")


def test_it_works_whatever_the_project_file_says(milestone: Milestone, tmp_path: Path) -> None:
    (tmp_path / "project" / "milestone.toml").write_text("nonsense")
    assert milestone("plugins").exit == 0
