#!/usr/bin/env python3
"""How long the commands take for which the specification sets a limit (SC-001, -002, -004, -005).

Each is typed as a user would, so the start of the program is in it, against an embedded devnet that
makes a block at once: what is measured is the program and its round trips, not the waiting for a
real network's next block. "To datum" is what of SC-002 is ours: from the files to the bytes.

    python benchmarks/limits.py --json
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from milestone_core.app import App
from milestone_core.config import Flags
from milestone_core.domain.address import Address
from milestone_core.files.schedule import read_schedule
from milestone_core.files.stored import DistributionState, ScheduleRecord
from milestone_core.services import planning
from milestone_devnet.faucet import TOKEN
from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet, Settings

BENEFICIARIES = 50
LIMITS = {"init": 30.0, "to datum": 5.0, "register": 5.0, "status": 10.0, "release": 120.0}


class Desk:
    """A project in an empty folder, and people with keys."""

    def __init__(self, folder: Path, devnet: Devnet) -> None:
        self.folder, self._devnet = folder, devnet

    def type(self, *arguments: str) -> str:
        """Type a command; what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "milestone_core", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{arguments}: {done.stderr}")
        return done.stdout

    def timed(self, *arguments: str) -> float:
        """How long a command takes, in seconds."""
        begun = time.perf_counter()
        self.type(*arguments)
        return time.perf_counter() - begun

    def key(self, name: str) -> str:
        """A new key in a file; its address."""
        key = PaymentKey.random()
        key.save(self.folder / f"{name}.skey")
        return str(Address.from_bytes(key.address))

    def init(self) -> float:
        self._devnet.control.status()
        urls = ("--ogmios", self._devnet.ogmios_url, "--kupo", self._devnet.kupo_url)
        return self.timed("init", ".", "--network", "devnet", *urls)

    def write(self) -> tuple[Path, Path]:
        """A schedule of fifty, all due; its owner and oracle are one person with funds."""
        owner = self.key("owner")
        self._devnet.fund(owner, lovelace=500_000_000, tokens=1_000_000)
        toml, rows = self.folder / "grants.toml", self.folder / "people.csv"
        toml.write_text(
            f'name = "grants"\nowner = "{owner}"\nexpiry = 2042-01-01T00:00:00Z\nquorum = 1\n'
            f'oracles = ["{owner}"]\n[asset]\npolicy = "{TOKEN.policy.hex()}"\n'
            f'name_hex = "{TOKEN.name.hex()}"\ndecimals = 0\n[[milestones]]\nid = "alpha"\n'
            "[vestings.now]\nstart = 2020-01-01T00:00:00Z\n"
        )
        people = [self.key(f"one{number}") for number in range(BENEFICIARIES)]
        lines = [f"{person},100,alpha,now" for person in people]
        rows.write_text("\n".join(["beneficiary,amount,milestone,vesting", *lines]) + "\n")
        return toml, rows

    def to_datum(self, toml: Path, rows: Path) -> float:
        """From the files to the datums, in this process."""
        flags = Flags(self.folder / "milestone.toml")
        with App(os.environ, self.folder, tell=print, warn=print, flags=flags) as app:
            assert app.contract
            begun = time.perf_counter()
            schedule = read_schedule(toml, rows, network="devnet").schedule
            planning.datums_of(app, ScheduleRecord(schedule, DistributionState.DRAFT, 0))
            return time.perf_counter() - begun

    def prepare_release(self) -> None:
        """Deploy it, and have it proven."""
        self.type("deploy", "grants", "--key", "owner.skey", "--yes")
        message, signed = self.folder / "message.json", self.folder / "signed.json"
        message.write_text(
            self.type("oracle", "message", "grants", "alpha", "--evidence", "people.csv")
        )
        signed.write_text(self.type("oracle", "sign", "message.json", "--key", "owner.skey"))
        self.type("commit", "grants", "signed.json")
        self.type("prove", "grants", "alpha", "--key", "owner.skey", "--yes")


def measure(times: int) -> dict[str, float]:
    """The median of each, in seconds."""
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, Devnet(Settings(block_time=0)) as devnet:

        def median(name: str, run: Callable[[], float]) -> None:
            seconds[name] = statistics.median(run() for _ in range(times))

        desk = Desk(Path(folder) / "project", devnet)
        desk.folder.mkdir()

        def init() -> float:
            (desk.folder / "milestone.toml").unlink(missing_ok=True)
            return desk.init()

        median("init", init)
        toml, rows = desk.write()
        median("to datum", lambda: desk.to_datum(toml, rows))
        register = ("register", toml.name, "--csv", rows.name)
        median("register", lambda: desk.timed(*register))
        desk.prepare_release()
        median("status", lambda: desk.timed("status", "grants"))
        people = iter(line.partition(",")[0] for line in rows.read_text().splitlines()[1:])
        pay = ("release", "grants", "--key", "owner.skey", "--yes", "--beneficiary")
        median("release", lambda: desk.timed(*pay, next(people)))
    return seconds


def main() -> int:
    """Measure, print, and fail where a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--times", type=int, default=5, help="how often each is done (5)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    seconds = measure(options.times)
    if options.json:
        print(json.dumps({"seconds": seconds, "limits": LIMITS}))
    else:
        for name, took in seconds.items():
            print(f"{name:<10} {took:8.3f} s   limit {LIMITS[name]:.0f} s")
    return 0 if all(took <= LIMITS[name] for name, took in seconds.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
