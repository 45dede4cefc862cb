"""The devnet of a demonstration: a process of its own, started by the command line."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from milestone_core.demo.stage import Stage
from milestone_core.errors import ServiceUnavailable

COMMAND = (
    *("devnet", "run", "--block-time", "0"),
    *("--ogmios-port", "0", "--kupo-port", "0", "--control-port", "0", "--json"),
)
"""A block at once for every transaction, and ports that the system chooses."""

# It outlives nobody who is killed; one that is to be kept has no such lifeline.
_LIFELINE = "--until-stdin-ends"

LOG = "devnet.log"
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class RunningDevnet:
    """Where a devnet listens, and its process; ``announced`` is what it printed."""

    pid: int
    announced: str
    ogmios: str
    kupo: str
    control: str

    @property
    def control_port(self) -> str:
        """What ``milestone devnet fund`` and ``advance`` are to be given."""
        return self.control.rpartition(":")[2]


def introduce(stage: Stage) -> None:
    """Show what :func:`running` is about to start."""
    stage.chapter("1. A network")
    stage.tell(
        "A private Cardano network in a process of its own: a ledger that checks every "
        "transaction, behind the protocols of Ogmios and Kupo. All that follows talks to it "
        "over sockets, as it would to real servers."
    )
    stage.typed(f"milestone {' '.join(COMMAND)} &")


@contextmanager
def running(folder: Path, *, keep: bool) -> Iterator[RunningDevnet]:
    """Run a devnet in ``folder`` for as long as the context lasts, and on if it is to be kept.

    :raises ServiceUnavailable: it does not start; says what it printed.
    """
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "milestone_core", *COMMAND, *(() if keep else (_LIFELINE,))],
            cwd=folder,
            stdin=subprocess.DEVNULL if keep else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # Ctrl-C at a terminal goes to the whole group: this process alone shall decide.
            start_new_session=True,
        )
    started = False
    try:
        devnet = _await(process, folder / LOG)
        started = True
        yield devnet
    finally:
        if not (keep and started):
            _stop(process)


def _await(process: subprocess.Popen[str], log: Path) -> RunningDevnet:
    assert process.stdout is not None, "it is a pipe"
    hung = threading.Timer(_START_SECONDS, process.kill)
    hung.start()
    try:
        line = process.stdout.readline().strip()
    finally:
        hung.cancel()
    try:
        told = json.loads(line)
        return RunningDevnet(process.pid, line, told["ogmios"], told["kupo"], told["control"])
    except (ValueError, KeyError, TypeError):
        said = log.read_text(errors="replace").strip()
        raise ServiceUnavailable(
            f"the devnet did not start: {said or line or 'it said nothing'}",
            hint="Try it by itself: milestone devnet run",
        ) from None


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
