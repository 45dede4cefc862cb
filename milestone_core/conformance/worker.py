"""A process that works on a store while the tests kill it, race it, or fill its disk.

``worker.py PLUGIN PROVIDER TASK ARGUMENT...`` prints "ready", does the task, and prints a line for
everything that it has been promised. Milestone's errors are printed as the name of their class.
"""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from milestone_core.api import MilestoneError, Storage, Surroundings


class Task:
    """The tasks, each a method named as in the arguments."""

    def __init__(self, plugin: str, provider: str) -> None:
        providers = importlib.import_module(plugin).milestone_storage()
        self._provider = next(offered for offered in providers if offered.name == provider)

    def open(self, data_dir: str) -> Storage:
        """The store over ``data_dir``."""
        surroundings = Surroundings(Path(data_dir), "devnet", "milestone-conformance")
        store: Storage = self._provider.create(self._provider.settings(), surroundings)
        return store

    def count(self, data_dir: str, times: str = "") -> None:
        """Count on, ``times`` times or for ever, and say each number once it is stored."""
        store = self.open(data_dir)
        for _ in range(int(times)) if times else itertools.count():
            print(count_on(store), flush=True)

    def hold(self, data_dir: str) -> None:
        """Hold the write lock until a line comes in."""
        with self.open(data_dir).transaction() as transaction:
            transaction.put("held", "by", {"worker": True})
            print("held", flush=True)
            sys.stdin.readline()
        print("done", flush=True)

    def race(self) -> None:
        """Open and count in each folder that is named by a line."""
        for line in sys.stdin:
            store = self.open(line.rstrip("\n"))
            print(count_on(store), flush=True)
            store.close()

    def fill(self, data_dir: str, limit: str) -> None:
        """Grow a store in which no file may exceed ``limit`` bytes, until it refuses."""
        import resource

        store = self.open(data_dir)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
        for number in itertools.count(1):
            try:
                with store.transaction() as transaction:
                    transaction.put("filled", f"{number:06}", {"padding": "x" * 4000})
            except MilestoneError as error:
                print(type(error).__name__, len(store.scan("filled")), flush=True)
                return
            print(number, flush=True)

    def write(self, data_dir: str) -> None:
        """Write once."""
        self.count(data_dir, "1")

    def write_as_other(self, data_dir: str, user: str, elsewhere: str) -> None:
        """Write once as ``user`` (a number); before, to load everything, as oneself elsewhere."""
        import os

        count_on(self.open(elsewhere))
        os.setgroups([])
        os.setuid(int(user))
        self.write(data_dir)


def count_on(store: Storage) -> int:
    """One transaction over three collections: a counter, a log of all, and the latest alone."""
    with store.transaction() as transaction:
        seen: Any = transaction.read("counter", "n") or {"n": 0}
        number: int = seen["n"] + 1
        transaction.put("counter", "n", {"n": number})
        transaction.put("log", f"{number:09}", {"n": number, "padding": "x" * (number % 700)})
        transaction.delete("latest", f"{number - 1:09}")
        transaction.put("latest", f"{number:09}", {"n": number})
    return number


def main(plugin: str, provider: str, name: str, *arguments: str) -> None:
    task: Callable[..., None] = getattr(Task(plugin, provider), name)
    print("ready", flush=True)
    try:
        task(*arguments)
    except MilestoneError as error:
        print(type(error).__name__, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
