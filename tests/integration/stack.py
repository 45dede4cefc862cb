"""What the suite asks of the services, whichever they are."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any

from milestone_core.domain.chain import AssetId


class Stack(ABC):
    """Ogmios and Kupo over one chain, in containers. Their ports stay the same over restarts."""

    ogmios_url: str
    kupo_url: str

    token: AssetId
    """What :meth:`fund` pays besides ADA."""

    can_wait: bool
    """Whether time can be made to pass."""

    @abstractmethod
    def fund(self, address: str, *, lovelace: int | None = None, tokens: int = 0) -> Any:
        """Pay into one output at an address, and return when it is in a block."""

    @abstractmethod
    def restart(self) -> None:
        """Stop everything and start it again on the same chain; return when it is in sync."""

    @abstractmethod
    def paused(self, service: str) -> AbstractContextManager[None]:
        """While this lasts, ``ogmios`` or ``kupo`` accepts connections and answers nothing."""

    @abstractmethod
    def lagging(self) -> AbstractContextManager[None]:
        """While this lasts, Kupo is behind the node, further than may be built on."""


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
