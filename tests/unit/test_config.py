"""Each value comes from the strongest source that has it, and remembers which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from milestone_core.config import Config, Flags, load_config, new_project_text, write_new
from milestone_core.errors import BadInput, Misconfigured
from milestone_core.networks import NETWORKS, Network
from milestone_core.providers import Provider
from milestone_core.settings import settings_of


@dataclass(frozen=True)
class Ogmios:
    url: str = "ws://localhost:1337"
    timeout: int = 30

    def __post_init__(self) -> None:
        if self.timeout < 1:
            raise ValueError(f"a timeout of {self.timeout} seconds")


@dataclass(frozen=True)
class Sqlite:
    file: Path | None = None


OGMIOS = Provider("ogmios", "", create=lambda *_: None, settings=Ogmios)
SQLITE = Provider("sqlite", "", create=lambda *_: None, settings=Sqlite)
TABLES = {"ogmios": settings_of(Ogmios), "sqlite": settings_of(Sqlite)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "milestone.toml"
    path.write_text(text)
    return path


class Load(Protocol):
    def __call__(self, cwd: Path = ..., flags: Flags | None = None, **environ: str) -> Config: ...


@pytest.fixture
def load(tmp_path: Path, project: Path) -> Load:
    """Load in the project folder, with a configuration home of its own."""

    def load_in(cwd: Path = project, flags: Flags | None = None, **environ: str) -> Config:
        environ.setdefault("XDG_CONFIG_HOME", str(tmp_path / "config-home"))
        return load_config(flags or Flags(), environ, cwd, TABLES, {"kupo"})

    return load_in


def write_user_file(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "config-home" / "milestone"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)


def test_with_nothing_set_the_defaults_hold(load: Load, project: Path) -> None:
    config = load()
    assert config.network.name == "devnet"
    assert config.data_dir == project / "data"
    assert [config.use(port) for port in ("chain", "utxo", "contract", "storage")] == [
        "ogmios",
        "kupo",
        "blueprint",
        "sqlite",
    ]
    assert config.settings(OGMIOS) == Ogmios()
    assert {entry.source for entry in config.entries.values()} == {"default"}
    assert config.project_file is None


def test_each_source_beats_the_ones_below_it(load: Load, project: Path, tmp_path: Path) -> None:
    def storage(**arguments: Any) -> tuple[object, str]:
        entry = load(**arguments).entries["use.storage"]
        return entry.value, entry.source

    write_user_file(tmp_path, '[use]\nstorage = "user"')
    assert storage() == ("user", str(tmp_path / "config-home/milestone/config.toml"))
    file = write(project, '[use]\nstorage = "project"')
    assert storage() == ("project", str(file))
    environ = {"MILESTONE_USE_STORAGE": "environment"}
    assert storage(**environ) == ("environment", "MILESTONE_USE_STORAGE")
    flags = Flags(use={"storage": "flag"})
    assert storage(flags=flags, **environ) == ("flag", "--use storage")


def test_the_sources_are_merged_key_by_key(load: Load, project: Path, tmp_path: Path) -> None:
    write_user_file(tmp_path, '[ogmios]\nurl = "ws://user"\ntimeout = 5')
    write(project, '[ogmios]\nurl = "ws://project"')
    assert load().settings(OGMIOS) == Ogmios("ws://project", 5)
    assert load(MILESTONE_OGMIOS_TIMEOUT="7").settings(OGMIOS) == Ogmios("ws://project", 7)


def test_the_project_file_is_found_from_a_folder_below(load: Load, project: Path) -> None:
    file = write(project, 'network = "preprod"')
    below = project / "a" / "b"
    below.mkdir(parents=True)
    config = load(below)
    assert config.project_file == file
    assert config.network.magic == 1
    assert config.data_dir == project / "data"


def test_the_project_file_beside_a_given_data_folder_beats_that_of_the_current_one(
    load: Load, project: Path, tmp_path: Path
) -> None:
    write(project, 'network = "mainnet"')
    other = write(tmp_path / "other", 'network = "preview"')
    data = other.parent / "data"
    for config in (load(flags=Flags(data_dir=data)), load(MILESTONE_DATA_DIR=str(data))):
        assert config.project_file == other
        assert config.network.name == "preview"
        assert config.data_dir == data


def test_a_project_file_can_be_named(load: Load, project: Path, tmp_path: Path) -> None:
    write(project, 'network = "mainnet"')
    other = write(tmp_path / "other", 'network = "preview"')
    assert load(flags=Flags(config=other)).network.name == "preview"
    assert load(flags=Flags(config=Path("../other/milestone.toml"))).network.name == "preview"
    assert load(MILESTONE_CONFIG=str(other)).network.name == "preview"


def test_a_named_project_file_must_be_there(load: Load) -> None:
    with pytest.raises(Misconfigured, match=r"missing\.toml"):
        load(flags=Flags(config=Path("missing.toml")))


def test_paths_in_a_file_are_relative_to_it_and_others_to_the_current_folder(
    load: Load, project: Path
) -> None:
    write(project, 'data_dir = "here"\n[sqlite]\nfile = "a.db"')
    below = project / "below"
    below.mkdir()
    assert load(below).data_dir == project / "here"
    assert load(below).settings(SQLITE) == Sqlite(project / "a.db")
    assert load(below, MILESTONE_DATA_DIR="there").data_dir == below / "there"
    assert load(below, flags=Flags(data_dir=Path("there"))).data_dir == below / "there"


@pytest.mark.parametrize(
    ("text", "key", "advice"),
    [
        ('netwrk = "preview"', "netwrk", "did you mean 'network'"),
        ('[ogmios]\nurll = "x"', "ogmios.urll", "did you mean 'ogmios.url'"),
        ('[use]\nstore = "x"', "use.store", "did you mean 'use.storage'"),
        ('[ogmois]\nurl = "x"', "ogmois.url", "did you mean 'ogmios'"),
        ("[zzz]", "zzz", "known: "),
        ("[ogmios.url]\nx = 1", "ogmios.url", "text"),
    ],
)
def test_an_unknown_key_is_refused_with_file_key_and_the_nearest_known_one(
    load: Load, project: Path, text: str, key: str, advice: str
) -> None:
    file = write(project, text)
    with pytest.raises(Misconfigured) as raised:
        load()
    assert str(file) in raised.value.message
    assert raised.value.details["key"] == key
    assert advice in raised.value.message + raised.value.hint


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("network = 1", "network: it must be text, not 1"),
        ('network = "main"', "there is no network 'main'; did you mean 'mainnet'"),
        ("[ogmios]\ntimeout = 1.5", "ogmios.timeout: it must be a whole number"),
        ("[ogmios]\ntimeout = true", "ogmios.timeout: it must be a whole number"),
        ("data_dir = []", "data_dir: it must be a path"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(
    load: Load, project: Path, text: str, fault: str
) -> None:
    write(project, text)
    with pytest.raises(Misconfigured, match=fault):
        load()


def test_a_mistake_is_told_even_where_another_source_overrides_it(
    load: Load, project: Path
) -> None:
    write(project, 'network = "main"')
    with pytest.raises(Misconfigured, match="no network 'main'"):
        load(MILESTONE_NETWORK="preview")


def test_a_bad_variable_is_named(load: Load) -> None:
    with pytest.raises(Misconfigured, match="MILESTONE_OGMIOS_TIMEOUT: it must be a whole number"):
        load(MILESTONE_OGMIOS_TIMEOUT="soon")
    with pytest.raises(Misconfigured, match="MILESTONE_NETWORK: there is no network 'x'"):
        load(MILESTONE_NETWORK="x")


def test_a_value_that_the_provider_refuses_is_traced_to_its_source(
    load: Load, project: Path
) -> None:
    file = write(project, "[ogmios]\ntimeout = 0")
    with pytest.raises(Misconfigured, match=r"\[ogmios\]: a timeout of 0 seconds") as raised:
        load().settings(OGMIOS)
    assert str(file) in raised.value.hint


def test_the_table_of_a_plugin_that_is_not_loaded_may_stay(load: Load, project: Path) -> None:
    write(project, '[kupo]\nanything = "goes"')
    assert load().network.name == "devnet"


def test_broken_toml_is_refused_with_its_line(load: Load, project: Path) -> None:
    write(project, "network = \n")
    with pytest.raises(Misconfigured, match="line 1"):
        load()


def test_swapping_something_that_is_no_port_is_bad_input(load: Load) -> None:
    with pytest.raises(BadInput, match="there is no 'store' to choose"):
        load(flags=Flags(use={"store": "x"}))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=lambda network: network.name)
def test_a_new_project_reads_back_as_it_was_decided(
    load: Load, project: Path, network: Network
) -> None:
    url = 'ws://[::1]:1337/"odd"\\path\u00e9\x7f'
    write_new(project / "milestone.toml", new_project_text(network, {"ogmios": {"url": url}}))
    config = load()
    assert config.network == network
    assert config.settings(OGMIOS) == Ogmios(url)
    assert config.data_dir == project / "data"


def test_a_new_project_never_replaces_a_file(project: Path) -> None:
    file = write(project, "# mine")
    with pytest.raises(BadInput, match="exists already"):
        write_new(file, "other")
    assert file.read_text() == "# mine"
    assert list(project.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_refused(project: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        write_new(project / "missing" / "milestone.toml", "")
