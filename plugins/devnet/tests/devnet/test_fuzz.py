"""Random bytes at both servers: they never crash, hang, or grow."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from milestone_devnet.control.client import ControlClient

from .clients import Kupo, Ogmios

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc"),
]

RUN = "from milestone_devnet.cli import devnet; devnet()"
ROUNDS = 1_500
WARM_UP = 500
MAX_GROWTH = 12 * 2**20
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def http(line: str, body: bytes = b"", *headers: str) -> bytes:
    """A request of HTTP."""
    head = [f"{line} HTTP/1.1", "Host: x", *headers]
    if body and not headers:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


SEEDS = [
    http("GET /matches?unspent&resolve_hashes"),
    http(f"GET /v1/matches/*@{'00' * 32}", b"", "If-None-Match: x"),
    http("PUT /patterns", b'{"patterns":["*"],"rollback_to":{"slot_no":0}}'),
    http("DELETE /matches/*/*", b"5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    http("POST /", b'{"jsonrpc":"2.0","method":"queryNetwork/tip"}'),
    UPGRADE + b"\x81\x85\0\0\0\0hello" + b"\x89\x80\0\0\0\0",
    UPGRADE + b"\x81\xfe\xff\xff\0\0\0\0" + bytes(1000),
    UPGRADE + b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
]


@dataclass
class Server:
    """A devnet in a process of its own."""

    process: subprocess.Popen[str]
    endpoints: dict[str, str]

    def memory(self) -> int:
        """Resident bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return 1024 * int(line.split()[1])

    def is_well(self) -> None:
        assert self.process.poll() is None
        assert ControlClient(self.endpoints["control"]).status()["schema"] == 1
        assert Kupo(self.endpoints["kupo"]).json("/checkpoints")
        with Ogmios(self.endpoints["ogmios"]) as ogmios:
            assert ogmios.result("queryNetwork/tip")


@pytest.fixture
def server() -> Iterator[Server]:
    ports = ["--ogmios-port", "0", "--kupo-port", "0", "--control-port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "run", "--json", "--block-time", "3600", *ports],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert process.stdout is not None
        yield Server(process, json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


def mutated(chance: random.Random) -> bytes:
    """Random bytes, or a request with bytes changed, cut, doubled or put in."""
    if chance.random() < 0.2:
        return chance.randbytes(chance.randrange(1, 3_000))
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randrange(6)):
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                data[place:place] = chance.randbytes(chance.randrange(1, 50))
            case 2:
                del data[place : place + chance.randrange(1, 20)]
            case _:
                data += data[place:]
        if not data:
            break
    return bytes(data[:20_000])


def send(url: str, data: bytes, *, read: bool) -> None:
    """Send bytes and perhaps read what comes; the server may break it off at any time."""
    where = urlsplit(url)
    with (
        suppress(ConnectionError, TimeoutError),
        socket.create_connection((where.hostname, where.port), timeout=0.05) as connection,
    ):
        connection.sendall(data)
        if read:
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass


@pytest.mark.parametrize("seed", [1, 2])
def test_random_bytes_neither_end_nor_stop_nor_swell_the_servers(server: Server, seed: int) -> None:
    chance = random.Random(seed)
    before = 0
    for number in range(WARM_UP + ROUNDS):
        if number == WARM_UP:
            before = server.memory()
        if number % 250 == 0:
            server.is_well()
        url = server.endpoints[chance.choice(["ogmios", "kupo"])]
        send(url, mutated(chance), read=chance.random() < 0.3)
    server.is_well()
    assert server.memory() - before < MAX_GROWTH
