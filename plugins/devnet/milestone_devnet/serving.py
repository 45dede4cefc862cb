"""A whole devnet as a coroutine: the chain, its block production, and the three servers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from milestone_core.api import BadInput, MilestoneError
from milestone_devnet.chain.chain import Chain
from milestone_devnet.chain.genesis import genesis
from milestone_devnet.chain.state_file import create_state_file, open_state_file
from milestone_devnet.chain.store import Store
from milestone_devnet.changes import Changes
from milestone_devnet.clock import Clock
from milestone_devnet.control.server import ControlServer
from milestone_devnet.kupo.matches import Index
from milestone_devnet.kupo.patterns import InvalidPattern, Pattern, parse
from milestone_devnet.kupo.server import KupoServer
from milestone_devnet.ledger import default_parameters
from milestone_devnet.network import SLOTS
from milestone_devnet.ogmios.server import OgmiosServer
from milestone_devnet.ogmios.versions import Version

_log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
# Where every transaction gets a block at once, empty blocks still follow the clock this often, so
# that a client that takes the time from the tip is never far off.
_HEARTBEAT_SECONDS = 10.0
_SHUTDOWN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How a devnet runs.

    ``state`` is its file, None for memory. ``block_time`` is in seconds; 0 makes a block at once
    for every transaction. A port of 0 is chosen by the system. ``match`` are the patterns that
    Kupo indexes. ``ogmios_version`` is the protocol that Ogmios speaks.
    """

    state: Path | None = None
    block_time: float = 1.0
    host: str = LOOPBACK
    ogmios_port: int = 0
    kupo_port: int = 0
    control_port: int = 0
    match: tuple[str, ...] = ("*",)
    ogmios_version: Version = Version.V7_0


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a running devnet listens."""

    ogmios: str
    kupo: str
    control: str


def open_chain(state: Path | None, *, instant: bool = False) -> Chain:
    """The chain of a state file, or a new one.

    :raises CorruptStore: the file is there and is not a devnet's; it is left as it is.
    :raises Busy: another devnet runs on it.
    :raises BadInput: the file cannot be made.
    """
    fresh = Clock(SLOTS)
    first, outputs = genesis(fresh.slot())
    if state is None:
        store = Store.in_memory(first, outputs, 0)
    else:
        if not state.exists():
            with suppress(FileExistsError):
                create_state_file(state, first, outputs)
        store = open_state_file(state)
    clock = Clock(SLOTS, store.clock_offset_ms())
    return Chain(store, clock, default_parameters(), instant=instant)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Endpoints]:
    """Run a devnet for as long as the context lasts.

    :raises BadInput: a port is taken, or a pattern is none.
    """
    patterns = [_pattern(text) for text in settings.match]
    chain = open_chain(settings.state, instant=settings.block_time == 0)
    async with AsyncExitStack() as stack:
        stack.callback(chain.store.close)
        changes = Changes()
        chain.on_change = changes.ring
        index = Index(chain.store.connection, patterns)
        described: dict[str, str] = {}
        servers = {
            "ogmios": OgmiosServer(chain, changes, settings.ogmios_version).application(),
            "kupo": KupoServer(chain, index).application(),
            "control": ControlServer(chain, changes, lambda: described).application(),
        }
        listeners = {
            "ogmios": (settings.host, settings.ogmios_port),
            "kupo": (settings.host, settings.kupo_port),
            "control": (LOOPBACK, settings.control_port),
        }
        for name, (host, port) in listeners.items():
            scheme = "ws" if name == "ogmios" else "http"
            where = await _listen(stack, servers[name], host, port)
            described[name] = f"{scheme}://{where}"
        endpoints = Endpoints(**described)
        producer = asyncio.create_task(_produce(chain, settings.block_time or _HEARTBEAT_SECONDS))
        stack.push_async_callback(_cancel, producer)
        yield endpoints


async def _listen(stack: AsyncExitStack, app: web.Application, host: str, port: int) -> str:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise BadInput(
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="choose another port, or 0 for any; perhaps another devnet is running",
        ) from error
    bound = runner.addresses[0][1]
    return f"[{host}]:{bound}" if ":" in host else f"{host}:{bound}"


async def _produce(chain: Chain, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            chain.make_block()
        except MilestoneError as error:
            _log.error("%s", error.message)
        except Exception:  # noqa: BLE001 - a defect of ours must not end block production
            _log.exception("a defect of the devnet, in block production")


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _pattern(text: str) -> Pattern:
    try:
        return parse(text)
    except InvalidPattern:
        raise BadInput(f"{text[:120]!r} is not a pattern of Kupo's") from None
