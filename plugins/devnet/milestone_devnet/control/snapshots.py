"""The control API's snapshots: the whole chain as a file, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from milestone_core.api import BadInput, CorruptStore
from milestone_devnet.chain.chain import Chain

MEDIA_TYPE = "application/vnd.sqlite3"
_MAX_BYTES = 2**30
_NAME = "snapshot"


class Snapshots:
    """Copies of the chain. What is only in the mempool is not in them."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def save(self, _request: web.Request) -> web.Response:
        """``GET /snapshot``: a file that ``restore``, ``run --snapshot`` and ``--state`` take."""
        with _temporary() as path:
            self._chain.store.save_copy(path)
            content = await asyncio.to_thread(path.read_bytes)
        return web.Response(body=content, content_type=MEDIA_TYPE)

    async def restore(self, request: web.Request) -> None:
        """Become the chain of the file that is sent.

        :raises BadInput: it is no snapshot; nothing has changed.
        """
        # The media type is not one that a web page may send elsewhere without asking.
        if request.content_type != MEDIA_TYPE:
            raise BadInput(f"a snapshot is sent as {MEDIA_TYPE}")
        with _temporary() as path:
            await _receive(request, path)
            try:
                self._chain.restore(path)
            except CorruptStore as error:
                raise BadInput(f"this is no snapshot of a devnet: {error.cause}") from error


async def _receive(request: web.Request, path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        async for chunk in request.content.iter_chunked(2**16):
            size += len(chunk)
            if size > _MAX_BYTES:
                raise BadInput("a snapshot of more than a gigabyte is not taken")
            file.write(chunk)


@contextmanager
def _temporary() -> Iterator[Path]:
    with TemporaryDirectory(prefix="milestone-devnet-") as folder:
        yield Path(folder) / _NAME
