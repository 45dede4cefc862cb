"""The conformance tests of a ``Storage`` that keeps one file in the data folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest

from milestone_core.api import CorruptStore, MilestoneError, Misconfigured, Storage
from milestone_core.conformance.storage import StorageConformance

_NOBODY = 65534


class FileStorageConformance(StorageConformance):
    """``StorageConformance``, and the faults of files and disks. Set ``file`` too::

    class TestSqlite(FileStorageConformance):
        plugin = "milestone_storage_sqlite.plugin"
        file = "milestone.sqlite"
    """

    file: ClassVar[str]
    """The name of the file in the data folder."""

    def test_the_data_folder_is_made_for_the_owner_alone(
        self, store: Storage, data_dir: Path
    ) -> None:
        assert data_dir.stat().st_mode & 0o777 == 0o700
        assert store.location() == str(data_dir / self.file)

    def test_a_data_folder_that_is_there_keeps_its_mode(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o750)
        self._fill(tmp_path, 1)
        assert tmp_path.stat().st_mode & 0o777 == 0o750

    @pytest.mark.parametrize("name", ["a b", "50%", "what?", "#1", "Ünïcode", "a&mode=memory"])
    def test_the_data_folder_may_have_any_name(self, tmp_path: Path, name: str) -> None:
        self._fill(tmp_path / name, 1)
        assert (tmp_path / name / self.file).is_file()

    @pytest.mark.parametrize(
        "content",
        [b"", b"\0" * 4096, b"not a store\n", b"[1, 2]", b'{"other": "program"}', b"\xff" * 100],
        ids=["empty", "zeroes", "text", "list", "object", "bytes"],
    )
    def test_a_foreign_file_is_refused_and_left_alone(self, data_dir: Path, content: bytes) -> None:
        data_dir.mkdir(parents=True)
        (data_dir / self.file).write_bytes(content)
        self._check_that_it_is_corrupt(data_dir)

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_a_file_that_was_cut_off_is_refused_and_left_alone(
        self, data_dir: Path, share: float
    ) -> None:
        self._fill(data_dir, 60)
        file = data_dir / self.file
        content = file.read_bytes()
        file.write_bytes(content[: int(len(content) * share)])
        self._check_that_it_is_corrupt(data_dir)

    @pytest.mark.parametrize("share", [0, 0.3, 0.6])
    def test_a_file_with_a_damaged_stretch_is_refused_and_left_alone(
        self, data_dir: Path, share: float
    ) -> None:
        self._fill(data_dir, 60)
        file = data_dir / self.file
        content = bytearray(file.read_bytes())
        start = int(len(content) * share)
        content[start : start + 6000] = b"\xff" * 6000
        file.write_bytes(content)
        self._check_that_it_is_corrupt(data_dir)

    def test_the_store_starts_anew_when_the_corrupt_file_is_moved_aside(
        self, data_dir: Path
    ) -> None:
        data_dir.mkdir(parents=True)
        (data_dir / self.file).write_bytes(b"not a store\n")
        self._check_that_it_is_corrupt(data_dir)
        (data_dir / self.file).rename(data_dir / "aside")
        self._fill(data_dir, 3)
        assert (data_dir / "aside").read_bytes() == b"not a store\n"

    @pytest.mark.skipif(os.name == "nt", reason="limits a file's size, which Windows cannot")
    def test_a_full_disk_is_told_and_costs_nothing_that_was_stored(self, data_dir: Path) -> None:
        with self.start("fill", data_dir, 100_000) as worker:
            *promised, refusal = worker.finish()
        assert promised == [str(number) for number in range(1, len(promised) + 1)]
        assert len(promised) > 3
        # The store that met the full disk goes on showing all that is stored.
        assert refusal.split() == ["Misconfigured", str(len(promised))]
        store = self.open(data_dir)
        assert len(store.scan("filled")) == len(promised)
        with store.transaction() as transaction:
            transaction.put("filled", "later", {})
        assert store.read("filled", "later") == {}
        store.close()

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        for folder in (tmp_path / "file", tmp_path / "file" / "data"):
            with pytest.raises(Misconfigured) as refusal:
                self.open(folder)
            assert str(folder) in refusal.value.message
            assert refusal.value.hint

    def test_a_folder_in_place_of_the_file_is_told(self, data_dir: Path) -> None:
        (data_dir / self.file).mkdir(parents=True)
        with pytest.raises(Misconfigured) as refusal:
            self.open(data_dir)
        assert not isinstance(refusal.value, CorruptStore)

    @pytest.mark.skipif(os.name == "nt", reason="permissions as POSIX has them")
    def test_a_folder_that_may_not_be_written_is_told_and_nothing_changed(
        self, data_dir: Path
    ) -> None:
        # Not pytest's temporary folder, which only its owner may enter.
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self._fill(folder, 3)
            before = (folder / self.file).read_bytes()
            folder.chmod(0o555)
            for file in folder.iterdir():
                file.chmod(0o444)
            # The superuser may write anywhere, so somebody else has to try.
            task: tuple[object, ...] = ("write", folder)
            if os.geteuid() == 0:
                task = ("write_as_other", folder, _NOBODY, data_dir)
            with self.start(*map(str, task)) as worker:
                worker.expect("Misconfigured")
            folder.chmod(0o755)
            assert (folder / self.file).read_bytes() == before

    def _fill(self, data_dir: Path, number: int) -> None:
        """Put documents and let go, so that the file holds all of it."""
        store = self.open(data_dir)
        with store.transaction() as transaction:
            for index in range(number):
                transaction.put("filled", f"{index:06}", {"padding": "x" * 1000})
        assert len(store.scan("filled")) == number
        store.close()

    def _check_that_it_is_corrupt(self, data_dir: Path) -> None:
        file = data_dir / self.file
        before = file.read_bytes()
        with pytest.raises(MilestoneError) as refusal:
            self.open(data_dir).scan("filled")
        assert isinstance(refusal.value, CorruptStore)
        assert refusal.value.path == file
        assert refusal.value.cause
        assert file.read_bytes() == before
