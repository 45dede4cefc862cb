"""Waking coroutines when the chain has changed."""

from __future__ import annotations

import asyncio


class Changes:
    """A bell: ``ring`` wakes everybody who waits at that moment."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the waiting."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self) -> None:
        """Wait for the next ring."""
        await self._rung.wait()
