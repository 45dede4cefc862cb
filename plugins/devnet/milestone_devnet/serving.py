"""A whole devnet as a coroutine: the chain, its block production, and the three servers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from milestone_core.api import BadInput, MilestoneError
from milestone_devnet.chain.chain import Chain
from milestone_devnet.chain.opening import open_chain
from milestone_devnet.changes import Changes
from milestone_devnet.control.server import ControlServer
from milestone_devnet.faults.board import FaultBoard
from milestone_devnet.faults.faults import Faults
from milestone_devnet.faults.transport import Misbehaving
from milestone_devnet.kupo.index import Index
from milestone_devnet.kupo.patterns import InvalidPattern, Pattern, parse
from milestone_devnet.kupo.server import KupoServer
from milestone_devnet.ogmios.server import OgmiosServer
from milestone_devnet.ogmios.versions import Version
from milestone_devnet.parameter_file import read_parameters

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
    Kupo indexes; none for those that it watched last, or everything. ``ogmios_version`` is the
    protocol that Ogmios speaks. ``slot_length_ms`` is None for that of the chain, one second for a
    new one. ``snapshot`` is a file that a new chain begins with, ``parameters`` one of protocol
    parameters to override. Without ``horizon``, and unlike on any real network, scripts can be told
    of times however far ahead.
    """

    state: Path | None = None
    block_time: float = 1.0
    host: str = LOOPBACK
    ogmios_port: int = 0
    kupo_port: int = 0
    control_port: int = 0
    match: tuple[str, ...] = ()
    ogmios_version: Version = Version.V7_0
    slot_length_ms: int | None = None
    snapshot: Path | None = None
    parameters: Path | None = None
    horizon: bool = True


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a running devnet listens."""

    ogmios: str
    kupo: str
    control: str


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Endpoints]:
    """Run a devnet for as long as the context lasts.

    :raises BadInput: a port is taken, a pattern is none, or a file is wrong.
    :raises CorruptStore: the state file or the snapshot is not a devnet's.
    """
    patterns = [_pattern(text) for text in settings.match]
    chain = open_chain(
        settings.state,
        instant=settings.block_time == 0,
        slot_length_ms=settings.slot_length_ms,
        snapshot=settings.snapshot,
        parameters=None if settings.parameters is None else read_parameters(settings.parameters),
        horizon=settings.horizon,
    )
    async with AsyncExitStack() as stack:
        stack.callback(chain.store.close)
        changes = Changes()
        index = Index(chain.store.connection, patterns)
        _follow(chain, index, changes)
        ogmios = OgmiosServer(chain, changes, settings.ogmios_version)
        faults = FaultBoard(index, ogmios.lose_node)
        described: dict[str, str] = {}
        servers = {
            "ogmios": ogmios.application(),
            "kupo": KupoServer(chain, index).application(),
            "control": ControlServer(chain, changes, faults, lambda: described).application(),
        }
        listeners = {
            "ogmios": (settings.host, settings.ogmios_port),
            "kupo": (settings.host, settings.kupo_port),
            "control": (LOOPBACK, settings.control_port),
        }
        for name, (host, port) in listeners.items():
            scheme = "ws" if name == "ogmios" else "http"
            where = await _listen(stack, servers[name], host, port, faults.of(name))
            described[name] = f"{scheme}://{where}"
        endpoints = Endpoints(**described)
        producer = asyncio.create_task(_produce(chain, settings.block_time or _HEARTBEAT_SECONDS))
        stack.push_async_callback(_cancel, producer)
        yield endpoints


def _follow(chain: Chain, index: Index, changes: Changes) -> None:
    def changed() -> None:
        index.follow()
        changes.ring()

    chain.on_change = changed
    chain.on_rollback = index.rolled_back


async def _listen(
    stack: AsyncExitStack, app: web.Application, host: str, port: int, faults: Faults | None
) -> str:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    assert runner.server is not None
    protocol: Callable[[], asyncio.Protocol] = runner.server
    if faults is not None:
        protocol = partial(_misbehaving, runner.server, faults)
    try:
        server = await asyncio.get_running_loop().create_server(protocol, host, port, backlog=128)
    except OSError as error:
        raise BadInput(
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="choose another port, or 0 for any; perhaps another devnet is running",
        ) from error
    # Stops listening first; the runner then ends the connections that are left.
    stack.callback(server.close)
    bound = server.sockets[0].getsockname()[1]
    return f"[{host}]:{bound}" if ":" in host else f"{host}:{bound}"


def _misbehaving(protocol: Callable[[], asyncio.Protocol], faults: Faults) -> Misbehaving:
    return Misbehaving(protocol(), faults)


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
