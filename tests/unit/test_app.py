"""Configuration and plugins become ports, each when it is first asked for."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from milestone_core.app import App
from milestone_core.config import Flags
from milestone_core.domain.schedule import PolicyChoice
from milestone_core.errors import BadInput, Misconfigured
from milestone_core.policies import QuorumVesting
from milestone_core.services.context import Context

if TYPE_CHECKING:
    from tests.conftest import Install

PLUGIN = """
from dataclasses import dataclass
from pathlib import Path
from milestone_core.api import CorruptStore, Provider, hookimpl

opened, closed = [], []

@dataclass(frozen=True)
class Settings:
    label: str = "plain"

class Thing:
    def __init__(self, settings, surroundings):
        self.settings, self.surroundings = settings, surroundings
        opened.append(self)

    def read(self, collection, key):
        return None

    def scan(self, collection):
        return []

    def location(self):
        return self.settings.label

    def close(self):
        closed.append(self)

def open_store(settings, surroundings):
    file = surroundings.data_dir / "things"
    if file.exists() and file.read_text() != "fine":
        raise CorruptStore(file, "it is gibberish")
    file.write_text("fine")
    return Thing(settings, surroundings)

@hookimpl
def milestone_chain_query():
    return [Provider("thing", "", create=Thing, settings=Settings)]

@hookimpl
def milestone_storage():
    return [Provider("thing", "", create=open_store, settings=Settings)]

@hookimpl
def milestone_release_policy():
    return [Provider("thing", "", create=Thing, settings=Settings)]
"""


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def app(install: Install, tmp_path: Path, warnings: list[str]) -> App:
    install("milestone-thing", "thing", PLUGIN)
    (tmp_path / "data").mkdir()
    environ = {
        "MILESTONE_LOAD_PLUGINS": "thing",
        "XDG_CONFIG_HOME": str(tmp_path / "none"),
        "MILESTONE_THING_LABEL": "labelled",
    }
    flags = Flags(use={"chain": "thing", "storage": "thing"})
    return App(environ, tmp_path, tell=warnings.append, warn=warnings.append, flags=flags)


def module() -> Any:
    """The plugin's own module, which exists only while a test has it installed."""
    return importlib.import_module("plugin_of_milestone_thing")


def test_the_app_is_what_services_work_with(app: App) -> None:
    context: Context = app
    assert context.network == "devnet"
    assert context.network_id == 0
    assert context.now() > 1_700_000_000_000


def test_a_port_is_made_once_with_its_settings_and_surroundings(app: App, tmp_path: Path) -> None:
    assert app.plugins.names("chain") == ("thing",)
    assert module().opened == []
    chain: Any = app.chain
    assert chain.settings.label == "labelled"
    assert chain.surroundings.data_dir == tmp_path / "data"
    assert chain.surroundings.network == "devnet"
    assert chain.surroundings.user_agent.startswith("milestone/")
    assert app.chain is chain
    assert module().opened == [chain]


def test_closing_lets_go_of_what_was_made_and_of_nothing_else(app: App) -> None:
    with app:
        chain = app.chain
    assert module().closed == [chain]


def test_a_corrupt_store_is_kept_aside_and_a_new_one_opened(
    app: App, tmp_path: Path, warnings: list[str]
) -> None:
    data = tmp_path / "data"
    (data / "things").write_text("gibberish")
    (data / "things-wal").write_text("more of it")
    assert app.storage.location() == "labelled"
    assert app.rebuilt
    assert (data / "things").read_text() == "fine"
    assert not (data / "things-wal").exists()
    [kept] = data.glob("things.corrupt-*Z")
    assert kept.read_text() == "gibberish"
    assert (data / f"{kept.name}-wal").read_text() == "more of it"
    [warning] = warnings
    assert str(kept) in warning
    assert "gibberish" in warning


def test_a_policy_is_made_from_the_schedule_s_settings(app: App) -> None:
    mine: Any = app.policy(PolicyChoice("thing", {"label": "mine"}))
    plain: Any = app.policy(PolicyChoice("thing"))
    assert (mine.settings.label, plain.settings.label) == ("mine", "plain")
    assert isinstance(app.policy(PolicyChoice("quorum-vesting")), QuorumVesting)


def test_a_policy_s_settings_are_checked(app: App) -> None:
    with pytest.raises(BadInput, match="'thing': label: it must be text"):
        app.policy(PolicyChoice("thing", {"label": 1}))
    with pytest.raises(BadInput, match="unknown setting 'label'; known: none"):
        app.policy(PolicyChoice("quorum-vesting", {"label": 1}))


def test_a_policy_that_is_not_installed_is_refused(app: App) -> None:
    with pytest.raises(Misconfigured, match="no policy 'odd'; installed: quorum-vesting, thing"):
        app.policy(PolicyChoice("odd"))


def test_broken_plugins_and_conflicts_are_warned_about_once(
    install: Install, app: App, warnings: list[str]
) -> None:
    install("milestone-broken", "thing", "import nothing_of_this_name")
    install("milestone-copy", "thing", PLUGIN)
    assert app.plugins is app.plugins
    assert [w for w in warnings if "milestone-broken 1.2.3" in w and "nothing_of_this" in w]
    assert [w for w in warnings if "milestone-copy 1.2.3 and milestone-thing 1.2.3" in w]
