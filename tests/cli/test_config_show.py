"""``milestone config show``: each value, where it came from, and no secret."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Milestone
    from tests.conftest import Install

STORE = """
from dataclasses import dataclass, field
from milestone_core.api import Provider, hookimpl

@dataclass(frozen=True)
class Settings:
    api_key: str = ""
    database: str = ""

@hookimpl
def milestone_storage():
    yield Provider("vault", "A store with a password", create=lambda *_: None, settings=Settings)
"""


def test_every_value_names_its_source(
    milestone: Milestone, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("milestone.toml").write_text('network = "preprod"\n[kupo]\ntimeout = 7\n')
    monkeypatch.setenv("MILESTONE_OGMIOS_URL", "ws://node.example:1337")
    found = milestone("--use", "storage=tinydb", "config", "show", "--json").document
    values = found["values"]
    project = str(Path("milestone.toml").absolute())
    assert found["project"] == project
    assert values["network"] == {"value": "preprod", "source": project}
    assert values["kupo.timeout"] == {"value": 7, "source": project}
    assert values["ogmios.url"] == {
        "value": "ws://node.example:1337",
        "source": "MILESTONE_OGMIOS_URL",
    }
    assert values["use.storage"] == {"value": "tinydb", "source": "--use storage"}
    assert values["use.chain"] == {"value": "ogmios", "source": "default"}
    assert values["data_dir"]["source"] == "default"


def test_people_see_the_same_as_a_table(milestone: Milestone) -> None:
    out = milestone("config", "show").out
    assert "none was found; begin a project with: milestone init" in out
    assert [line.split() for line in out.splitlines() if line.startswith("network ")] == [
        ["network", "devnet", "default"]
    ]


def test_no_secret_is_shown(
    milestone: Milestone, monkeypatch: pytest.MonkeyPatch, install: Install
) -> None:
    install("milestone-vault", "vault", STORE)
    monkeypatch.setenv("MILESTONE_VAULT_API_KEY", "hunter2")
    monkeypatch.setenv("MILESTONE_VAULT_DATABASE", "postgres://me:hunter2@db.example/grants")
    monkeypatch.setenv("MILESTONE_KUPO_URL", "https://kupo.example/v1?dmtr=hunter2")
    for result in (milestone("config", "show"), milestone("config", "show", "--json")):
        assert "hunter2" not in result.out + result.err
        assert "db.example/grants" in result.out
        assert "https://kupo.example/v1?" in result.out
    values = milestone("config", "show", "--json").document["values"]
    assert values["vault.api_key"] == {"value": "(hidden)", "source": "MILESTONE_VAULT_API_KEY"}
