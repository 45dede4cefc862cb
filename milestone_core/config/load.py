"""Merges the sources of configuration: flag, environment, project file, user file, default.

Every source is validated as a whole, so that a mistake in a value that another source overrides
is still told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from milestone_core.config import files
from milestone_core.config.model import DEFAULT, Config, Entry
from milestone_core.errors import BadInput, Misconfigured
from milestone_core.files.text import nearest
from milestone_core.networks import DEVNET, NETWORKS
from milestone_core.settings import Setting, resolved

DATA_DIR = "data"
CONFIG_VARIABLE, DATA_DIR_VARIABLE = "MILESTONE_CONFIG", "MILESTONE_DATA_DIR"
DEFAULT_USE = {"chain": "ogmios", "utxo": "kupo", "contract": "blueprint", "storage": "sqlite"}

Tables = Mapping[str, Mapping[str, Setting]]
"""The settings of every backend that is installed, by table and key."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line sets: ``--config``, ``--data-dir``, and ``--use`` by port."""

    config: Path | None = None
    data_dir: Path | None = None
    use: Mapping[str, str] = field(default_factory=dict)


def load_config(
    flags: Flags,
    environ: Mapping[str, str],
    cwd: Path,
    tables: Tables,
    unloaded: Collection[str] = (),
) -> Config:
    """Find, read, validate and merge.

    :param cwd: where relative flags and variables start, and where the project file is sought
        upward unless a data folder is given, from which it is sought first.
    :param unloaded: names of tables that may be there although nothing that is loaded reads them.
    :raises Misconfigured: a file cannot be read; an unknown key; a value of the wrong type.
    :raises BadInput: a flag that names no known port.
    """
    project = _project_file(flags, environ, cwd)
    user = files.user_file(environ)
    home = project.parent if project else cwd
    schema = _schema(tables, home)
    layers = [
        _from_flags(flags, schema, cwd),
        _from_environment(environ, schema, cwd),
        _from_file(project, schema, unloaded) if project else {},
        _from_file(user, schema, unloaded) if user.is_file() else {},
    ]
    entries = {key: Entry(key, setting.default, DEFAULT) for key, setting in schema.items()}
    for layer in reversed(layers):
        entries |= layer
    return Config(entries, project)


def _schema(tables: Tables, home: Path) -> dict[str, Setting]:
    schema = {
        "network": Setting("network", str, DEVNET.name, ", ".join(NETWORKS)),
        "data_dir": Setting("data_dir", Path, home / DATA_DIR, "the folder of the project's data"),
    }
    for port, name in DEFAULT_USE.items():
        schema[f"use.{port}"] = Setting(port, str, name, f"the provider of {port}")
    for table, settings in tables.items():
        for name, setting in settings.items():
            schema[f"{table}.{name}"] = setting
    return schema


def _project_file(flags: Flags, environ: Mapping[str, str], cwd: Path) -> Path | None:
    named = flags.config or environ.get(CONFIG_VARIABLE)
    if named:
        return resolved(str(named), cwd)
    data_dir = flags.data_dir or environ.get(DATA_DIR_VARIABLE)
    beside_data = files.find_upward(resolved(str(data_dir), cwd)) if data_dir else None
    return beside_data or files.find_upward(cwd)


def _from_flags(flags: Flags, schema: Mapping[str, Setting], cwd: Path) -> dict[str, Entry]:
    entries = {}
    if flags.data_dir:
        path = resolved(str(flags.data_dir), cwd)
        entries["data_dir"] = Entry("data_dir", path, "--data-dir")
    for port, name in flags.use.items():
        if f"use.{port}" not in schema:
            raise BadInput(
                f"--use {port}={name}: there is no {port!r} to choose",
                hint=f"Choose {', '.join(DEFAULT_USE)}.",
            )
        entries[f"use.{port}"] = Entry(f"use.{port}", name, f"--use {port}")
    return entries


def _from_environment(
    environ: Mapping[str, str], schema: Mapping[str, Setting], cwd: Path
) -> dict[str, Entry]:
    entries = {}
    for key, setting in schema.items():
        variable = variable_of(key)
        text = environ.get(variable)
        if text:
            try:
                value = _checked(key, setting.from_text(text, cwd))
            except ValueError as error:
                raise Misconfigured(f"the environment variable {variable}: {error}") from error
            entries[key] = Entry(key, value, variable)
    return entries


def variable_of(key: str) -> str:
    """The environment variable that sets a dotted key."""
    return "MILESTONE_" + key.replace(".", "_").replace("-", "_").upper()


def _from_file(
    path: Path, schema: Mapping[str, Setting], unloaded: Collection[str]
) -> dict[str, Entry]:
    entries = {}
    for key, raw in _flat(files.read(path)):
        if key.partition(".")[0] in unloaded:
            continue
        if key not in schema:
            raise Misconfigured(
                f"{path}: unknown key {key!r}",
                hint=_advice(key, schema, unloaded),
                details={"file": str(path), "key": key},
            )
        try:
            value = _checked(key, schema[key].from_document(raw, path.parent))
        except ValueError as error:
            raise Misconfigured(
                f"{path}: {key}: {error}", details={"file": str(path), "key": key}
            ) from error
        entries[key] = Entry(key, value, str(path))
    return entries


def _flat(document: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Dotted keys of the document; an empty table counts as a key, so that it is checked too."""
    for name, value in document.items():
        if isinstance(value, Mapping) and value:
            for key, inner in value.items():
                yield f"{name}.{key}", inner
        else:
            yield name, value


def _advice(key: str, schema: Mapping[str, Setting], unloaded: Collection[str]) -> str:
    """The nearest key; for a table that nobody knows, the nearest table."""
    table, dot, _ = key.partition(".")
    known_tables = {known.partition(".")[0] for known in schema if "." in known} | {*unloaded}
    if dot and table not in known_tables:
        return f"No installed plugin has the table [{table}]; {nearest(table, known_tables)}"
    return nearest(key, schema)


def _checked(key: str, value: object) -> object:
    if key == "network" and value not in NETWORKS:
        raise ValueError(f"there is no network {value!r}; {nearest(str(value), NETWORKS)}")
    return value
