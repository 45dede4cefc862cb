"""``milestone devnet run``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from milestone_devnet.cli.options import (
    CONTROL_PORT,
    CONTROL_PORT_VARIABLE,
    KUPO_PORT,
    OGMIOS_PORT,
    json_option,
    note,
    port,
    print_result,
)

if TYPE_CHECKING:
    from milestone_devnet.serving import Endpoints, Settings


@click.command()
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the chain in this file; without it the chain is gone when the devnet stops.",
)
@click.option(
    "--block-time",
    type=click.FloatRange(0, 3600),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Seconds between blocks; 0 makes a block at once for every transaction. Below the"
    " length of a slot the devnet's time runs ahead of the machine's, because each block takes a"
    " slot of its own.",
)
@click.option(
    "--slot-length",
    type=click.FloatRange(0.01, 3600),
    metavar="SECONDS",
    help="How long a slot of a new chain lasts; by default a second.",
)
@click.option(
    "--snapshot",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Begin a new chain with what milestone devnet snapshot saved.",
)
@click.option(
    "--parameters",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="JSON of protocol parameters to override, in the names of Ogmios's protocolParameters.",
)
@click.option("--ogmios-port", type=port, default=OGMIOS_PORT, show_default=True)
@click.option("--kupo-port", type=port, default=KUPO_PORT, show_default=True)
@click.option(
    "--control-port",
    type=port,
    default=CONTROL_PORT,
    show_default=True,
    envvar=CONTROL_PORT_VARIABLE,
    show_envvar=True,
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where Ogmios and Kupo listen; commands are taken from this machine only.",
)
@click.option(
    "--match",
    multiple=True,
    metavar="PATTERN",
    help="What Kupo indexes, as its own option of this name; may be given again. By default what"
    " it watched last, and at first everything.",
)
@click.option(
    "--ogmios-version",
    type=click.Choice(["6.14", "7.0"]),
    default="7.0",
    show_default=True,
    help="The version of Ogmios whose protocol is spoken.",
)
@click.option(
    "--until-stdin-ends",
    "lifeline",
    is_flag=True,
    help="Stop when standard input ends too, as it does when the program that holds its other end"
    " dies, however it dies.",
)
@json_option
def run(
    state: Path | None,
    block_time: float,
    slot_length: float | None,
    snapshot: Path | None,
    parameters: Path | None,
    ogmios_port: int,
    kupo_port: int,
    control_port: int,
    host: str,
    match: tuple[str, ...],
    ogmios_version: str,
    lifeline: bool,
    as_json: bool,
) -> None:
    """Run a devnet until it is interrupted. A port of 0 is chosen by the system.

    \b
    Example:
      milestone devnet run --state devnet.db
    """
    import asyncio

    from milestone_devnet.ogmios.versions import Version
    from milestone_devnet.serving import Settings

    settings = Settings(
        state,
        block_time,
        host,
        ogmios_port,
        kupo_port,
        control_port,
        match,
        ogmios_version=Version(ogmios_version),
        slot_length_ms=None if slot_length is None else round(1000 * slot_length),
        snapshot=snapshot,
        parameters=parameters,
    )
    _log_to_stderr(as_json=as_json)
    asyncio.run(_run(settings, lifeline=lifeline, as_json=as_json))


async def _run(settings: Settings, *, lifeline: bool, as_json: bool) -> None:
    import asyncio
    import signal

    from milestone_devnet.serving import serving

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with serving(settings) as endpoints:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        if lifeline:
            _when_stdin_ends(lambda: loop.call_soon_threadsafe(stop.set))
        _announce(endpoints, as_json=as_json)
        await stop.wait()
    note("the devnet has stopped", as_json=as_json)


def _when_stdin_ends(stop: Callable[[], object]) -> None:
    """Call ``stop`` when standard input ends, from a thread of its own: it may be of any kind."""
    import os
    import threading
    from contextlib import suppress

    def read() -> None:
        # The loop is closed where it has stopped for another reason.
        with suppress(OSError, RuntimeError):
            while os.read(0, 4096):
                pass
            stop()

    threading.Thread(target=read, name="lifeline", daemon=True).start()


def _announce(endpoints: Endpoints, *, as_json: bool) -> None:
    from dataclasses import asdict

    lines = [
        f"Ogmios   {endpoints.ogmios}",
        f"Kupo     {endpoints.kupo}",
        f"control  {endpoints.control}",
    ]
    print_result(asdict(endpoints), lines, as_json=as_json)


def _log_to_stderr(*, as_json: bool) -> None:
    import json
    import logging
    import sys

    class Lines(logging.Formatter):
        """A line for a person, or a JSON object for a program, as the whole program does it."""

        def format(self, record: logging.LogRecord) -> str:
            line = super().format(record)
            return json.dumps({"log": line}) if as_json else line

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines("%(asctime)s %(message)s", "%H:%M:%S"))
    log = logging.getLogger("milestone_devnet")
    log.setLevel(logging.INFO)
    log.handlers = [handler]
    log.propagate = False
