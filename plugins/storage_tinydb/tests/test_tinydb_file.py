"""The JSON file itself: how it is written, recognised, and refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from milestone_core.api import CorruptStore, Misconfigured, NoSettings, Storage, Surroundings
from milestone_core.conformance.plugin import environment
from milestone_storage_tinydb import file, plugin
from milestone_storage_tinydb.database import to_read

FILE = "milestone.json"

# A writer that kills itself in the NUMBERth call of a function of os, before or after it.
SUICIDE = """
import os, signal, sys
from pathlib import Path
from milestone_core.api import NoSettings, Surroundings
from milestone_storage_tinydb import plugin, store
_, folder, name, number, when = sys.argv
original, calls = getattr(os, name), []
def call(*arguments, **named):
    calls.append(arguments)
    if when == "after":
        answer = original(*arguments, **named)
    if len(calls) == int(number):
        os.kill(os.getpid(), signal.SIGKILL)
    return answer if when == "after" else original(*arguments, **named)
setattr(os, name, call)
opened = plugin.open_store(NoSettings(), Surroundings(Path(folder), "devnet", "tests"))
with opened.transaction() as transaction:
    transaction.put("schedules", "grants", {"state": "new", "padding": "x" * 100_000})
    transaction.put("schedules", "more", {"state": "new"})
"""


def open_store(data_dir: Path) -> Storage:
    return plugin.open_store(NoSettings(), Surroundings(data_dir, "devnet", "tests"))


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A folder with a store of one document."""
    with open_store(tmp_path).transaction() as transaction:
        transaction.put("schedules", "grants", {"state": "old"})
    return tmp_path


def test_the_entry_point_leads_to_the_plugin() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    group = "milestone.plugins"
    ((name, value),) = project["entry-points"][group].items()
    assert EntryPoint(name, value, group).load() is plugin
    assert [provider.name for provider in plugin.milestone_storage()] == [name]


def test_the_file_is_json_that_people_can_read(data_dir: Path) -> None:
    assert json.loads((data_dir / FILE).read_text(encoding="utf-8")) == {
        "format": "milestone-store",
        "version": 1,
        "collections": {"schedules": {"grants": {"state": "old"}}},
    }


def test_the_collections_are_tables_of_tinydb(data_dir: Path) -> None:
    database = to_read(data_dir / FILE)
    assert database.tables() == {"schedules"}
    assert [dict(document) for document in database.table("schedules")] == [{"state": "old"}]


def test_reading_makes_no_file(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    assert store.read("schedules", "grants") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "number", "when", "state"),
    [
        ("fsync", 1, "before", "old"),  # the file aside is written
        ("fsync", 1, "after", "old"),  # and on disk
        ("replace", 1, "before", "old"),
        ("replace", 1, "after", "new"),
        ("fsync", 2, "before", "new"),  # of the folder
        ("fsync", 2, "after", "new"),
    ],
)
def test_a_writer_killed_at_any_step_leaves_the_old_or_the_new_state(
    data_dir: Path, name: str, number: int, when: str, state: str
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", SUICIDE, str(data_dir), name, str(number), when],
        env=environment(),
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    store = open_store(data_dir)
    found: Any = store.read("schedules", "grants")
    assert found["state"] == state
    assert [key for key, _ in store.scan("schedules")] == (
        ["grants"] if state == "old" else ["grants", "more"]
    )
    with store.transaction() as transaction:
        transaction.put("schedules", "grants", {"state": "later"})
    assert store.read("schedules", "grants") == {"state": "later"}
    assert sorted(path.name for path in data_dir.iterdir()) == [FILE, FILE + ".lock"]


def test_a_write_that_fails_leaves_no_half_file_aside(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    store = open_store(data_dir)

    def write() -> None:
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"state": "new"})

    with pytest.raises(Misconfigured, match="No space left") as refusal:
        write()
    assert "free space" in refusal.value.hint
    assert store.read("schedules", "grants") == {"state": "old"}
    assert sorted(path.name for path in data_dir.iterdir()) == [FILE, FILE + ".lock"]


def test_a_transaction_that_changes_nothing_writes_nothing(data_dir: Path) -> None:
    before = (data_dir / FILE).stat()
    with open_store(data_dir).transaction() as transaction:
        transaction.delete("schedules", "absent")
        assert transaction.read("schedules", "grants") == {"state": "old"}
    assert (data_dir / FILE).stat().st_ino == before.st_ino


def test_a_rewritten_file_keeps_its_mode(data_dir: Path) -> None:
    (data_dir / FILE).chmod(0o640)
    with open_store(data_dir).transaction() as transaction:
        transaction.put("schedules", "grants", {"state": "new"})
    assert (data_dir / FILE).stat().st_mode & 0o777 == 0o640


def test_a_file_of_a_newer_version_is_refused_but_not_called_corrupt(data_dir: Path) -> None:
    content = json.dumps({"format": "milestone-store", "version": file.VERSION + 1})
    (data_dir / FILE).write_text(content)
    with pytest.raises(Misconfigured, match="version 2") as refusal:
        open_store(data_dir)
    assert not isinstance(refusal.value, CorruptStore)
    assert "upgrade" in refusal.value.hint
    assert (data_dir / FILE).read_text() == content


@pytest.mark.parametrize(
    "content",
    [
        '{"format": "milestone-store", "version": 1}',
        '{"format": "milestone-store", "version": 0, "collections": {}}',
        '{"format": "milestone-store", "version": "1", "collections": {}}',
        '{"format": "milestone-store", "version": 1, "collections": []}',
        '{"format": "milestone-store", "version": 1, "collections": {"a": []}}',
        '{"format": "milestone-store", "version": 1, "collections": {"a": {"b": 1}}}',
        '{"format": "milestone-store", "version": 1, "collections": {"a": {"b": {"c": 1.5}}}}',
        '{"format": "milestone-store", "version": 1, "collections": {"a": {"b": {"c": NaN}}}}',
        '{"format": "milestone-store", "version": 1, "collections": {"a": {"b": {}}}} and more',
        '{"format": "milestone-store", "version": 1, "collections": ' + '{"a":' * 100_000,
    ],
    ids=lambda content: content[43:90],
)
def test_a_file_of_another_shape_is_corrupt_and_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(CorruptStore) as refusal:
        open_store(tmp_path)
    assert refusal.value.path == tmp_path / FILE
    assert (tmp_path / FILE).read_text() == content


def test_a_file_that_turns_corrupt_stops_readers_and_writers(data_dir: Path) -> None:
    store = open_store(data_dir)
    (data_dir / FILE).write_text("{")
    with pytest.raises(CorruptStore):
        store.read("schedules", "grants")
    with pytest.raises(CorruptStore):
        store.scan("schedules")

    def write() -> None:
        with store.transaction() as transaction:
            transaction.put("schedules", "grants", {"state": "new"})

    with pytest.raises(CorruptStore):
        write()
    assert (data_dir / FILE).read_text() == "{"
