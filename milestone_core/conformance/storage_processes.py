"""Several processes on one store: killed at any moment, racing, waiting for each other."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from milestone_core.api import Busy, Storage
from milestone_core.conformance.storage_base import StorageTests

ROUNDS_VARIABLE = "MILESTONE_CONFORMANCE_ROUNDS"


class _Rounds(StorageTests):
    """What is done once in a quick test and many times in a long one."""

    def kill_in_rounds(self, data_dir: Path, rounds: int) -> None:
        """Kill a writer at a random moment, again and again, and look at what it left.

        Every third round starts with an empty folder, so that opening is interrupted as well.
        """
        promised, folder = 0, data_dir
        for number in range(rounds):
            if number % 3 == 0:
                promised, folder = 0, data_dir / str(number)
            with self.start("count", folder) as worker:
                time.sleep(random.uniform(0, 0.08))
                said = worker.kill()
            promised = int(said[-1]) if said else promised
            store = self.open(folder)
            # The last one may be stored without having been promised.
            promised = check_count(store, promised, promised + 1)
            store.close()

    def race_two_writers(self, data_dir: Path, times: int) -> None:
        """Two processes count on, while this one reads and must never see half of a step."""
        store = self.open(data_dir)
        with (
            self.start("count", data_dir, times) as one,
            self.start("count", data_dir, times) as two,
        ):
            while None in (one.process.poll(), two.process.poll()):
                assert len(store.scan("latest")) <= 1
            said = [int(line) for line in one.finish() + two.finish()]
        assert sorted(said) == list(range(1, 2 * times + 1))
        check_count(store, 2 * times, 2 * times)
        store.close()

    def open_at_once(self, tmp_path: Path, rounds: int) -> None:
        """Four processes open and write a store that is not there yet, all at once."""
        with ExitStack() as running:
            workers = [running.enter_context(self.start("race")) for _ in range(4)]
            for number in range(rounds):
                folder = tmp_path / f"open-{number}"
                for worker in workers:
                    worker.tell(str(folder))
                assert sorted(worker.answer() for worker in workers) == ["1", "2", "3", "4"]
                store = self.open(folder)
                check_count(store, 4, 4)
                store.close()


class StorageProcesses(_Rounds):
    """The quick tests with several processes; a part of ``StorageConformance``."""

    def test_whoever_is_killed_leaves_every_promised_write_and_no_half_one(
        self, data_dir: Path
    ) -> None:
        self.kill_in_rounds(data_dir, 8)

    def test_two_processes_write_one_after_the_other(self, data_dir: Path) -> None:
        for number in range(3):
            self.race_two_writers(data_dir / str(number), 15)

    def test_first_openings_at_the_same_time_all_succeed(self, tmp_path: Path) -> None:
        self.open_at_once(tmp_path, 15)

    def test_a_writer_waits_five_seconds_for_another_and_then_gives_up(
        self, store: Storage, data_dir: Path
    ) -> None:
        with self.start("hold", data_dir) as holder:
            holder.expect("held")
            start = time.monotonic()
            with pytest.raises(Busy), store.transaction():
                pytest.fail("two transactions at once")
            assert 4 < time.monotonic() - start < 8
            start = time.monotonic()
            assert store.read("held", "by") is None
            assert time.monotonic() - start < 1
            holder.tell("go on")
            holder.expect("done")
        with store.transaction() as transaction:
            assert transaction.read("held", "by") == {"worker": True}

    def test_a_writer_goes_on_when_the_other_has_ended_within_five_seconds(
        self, store: Storage, data_dir: Path
    ) -> None:
        with self.start("hold", data_dir) as holder, self.start("write", data_dir) as waiter:
            holder.expect("held")
            time.sleep(0.3)
            assert store.read("counter", "n") is None
            holder.tell("go on")
            waiter.expect("1")

    def test_a_killed_writer_lets_go_of_the_lock(self, store: Storage, data_dir: Path) -> None:
        with self.start("hold", data_dir) as holder:
            holder.expect("held")
            holder.kill()
        start = time.monotonic()
        with store.transaction() as transaction:
            assert transaction.read("held", "by") is None
        assert time.monotonic() - start < 1


class StorageEndurance(_Rounds):
    """What depends on luck, many times over.

    The environment variable MILESTONE_CONFORMANCE_ROUNDS sets how often: 200 kills unless told,
    half as many races. A kill takes about a fifth of a second, a race a whole one. Mark the
    subclass as slow in whatever way you do.
    """

    def test_many_kills_lose_nothing(self, data_dir: Path) -> None:
        self.kill_in_rounds(data_dir, _rounds())

    def test_many_races_of_two_writers_lose_nothing(self, data_dir: Path) -> None:
        for number in range(max(1, _rounds() // 2)):
            self.race_two_writers(data_dir / str(number), 25)

    def test_many_first_openings_at_the_same_time_all_succeed(self, tmp_path: Path) -> None:
        self.open_at_once(tmp_path, _rounds())


def check_count(store: Storage, least: int, most: int) -> int:
    """The count in a store, once all three collections are known to agree on it."""
    counter: Any = store.read("counter", "n") or {"n": 0}
    count: int = counter["n"]
    assert least <= count <= most, f"{count} stored, {least} to {most} expected"
    assert _numbers(store.scan("log")) == list(range(1, count + 1))
    assert _numbers(store.scan("latest")) == ([count] if count else [])
    return count


def _numbers(entries: Sequence[tuple[str, Any]]) -> list[int]:
    return [document["n"] for _, document in entries]


def _rounds() -> int:
    return int(os.environ.get(ROUNDS_VARIABLE, "200"))
