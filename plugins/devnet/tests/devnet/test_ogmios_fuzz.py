"""Random bytes, random JSON and broken frames: never a crash, a hang or growing memory."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import random
import socket
import tracemalloc
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from ogmios_answers import check_answer
from websockets.asyncio.client import connect

from milestone_devnet.chain.chain import Chain
from milestone_devnet.chain.opening import open_chain
from milestone_devnet.changes import Changes
from milestone_devnet.faucet import payment
from milestone_devnet.node import Devnet
from milestone_devnet.ogmios.rpc import Answer
from milestone_devnet.ogmios.session import Session
from milestone_devnet.ogmios.state_query import QUERIES
from milestone_devnet.ogmios.submission import SUBMISSION
from milestone_devnet.ogmios.versions import Version

from .clients import DEADLINE, Ogmios, http_url

METHODS = [
    *QUERIES,
    *SUBMISSION,
    "findIntersection",
    "nextBlock",
    "acquireLedgerState",
    "releaseLedgerState",
    "acquireMempool",
    "nextTransaction",
    "hasTransaction",
    "sizeOfMempool",
    "releaseMempool",
    "nothing",
]
WORDS: list[Any] = [
    *("points", "point", "origin", "slot", "id", "era", "fields", "all", "keys", "scripts"),
    *("transaction", "cbor", "additionalUtxo", "outputReferences", "addresses", "index", "value"),
    *("ada", "lovelace", "datum", "script", "language", "native", "json", "clause", "conway"),
    *("00" * 32, "11" * 28, "84a400818258", "stake_vkh1", "addr_test1vqzy54", "", "\\ud800"),
    *(0, 1, -1, 2**63, 2**64, 2**200, 1.5, True, False, None),
]


class Fuzz:
    """Requests from a seed: mostly of the right shape, with the words of the protocol in them."""

    def __init__(self, seed: int, transaction: bytes = b"\x84\xa0\xa0\xf5\xf6") -> None:
        self.random = random.Random(seed)
        self._transaction = transaction

    def value(self, depth: int = 0) -> Any:
        kind = self.random.randrange(6)
        if depth > 4 or kind < 3:
            return self.random.choice([*WORDS, self.noise(40).hex()])
        if kind < 5:
            keys = self.random.sample([w for w in WORDS if isinstance(w, str)], 3)
            return {key: self.value(depth + 1) for key in keys}
        return [self.value(depth + 1) for _ in range(self.random.randrange(4))]

    def noise(self, longest: int) -> bytes:
        return self.random.randbytes(self.random.randrange(longest))

    def mutated(self) -> bytes:
        """A valid transaction with a few bytes changed, cut or doubled."""
        data = bytearray(self._transaction)
        for _ in range(self.random.randrange(4)):
            where = self.random.randrange(len(data))
            data[where : where + self.random.randrange(2)] = self.noise(3)
        return bytes(data)

    def params(self, method: str) -> Any:
        if method in SUBMISSION and self.random.random() < 0.8:
            return {
                "transaction": {"cbor": self.mutated().hex()},
                "additionalUtxo": self.value(),
            }
        return self.value()

    def text(self) -> str:
        if self.random.random() < 0.1:
            return self.noise(200).decode("utf-8", "replace")
        method = self.random.choice(METHODS)
        request = {"jsonrpc": "2.0", "method": method, "id": self.value(3)}
        if self.random.random() < 0.9:
            request["params"] = self.params(method)
        text = json.dumps(request)
        if self.random.random() < 0.1:
            where = self.random.randrange(len(text))
            return text[:where] + text[where + 1 :]
        return text


async def converse(chain: Chain, version: Version, fuzz: Fuzz, requests: int) -> int:
    """A session that is sent random requests; what may wait is released by a block.

    :return: how many answers had a result.
    """
    good = 0

    async def send(answer: Answer) -> None:
        nonlocal good
        good += "result" in answer
        assert answer.get("error", {}).get("code") != -32603, answer
        if "method" in answer:
            check_answer(answer["method"], answer, f"v{version.value}")

    changes = Changes()
    chain.on_change = changes.ring
    session = Session(chain, version, changes.wait, send)
    async with session.serving():
        for number in range(requests):
            await session.receive(fuzz.text())
            if number % 50 == 0:
                chain.make_block()
                await asyncio.sleep(0)
    return good


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("seed", range(3))
def test_random_requests_are_answered_as_the_schema_has_it(version: Version, seed: int) -> None:
    chain = open_chain(None)
    paid, _ = payment(chain.state.utxo, b"\x60" + bytes(28), None, 5, chain.parameters)
    fuzz = Fuzz(seed, paid)
    good = asyncio.run(asyncio.wait_for(converse(chain, version, fuzz, 500), 60))
    chain.store.close()
    assert good > 25


@pytest.mark.slow
def test_sessions_leave_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    """The memory of many conversations is that of one, but for the chain's own growth."""
    caplog.set_level(logging.CRITICAL, "milestone_devnet")  # pytest keeps what is logged
    chain = open_chain(None)

    def converse_often(times: int) -> int:
        for seed in range(times):
            asyncio.run(converse(chain, Version.V7_0, Fuzz(seed % 5), 40))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        converse_often(10)
        first = converse_often(10)
        last = converse_often(60)
    finally:
        tracemalloc.stop()
        chain.store.close()
    assert last - first < 100_000, (first, last)


