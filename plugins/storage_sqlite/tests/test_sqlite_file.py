"""The SQLite file itself: how it is made, recognised, and refused."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from milestone_core.api import (
    Busy,
    CorruptStore,
    Misconfigured,
    NoSettings,
    Storage,
    Surroundings,
    exclusive_lock,
)
from milestone_core.conformance.workers import Worker
from milestone_storage_sqlite import file, plugin

FILE = "milestone.sqlite"


def open_store(data_dir: Path) -> Storage:
    return plugin.open_store(NoSettings(), Surroundings(data_dir, "devnet", "tests"))


def change(data_dir: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data_dir / FILE)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A folder with a store of one document, closed."""
    store = open_store(tmp_path)
    with store.transaction() as transaction:
        transaction.put("schedules", "grants", {"amount": "1"})
    store.close()
    return tmp_path


def test_the_entry_point_leads_to_the_plugin() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    group = "milestone.plugins"
    ((name, value),) = project["entry-points"][group].items()
    assert EntryPoint(name, value, group).load() is plugin
    assert [provider.name for provider in plugin.milestone_storage()] == [name]


def test_the_file_is_in_wal_mode_and_commits_reach_the_disk(data_dir: Path) -> None:
    with closing(file.connect(data_dir / FILE)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        full = 2  # https://www.sqlite.org/pragma.html#pragma_synchronous
        assert connection.execute("PRAGMA synchronous").fetchone() == (full,)


def test_a_closed_store_is_one_file_and_its_lock(data_dir: Path) -> None:
    assert sorted(path.name for path in data_dir.iterdir()) == [FILE, FILE + ".lock"]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_the_sqlite_file_of_another_program_is_refused_and_left_alone(
    tmp_path: Path, mode: str
) -> None:
    change(tmp_path, f"PRAGMA journal_mode = {mode}", "CREATE TABLE documents (their INTEGER)")
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(CorruptStore, match="another program"):
        open_store(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_file_of_a_newer_version_is_refused_but_not_called_corrupt(data_dir: Path) -> None:
    change(data_dir, f"PRAGMA user_version = {file.VERSION + 1}")
    before = (data_dir / FILE).read_bytes()
    with pytest.raises(Misconfigured, match="version 2") as refusal:
        open_store(data_dir)
    assert not isinstance(refusal.value, CorruptStore)
    assert "upgrade" in refusal.value.hint
    assert (data_dir / FILE).read_bytes() == before


@pytest.mark.parametrize(
    "statement", ["DROP TABLE documents", "ALTER TABLE documents RENAME COLUMN key TO name"]
)
def test_a_file_without_our_table_is_corrupt(data_dir: Path, statement: str) -> None:
    change(data_dir, statement)
    with pytest.raises(CorruptStore, match="no such"):
        open_store(data_dir)


@pytest.mark.parametrize(
    "stored", ["'{\"amount\": 1.5}'", "'{'", "'[]'", "x'ff'", "CAST(x'ff' AS TEXT)", "17", "'NaN'"]
)
def test_what_is_no_document_in_the_table_is_corrupt(data_dir: Path, stored: str) -> None:
    change(data_dir, f"UPDATE documents SET document = {stored}")
    store = open_store(data_dir)
    with pytest.raises(CorruptStore):
        store.read("schedules", "grants")
    with pytest.raises(CorruptStore):
        store.scan("schedules")
    store.close()


def test_a_damaged_file_is_left_alone_with_the_log_that_belongs_to_it(data_dir: Path) -> None:
    store = open_store(data_dir)
    with store.transaction() as transaction:
        for number in range(40):
            transaction.put("filled", f"{number:06}", {"padding": "x" * 2000})
    store.close()
    with Worker([plugin.__name__, "sqlite", "count", str(data_dir)]) as worker:
        worker.expect("1")
        worker.kill()
    database, log = data_dir / FILE, data_dir / (FILE + "-wal")
    content = bytearray(database.read_bytes())
    content[8 * 4096 : 9 * 4096] = b"\xff" * 4096  # a page that the log does not replace
    database.write_bytes(content)
    before = log.read_bytes()
    assert before
    with pytest.raises(CorruptStore):
        open_store(data_dir)
    assert database.read_bytes() == content
    assert log.read_bytes() == before


def test_an_emptied_file_is_refused_and_the_log_that_belongs_to_it_kept(data_dir: Path) -> None:
    with Worker([plugin.__name__, "sqlite", "count", str(data_dir)]) as worker:
        worker.expect("1")
        worker.kill()
    database, log = data_dir / FILE, data_dir / (FILE + "-wal")
    database.write_bytes(b"")
    before = log.read_bytes()
    with pytest.raises(CorruptStore, match="empty"):
        open_store(data_dir)
    assert log.read_bytes() == before


def test_a_log_without_its_database_is_refused_and_never_replayed(data_dir: Path) -> None:
    with Worker([plugin.__name__, "sqlite", "count", str(data_dir)]) as worker:
        worker.expect("1")
        worker.kill()
    database, log = data_dir / FILE, data_dir / (FILE + "-wal")
    database.rename(data_dir / "aside")
    before = log.read_bytes()
    with pytest.raises(CorruptStore) as refusal:
        open_store(data_dir)
    assert refusal.value.path == log
    assert log.read_bytes() == before
    assert not database.exists()
    log.rename(data_dir / "aside-wal")
    store = open_store(data_dir)
    assert list(store.scan("schedules")) == []
    store.close()


def test_what_a_killed_creation_left_does_not_hinder_the_next(tmp_path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        (tmp_path / (FILE + ".new" + ending)).write_bytes(b"half of something")
    store = open_store(tmp_path)
    with store.transaction() as transaction:
        transaction.put("schedules", "grants", {})
    assert store.read("schedules", "grants") == {}
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, FILE + ".lock"]


def test_whoever_finds_the_creation_locked_gives_up_as_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milestone_core.locks.LOCK_WAIT_SECONDS", 0.1)
    with exclusive_lock(tmp_path / (FILE + ".lock")), pytest.raises(Busy):
        open_store(tmp_path)
    assert not (tmp_path / FILE).exists()
    open_store(tmp_path).close()


def test_the_errors_of_a_full_or_broken_disk_are_told_with_a_remedy(
    data_dir: Path, fail: Callable[[int], sqlite3.Error]
) -> None:
    from milestone_storage_sqlite.refusals import translated

    for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_READONLY):
        with pytest.raises(Misconfigured) as refusal, translated(data_dir / FILE):
            raise fail(code)
        assert refusal.value.hint
        assert str(data_dir) in refusal.value.message


@pytest.fixture
def fail() -> Callable[[int], sqlite3.Error]:
    """Makes the error that the sqlite3 module raises for a result code."""

    def make(code: int) -> sqlite3.Error:
        error = sqlite3.OperationalError("told by SQLite")
        error.sqlite_errorcode = code
        return error

    return make
