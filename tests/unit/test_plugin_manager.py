"""Plugins are loaded one at a time, from real distributions, and picked by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from milestone_core.errors import Misconfigured
from milestone_core.plugin import BLOCK_VARIABLE, LOAD_VARIABLE, Plugin, PluginState
from milestone_core.plugin_manager import PluginManager
from milestone_core.providers import Surroundings

if TYPE_CHECKING:
    from tests.conftest import Install

HEAD = "from milestone_core.api import Provider, hookimpl\n"
POLICY = (
    HEAD
    + """
@hookimpl
def milestone_release_policy():
    return [Provider("odd", "odd days only", create=lambda settings, surroundings: "odd policy")]
"""
)
SQLITE = POLICY.replace("milestone_release_policy", "milestone_storage").replace(
    '"odd"', '"sqlite"'
)


def only(*names: str) -> dict[str, str]:
    """An environment without the plugins that this checkout happens to have installed."""
    return {LOAD_VARIABLE: ",".join(names) or "none"}


def find(manager: PluginManager, distribution: str) -> Plugin:
    [plugin] = [p for p in manager.plugins if p.distribution == distribution]
    return plugin


def test_what_is_built_in_comes_through_the_same_manager() -> None:
    manager = PluginManager.installed(only())
    assert [
        (p.name, p.distribution, p.state) for p in manager.plugins if p.state.value != "off"
    ] == [
        ("blueprint", "milestone-core", PluginState.LOADED),
        ("quorum-vesting", "milestone-core", PluginState.LOADED),
    ]
    assert manager.names("contract") == ("blueprint",)
    assert manager.names("policy") == ("quorum-vesting",)


def test_an_installed_distribution_offers_its_provider(install: Install) -> None:
    install("milestone-odd", "odd", POLICY)
    manager = PluginManager.installed(only("odd"))
    assert find(manager, "milestone-odd") == Plugin(
        "odd", "milestone-odd", "1.2.3", hooks=("milestone_release_policy",)
    )
    surroundings = Surroundings(Path("data"), "devnet", "test/1")
    assert manager.provider("policy", "odd").create(None, surroundings) == "odd policy"


BROKEN = {
    "import fails": ("import nothing_of_this_name", "ModuleNotFoundError: No module named"),
    "module exits": ("raise SystemExit('no licence')", "SystemExit: no licence"),
    "hook raises": (POLICY.replace("return [", "1 / 0; return ["), "ZeroDivisionError"),
    "unknown hook": (POLICY.replace("release_policy", "weather"), "unknown hook"),
    "unknown argument": (POLICY.replace("policy():", "policy(sun):"), "sun"),
    "no provider": (POLICY.replace("return [", 'return ["x"]; ['), "'x', which is no Provider"),
    "no command": (POLICY.replace("release_policy", "commands"), "no named Click command"),
    "reserved name": (POLICY.replace('"odd"', '"use"'), "'use' cannot be the name"),
    "settings that are no dataclass": (
        POLICY.replace("create=", "settings=dict, create="),
        "no dataclass",
    ),
}


@pytest.mark.parametrize(("source", "cause"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_recorded_and_takes_nothing_down(
    install: Install, source: str, cause: str
) -> None:
    install("milestone-odd", "odd", source)
    install("milestone-other", "other", POLICY.replace('"odd"', '"other"'))
    manager = PluginManager.installed(only("odd", "other"))
    [broken] = manager.broken
    assert broken.origin == "milestone-odd 1.2.3"
    assert cause in broken.cause
    assert manager.names("policy") == ("other", "quorum-vesting")


def test_asking_for_what_a_broken_plugin_offers_stops_with_its_cause(install: Install) -> None:
    install("milestone-odd", "odd", "import nothing_of_this_name")
    manager = PluginManager.installed(only("odd"))
    with pytest.raises(
        Misconfigured, match=r"milestone-odd 1\.2\.3.*nothing_of_this_name"
    ) as raised:
        manager.provider("policy", "odd")
    assert raised.value.details["entry_point"] == "odd"
    assert isinstance(raised.value.__cause__, ModuleNotFoundError)


def test_a_broken_plugin_of_ours_is_told_even_if_its_entry_point_has_another_name(
    install: Install,
) -> None:
    install("milestone-storage-sqlite", "files", "import nothing_of_this_name")
    manager = PluginManager.installed(only("files"))
    with pytest.raises(
        Misconfigured, match=r"milestone-storage-sqlite 1\.2\.3, whose plugin 'files'"
    ):
        manager.provider("storage", "sqlite")


def test_one_name_from_two_distributions_is_refused_naming_both(install: Install) -> None:
    install("milestone-odd", "odd", POLICY)
    install("milestone-odder", "odder", POLICY)
    manager = PluginManager.installed(only("odd", "odder"))
    with pytest.raises(Misconfigured, match=r"milestone-odd 1\.2\.3 and milestone-odder 1\.2\.3"):
        manager.provider("policy", "odd")
    assert manager.names("policy") == ("quorum-vesting",)
    assert len(manager.conflicts) == 1


def test_nobody_replaces_a_built_in_policy(install: Install) -> None:
    install("milestone-odd", "odd", POLICY.replace('"odd"', '"quorum-vesting"'))
    manager = PluginManager.installed(only("odd"))
    with pytest.raises(Misconfigured, match=r"milestone-core .* and milestone-odd 1\.2\.3"):
        manager.provider("policy", "quorum-vesting")


def test_the_same_name_for_two_ports_is_no_conflict(install: Install) -> None:
    install("milestone-odd", "odd", POLICY)
    install("milestone-odder", "odder", POLICY.replace("release_policy", "storage"))
    manager = PluginManager.installed(only("odd", "odder"))
    assert manager.conflicts == ()
    assert manager.names("storage") == ("odd",)


def test_an_unknown_name_lists_the_installed_ones() -> None:
    with pytest.raises(Misconfigured, match=r"no policy 'quorum'; installed: quorum-vesting"):
        PluginManager.installed(only()).provider("policy", "quorum")


@pytest.mark.parametrize(
    ("port", "name", "distribution"),
    [
        ("chain", "ogmios", "milestone-ogmios"),
        ("utxo", "kupo", "milestone-kupo"),
        ("storage", "sqlite", "milestone-storage-sqlite"),
        ("storage", "tinydb", "milestone-storage-tinydb"),
    ],
)
def test_a_provider_of_ours_that_is_missing_says_what_to_install(
    port: str, name: str, distribution: str
) -> None:
    with pytest.raises(Misconfigured, match=distribution) as raised:
        PluginManager().provider(port, name)
    assert raised.value.hint == f"pip install {distribution}"


def test_a_command_of_ours_that_is_missing_says_what_to_install() -> None:
    with pytest.raises(Misconfigured, match="milestone-devnet") as raised:
        PluginManager().command("devnet")
    assert raised.value.hint == "pip install milestone-devnet"


def test_the_environment_limits_what_is_loaded(install: Install) -> None:
    install("milestone-odd", "odd", POLICY)
    install("milestone-storage-sqlite", "sqlite", SQLITE)
    manager = PluginManager.installed(only("milestone-odd"))
    assert find(manager, "milestone-odd").state is PluginState.LOADED
    assert find(manager, "milestone-storage-sqlite").state is PluginState.OFF
    with pytest.raises(Misconfigured, match="switched off") as raised:
        manager.provider("storage", "sqlite")
    assert LOAD_VARIABLE in raised.value.hint


def test_a_blocked_plugin_is_not_even_imported(install: Install) -> None:
    install("milestone-odd", "odd", "raise SystemExit('imported')")
    manager = PluginManager.installed({BLOCK_VARIABLE: "odd"})
    assert find(manager, "milestone-odd").state is PluginState.OFF


def test_settings_become_tables_and_absent_plugins_keep_theirs(install: Install) -> None:
    install("milestone-storage-sqlite", "sqlite", SQLITE)
    install("milestone-odd", "odd", "import nothing_of_this_name")
    manager = PluginManager.installed(only("sqlite", "odd"))
    assert set(manager.tables()) == {"blueprint", "sqlite"}
    assert {"ogmios", "kupo", "tinydb", "odd"} <= manager.unloaded_tables()
    assert "sqlite" not in manager.unloaded_tables()