def _connected(devnet: Devnet) -> socket.socket:
    parts = urlsplit(devnet.ogmios_url)
    return socket.create_connection((parts.hostname, parts.port), timeout=DEADLINE)


def test_random_bytes_on_the_socket_harm_nobody(devnet: Devnet) -> None:
    fuzz = Fuzz(7)
    with Ogmios(devnet.ogmios_url) as other:
        for _ in range(100):
            with _connected(devnet) as raw:
                raw.sendall(fuzz.noise(2_000))
        for _ in range(20):
            with _connected(devnet) as raw:
                raw.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
                raw.sendall(fuzz.noise(20))
        assert other.result("queryNetwork/blockHeight") >= 0
    assert requests.get(f"{http_url(devnet.ogmios_url)}/health", timeout=DEADLINE).ok


def test_broken_frames_end_their_connection_only(
    devnet: Devnet, caplog: pytest.LogCaptureFixture
) -> None:
    upgrade = (
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    fuzz = Fuzz(11)
    with Ogmios(devnet.ogmios_url) as other:
        for _ in range(100):
            with _connected(devnet) as raw:
                raw.sendall(upgrade)
                assert raw.recv(4096).startswith(b"HTTP/1.1 101")
                raw.sendall(fuzz.noise(400))
        assert other.result("queryNetwork/blockHeight") >= 0
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_random_bodies_over_http_are_answered(devnet: Devnet) -> None:
    fuzz = Fuzz(13)
    with requests.Session() as session:
        for _ in range(100):
            body = fuzz.text().encode("utf-8", "replace")
            response = session.post(http_url(devnet.ogmios_url), data=body, timeout=DEADLINE)
            assert response.status_code in (200, 400)
            answer = response.json()
            assert ("error" in answer) == (response.status_code == 400)
            assert answer.get("error", {}).get("code") != -32603


def test_a_client_that_never_reads_holds_up_nobody(
    devnet: Devnet, caplog: pytest.LogCaptureFixture
) -> None:
    async def flood() -> Any:
        request = json.dumps({"jsonrpc": "2.0", "method": "queryLedgerState/protocolParameters"})
        async with connect(devnet.ogmios_url, max_queue=1, close_timeout=0.1) as deaf:
            for _ in range(2_000):
                try:
                    await asyncio.wait_for(deaf.send(request), 0.5)
                except TimeoutError:
                    break
            async with connect(devnet.ogmios_url) as other:
                await other.send('{"jsonrpc":"2.0","method":"queryNetwork/blockHeight"}')
                return json.loads(await asyncio.wait_for(other.recv(), DEADLINE))

    assert "result" in asyncio.run(flood())
    devnet.advance(seconds=1)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
