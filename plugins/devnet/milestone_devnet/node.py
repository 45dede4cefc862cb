"""A devnet in a thread of this process, for tests and demonstrations."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from milestone_devnet.control.client import ControlClient, Funding, Now
from milestone_devnet.serving import Endpoints, Settings, serving

__all__ = ["Devnet", "Endpoints", "Funding", "Now", "Settings"]


@dataclass
class _Thread:
    """What the serving thread and its owner tell each other."""

    started: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop | None = None
    stop: asyncio.Event | None = None
    endpoints: Endpoints | None = None
    failure: BaseException | None = None


class Devnet:
    """A devnet in a thread of this process, over real sockets on free ports.

    Example::

        with Devnet(Settings(block_time=0)) as devnet:
            devnet.fund("addr_test1...", lovelace=5_000_000, tokens=1_000)
            devnet.advance(seconds=86_400)
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._shared = _Thread()
        self._thread = threading.Thread(target=self._run, name="devnet", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and return once all servers listen; raises what ``serving`` raises."""
        self._thread.start()
        self._shared.started.wait()
        if self._shared.failure is not None:
            raise self._shared.failure

    def stop(self) -> None:
        """Stop the servers and close the state file."""
        loop, stop = self._shared.loop, self._shared.stop
        if self._thread.is_alive() and loop is not None and stop is not None:
            loop.call_soon_threadsafe(stop.set)
        self._thread.join()

    @property
    def endpoints(self) -> Endpoints:
        """Where it listens; it must have been started."""
        if self._shared.endpoints is None:
            raise RuntimeError("the devnet has not been started")
        return self._shared.endpoints

    @property
    def ogmios_url(self) -> str:
        """``ws://...`` of the Ogmios server."""
        return self.endpoints.ogmios

    @property
    def kupo_url(self) -> str:
        """``http://...`` of the Kupo server."""
        return self.endpoints.kupo

    @property
    def control(self) -> ControlClient:
        """A client of the control port."""
        return ControlClient(self.endpoints.control)

    def fund(self, address: str, *, lovelace: int | None = None, tokens: int = 0) -> Funding:
        """See :meth:`ControlClient.fund`."""
        return self.control.fund(address, lovelace=lovelace, tokens=tokens)

    def advance(self, *, seconds: int | None = None, to_ms: int | None = None) -> Now:
        """See :meth:`ControlClient.advance`."""
        return self.control.advance(seconds=seconds, to_ms=to_ms)

    def rollback(self, blocks: int, *, keep: bool = False) -> Now:
        """See :meth:`ControlClient.rollback`."""
        return self.control.rollback(blocks, keep=keep)

    def fault(self, kind: str, **details: Any) -> dict[str, Any]:
        """See :meth:`ControlClient.fault`."""
        return self.control.fault(kind, **details)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - start() raises it in its own thread
            self._shared.failure = error
        finally:
            self._shared.started.set()

    async def _serve(self) -> None:
        shared = self._shared
        shared.loop, shared.stop = asyncio.get_running_loop(), asyncio.Event()
        async with serving(self._settings) as endpoints:
            shared.endpoints = endpoints
            shared.started.set()
            await shared.stop.wait()
