"""``milestone demo``: the whole flow on an embedded devnet."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from milestone_core.cli.main import run
from milestone_core.cli.output import (
    as_json,
    await_enter,
    emit,
    json_option,
    require_terminal,
    warn,
)
from milestone_core.demo import summary
from milestone_core.demo.devnet import RunningDevnet, introduce, running
from milestone_core.demo.place import asked_to_stop, project_folder
from milestone_core.demo.stage import Stage
from milestone_core.errors import MilestoneError

if TYPE_CHECKING:
    from milestone_core.demo.scenario import Outcome


class Stopped(MilestoneError):
    """The user has seen enough."""

    code = "interrupted"
    exit = 130


@click.command()
@click.option("--keep", is_flag=True, help="Leave the devnet running, and the project's folder.")
@click.option("--step", is_flag=True, help="Wait for Enter before each command.")
@json_option
def demo(keep: bool, step: bool) -> None:
    """Run the whole flow on an embedded devnet.

    The commands are the real ones, over real sockets, and each has to end as the demo says. With
    --keep you can go on by hand.

    Example: milestone demo --keep
    """
    if step:
        require_terminal("Enter runs each next command", flag="no --step")
    began = time.monotonic()
    pause = await_enter if step else _nothing
    stage = Stage(run, _nothing if as_json() else click.echo, pause)
    introduce(stage)
    try:
        with (
            asked_to_stop(),
            project_folder(keep=keep) as folder,
            running(folder, keep=keep) as devnet,
        ):
            outcome = _play(stage, folder, devnet, keep=keep)
    except KeyboardInterrupt:
        gone = "" if keep else "Its devnet and its folder are gone."
        raise Stopped("the demo was interrupted", hint=gone) from None
    seconds = time.monotonic() - began
    lines = summary.lines(outcome.reckoning, len(stage.steps), seconds)
    if keep:
        lines += summary.how_to_go_on(folder, devnet)
    kept = {"kept": summary.kept(folder, devnet) if keep else None}
    emit({**summary.document(outcome, stage.steps, seconds), **kept}, lines)


def _nothing(*_line: str) -> None:
    """With --json only the result is printed; without --step nobody is waited for."""


def _play(stage: Stage, folder: Path, devnet: RunningDevnet, *, keep: bool) -> Outcome:
    # It takes seconds to import, which nobody should spend looking at an empty screen.
    from milestone_core.demo.scenario import Scenario

    try:
        return Scenario(stage, devnet).play()
    except BaseException:
        if keep:
            warn(f"the devnet still runs; to stop it: {summary.how_to_stop(folder, devnet)}")
        raise
