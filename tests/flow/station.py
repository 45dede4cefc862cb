"""A devnet that can be stopped and started again where it was, and chains that fail on purpose."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from milestone_core.errors import MilestoneError, OutcomeUnknown
from milestone_core.ports import ChainQuery
from milestone_devnet.node import Devnet, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from milestone_core.app import App


class Station:
    """A devnet with its state in a file. After the first start it keeps its ports."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._ports: dict[str, Any] = {}
        self.devnet = self.start()

    def start(self, block_time: float = 0) -> Devnet:
        """Start, with a block for each transaction or one every ``block_time`` seconds."""
        settings = replace(Settings(state=self._state, block_time=block_time), **self._ports)
        self.devnet = Devnet(settings)
        self.devnet.start()
        endpoints = self.devnet.endpoints
        self._ports = {
            f"{name}_port": int(getattr(endpoints, name).rpartition(":")[2])
            for name in ("ogmios", "kupo", "control")
        }
        return self.devnet

    def stop(self) -> None:
        self.devnet.stop()

    @contextmanager
    def slow(self) -> Iterator[Devnet]:
        """While this lasts, blocks are made only when somebody asks for one."""
        self.stop()
        try:
            yield self.start(block_time=3600)
        finally:
            self.stop()
            self.start()


class FailingChain:
    """A chain whose ``submit`` is another; everything else is the real one."""

    def __init__(self, chain: ChainQuery, submit: Callable[[bytes], bytes]) -> None:
        self._chain = chain
        self.submit = submit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)


def lose(
    app: App,
    *,
    sent: bool,
    then: Callable[[], None] = lambda: None,
    error: MilestoneError | None = None,
) -> None:
    """Lose the connection at the next submission: after it was ``sent``, or before.

    ``then`` something else happens, and ``error`` is what the client says of it all.
    """
    chain = app.chain

    def submit(transaction: bytes) -> bytes:
        if sent:
            chain.submit(transaction)
        then()
        raise error or OutcomeUnknown("the connection was lost")

    app.chain = FailingChain(chain, submit)
