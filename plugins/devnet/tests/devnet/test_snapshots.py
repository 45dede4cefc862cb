"""Chains that are saved, restored, and begun from a snapshot."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from milestone_core.api import BadInput, CorruptStore
from milestone_devnet.cli import devnet as command
from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet, Settings

from .clients import DEADLINE, Kupo, Ogmios
from .wallet import funded_key, pay, text_of


def matches(devnet: Devnet) -> object:
    return Kupo(devnet.kupo_url).json("/matches?resolve_hashes")


@pytest.mark.parametrize("file", [False, True])
def test_a_restored_chain_is_what_it_was_and_goes_on(tmp_path: Path, file: bool) -> None:
    state = tmp_path / "devnet.db" if file else None
    with Devnet(Settings(state, block_time=0)) as devnet:
        key, reference = funded_key(devnet, tokens=5)
        devnet.advance(seconds=10**6)
        before, status = matches(devnet), devnet.control.status()
        saved = devnet.control.snapshot()
        devnet.fund(text_of(key), lovelace=2_000_000)
        devnet.advance(seconds=10**6)
        now = devnet.control.restore(saved)
        assert (now.hash, now.block) == (status["hash"], status["block"])
        assert matches(devnet) == before
        assert 0 <= now.slot - status["slot"] < 10
        with Ogmios(devnet.ogmios_url) as ogmios:
            cbor = pay(key, (reference[0], 0), 100_000_000, key.address, 40_000_000)
            # It holds tokens that the payment forgets: the ledger knows the restored output.
            error = ogmios.error("submitTransaction", transaction={"cbor": cbor.hex()})
            assert error["code"] == 3123
        last = devnet.fund(text_of(key), lovelace=3_000_000)
    if state is not None:
        with Devnet(Settings(state, block_time=0)) as devnet:
            found = Kupo(devnet.kupo_url).json(f"/matches/*@{last.transaction}")
            assert len(found) == 2


def test_a_chain_begins_with_a_snapshot_in_memory_or_in_a_file(tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot"
    with Devnet(Settings(block_time=0)) as devnet:
        key, _ = funded_key(devnet)
        before = matches(devnet)
        snapshot.write_bytes(devnet.control.snapshot())
    content = snapshot.read_bytes()
    for state in (None, tmp_path / "devnet.db"):
        with Devnet(Settings(state, block_time=0, snapshot=snapshot)) as devnet:
            assert matches(devnet) == before
            devnet.fund(text_of(key), lovelace=2_000_000)
    assert snapshot.read_bytes() == content
    with pytest.raises(BadInput, match="only begins a new chain"):
        Devnet(Settings(tmp_path / "devnet.db", snapshot=snapshot)).start()
    # A snapshot is a state file too.
    with Devnet(Settings(snapshot, block_time=0)) as devnet:
        assert matches(devnet) == before


def test_what_is_no_snapshot_changes_nothing(tmp_path: Path) -> None:
    with Devnet(Settings(block_time=0)) as devnet:
        funded_key(devnet)
        good = devnet.control.snapshot()
        before, status = matches(devnet), devnet.control.status()
        broken = tmp_path / "broken"
        broken.write_bytes(good)
        with sqlite3.connect(broken) as connection:
            connection.execute("UPDATE outputs SET raw = x'80'")
        connection.close()
        foreign = tmp_path / "foreign"
        with sqlite3.connect(foreign) as connection:
            connection.execute("CREATE TABLE meta (key, value)")
        connection.close()
        for bad in (b"", b"nonsense", good[:5000], broken.read_bytes(), foreign.read_bytes()):
            with pytest.raises(BadInput, match="no snapshot"):
                devnet.control.restore(bad)
            assert matches(devnet) == before
            assert devnet.control.status()["hash"] == status["hash"]
        url = f"{devnet.endpoints.control}/restore"
        assert requests.post(url, data=good, timeout=DEADLINE).status_code == 400
        devnet.control.restore(good)


def test_a_snapshot_that_is_none_begins_no_chain(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"nonsense" * 1000)
    with pytest.raises(CorruptStore):
        Devnet(Settings(snapshot=bad)).start()


def test_what_is_pending_is_not_in_a_snapshot(slow_devnet: Devnet) -> None:
    saved = slow_devnet.control.snapshot()
    assert slow_devnet.control.restore(saved).block == 0


def test_the_commands_save_and_restore(tmp_path: Path, devnet: Devnet) -> None:
    port = ["--control-port", devnet.endpoints.control.rsplit(":", 1)[1]]
    file = tmp_path / "a snapshot"

    def run(*arguments: str) -> object:
        return CliRunner().invoke(command, [*arguments, *port]).exception

    assert run("snapshot", str(file)) is None
    before = devnet.control.status()["hash"]
    address = text_of(PaymentKey.random())
    devnet.fund(address, lovelace=2_000_000)
    assert isinstance(run("snapshot", str(file)), BadInput)
    assert run("restore", str(file)) is None
    assert devnet.control.status()["hash"] == before
    assert Kupo(devnet.kupo_url).json(f"/matches/{address}") == []
    assert run("snapshot", str(file), "--force") is None
    assert isinstance(run("restore", str(tmp_path / "missing")), BadInput)
    assert isinstance(run("snapshot", str(tmp_path / "no" / "folder")), BadInput)
