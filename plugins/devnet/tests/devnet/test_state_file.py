from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from milestone_core.api import (
    BadInput,
    Busy,
    CorruptStore,
    MilestoneError,
    ServiceUnavailable,
)
from milestone_devnet.chain.opening import open_chain
from milestone_devnet.control.client import ControlClient, Funding
from milestone_devnet.faucet import FAUCET, payment
from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet, Settings

from .clients import Kupo, Ogmios
from .wallet import funded_key, text_of

RUN = "from milestone_devnet.cli import devnet; devnet()"


@contextmanager
def running(state: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The command itself, in a process of its own, on free ports."""
    ports = ["--ogmios-port", "0", "--kupo-port", "0", "--control-port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "run", "--state", str(state), "--json", *ports, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def fund_until_it_dies(control: ControlClient, funded: list[Funding]) -> None:
    address = text_of(PaymentKey.random())
    with suppress(MilestoneError, OSError, ValueError):
        while True:
            funded.append(control.fund(address, lovelace=2_000_000))


@pytest.mark.slow
@pytest.mark.parametrize("block_time", ["0", "0.05"])
def test_every_acknowledged_block_survives_kill_9(tmp_path: Path, block_time: str) -> None:
    state = tmp_path / "devnet.db"
    funded: list[Funding] = []
    chance = random.Random(int(float(block_time) * 100))
    for _ in range(3):
        with running(state, "--block-time", block_time) as (process, endpoints):
            control = ControlClient(endpoints["control"])
            clients = [
                threading.Thread(target=fund_until_it_dies, args=(control, funded))
                for _ in range(3)
            ]
            for client in clients:
                client.start()
            time.sleep(chance.uniform(0.15, 0.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
            for client in clients:
                client.join()
    assert len(funded) > 10
    chain = open_chain(state)
    for funding in funded:
        assert chain.store.height_of(bytes.fromhex(funding.transaction)) == funding.block
    blocks = chain.store.connection.execute("SELECT hash, parent FROM blocks ORDER BY height")
    hashes = list(blocks)
    assert all(hashes[i][0] == hashes[i + 1][1] for i in range(len(hashes) - 1))
    chain.store.close()


def test_a_restart_continues_chain_outputs_and_time(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path / "devnet.db", block_time=0)
    with Devnet(settings) as devnet:
        key, _ = funded_key(devnet, tokens=5)
        before = devnet.advance(seconds=1_000_000)
        matches = Kupo(devnet.kupo_url).json("/matches")
    with Devnet(settings) as devnet, Ogmios(devnet.ogmios_url) as ogmios:
        assert ogmios.result("queryNetwork/tip") == {"slot": before.slot, "id": before.hash}
        assert Kupo(devnet.kupo_url).json("/matches") == matches
        after = devnet.advance(seconds=1)
        assert after.block == before.block + 1
        assert 0 < after.slot - before.slot < 30
        assert len(ogmios.result("queryLedgerState/utxo", addresses=[text_of(key)])) == 1
        devnet.fund(text_of(key), lovelace=1_000_000)


FOREIGN = {
    "a text": b"[network]\nmagic = 42\n" * 50,
    "an empty file": b"",
    "random bytes": random.Random(7).randbytes(20_000),
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_file_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    state = tmp_path / "mine"
    state.write_bytes(content)
    with pytest.raises(CorruptStore):
        open_chain(state)
    assert state.read_bytes() == content
    assert list(tmp_path.iterdir()) == [state]


def test_another_programs_sqlite_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    import sqlite3

    state = tmp_path / "mine.db"
    connection = sqlite3.connect(state)
    connection.execute("CREATE TABLE meta (key, value)")
    connection.close()
    content = state.read_bytes()
    with pytest.raises(CorruptStore, match="not the state file of a devnet"):
        open_chain(state)
    assert state.read_bytes() == content


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_or_damaged_file_is_refused_and_left_as_it_is(
    tmp_path: Path, share: float
) -> None:
    state = tmp_path / "devnet.db"
    with Devnet(Settings(state=state, block_time=0)) as devnet:
        for _ in range(5):
            funded_key(devnet)
    content = state.read_bytes()
    cut = content[: int(len(content) * share)]
    state.write_bytes(cut)
    with pytest.raises(CorruptStore):
        open_chain(state)
    assert state.read_bytes() == cut
    middle = int(len(content) * share)
    damaged = content[:middle] + b"\xa5" * 4096 + content[middle + 4096 :]
    state.write_bytes(damaged[: len(content)])
    with pytest.raises(CorruptStore):
        open_chain(state)


def test_two_devnets_do_not_share_a_file(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path / "devnet.db")
    with Devnet(settings), pytest.raises(Busy):
        Devnet(settings).start()


def test_a_state_file_in_a_folder_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be made"):
        open_chain(tmp_path / "missing" / "devnet.db")


def test_a_full_disk_loses_no_block_and_no_pending_transaction(tmp_path: Path) -> None:
    chain = open_chain(tmp_path / "devnet.db")
    connection = chain.store.connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    paid: list[bytes] = []

    def fund_once() -> None:
        unspent = chain.mempool.unspent_at(FAUCET.address)
        to = PaymentKey.random().address
        cbor, _ = payment(unspent, to, 2_000_000, 0, chain.parameters)
        paid.append(chain.submit(cbor))
        chain.make_block()

    def fund_until_the_disk_is_full() -> None:
        for _ in range(200):
            fund_once()

    with pytest.raises(ServiceUnavailable, match="could not be written"):
        fund_until_the_disk_is_full()
    assert chain.tip == chain.store.tip()
    assert chain.tip.height == len(paid) - 1
    assert paid[-1] in chain.mempool
    connection.execute("PRAGMA max_page_count = 1000000")
    chain.make_block()
    assert all(chain.store.height_of(transaction_id) is not None for transaction_id in paid)
    assert chain.store.state() == chain.state
    chain.store.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    state = tmp_path / "devnet.db"
    with running(state) as (process, endpoints), Ogmios(endpoints["ogmios"]):
        assert endpoints.keys() == {"schema", "ogmios", "kupo", "control"}
        process.send_signal(number)
        assert process.wait(timeout=5) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["devnet.db"]


@pytest.mark.slow
def test_it_listens_within_seconds_even_on_a_busy_machine(tmp_path: Path) -> None:
    with running(tmp_path / "warm.db"):
        pass  # bytecode is compiled and files are cached
    best = float("inf")
    for attempt in range(3):
        started = time.perf_counter()
        with running(tmp_path / f"{attempt}.db"):
            best = min(best, time.perf_counter() - started)
    assert best < 10.0
