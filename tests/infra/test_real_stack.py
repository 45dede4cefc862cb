"""The suite's private testnet, as far as it goes without its images.

What is asked of docker is recorded, and a devnet stands where Ogmios and Kupo would listen: so its
commands, its waiting, and the faucet that builds and mints are tried; upstream's programs are not.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml
from pycardano import Address, Network, PaymentSigningKey, PaymentVerificationKey

from milestone_devnet.node import Devnet, Settings
from tests.integration import real_stack
from tests.integration.real_stack import FAUCET_KEY, RealStack

DOCKER = """#!/bin/sh
printf '%s\\n' "$PWD: $*" >>"$RECORD"
case " $* " in
    *" exec -T node cat "*) cat "$KEY" ;;
    *" ps "*)
        for service in node ogmios kupo; do
            echo "{\\"Service\\": \\"$service\\", \\"Health\\": \\"$(cat "$HEALTH")\\"}"
        done
        echo healthy >"$HEALTH"
        ;;
esac
"""


@pytest.fixture(scope="module")
def devnet() -> Iterator[Devnet]:
    with Devnet(Settings(block_time=0)) as running:
        yield running


class Tried:
    """A stack over a devnet, with what it asked of docker."""

    def __init__(self, folder: Path, devnet: Devnet, patch: pytest.MonkeyPatch) -> None:
        self._record, key, bin_ = folder / "record", folder / "genesis.skey", folder / "bin"
        bin_.mkdir()
        (bin_ / "docker").write_text(DOCKER)
        (bin_ / "docker").chmod(0o755)
        patch.setenv("PATH", f"{bin_}:{os.environ['PATH']}")
        patch.setenv("RECORD", str(self._record))
        patch.setenv("KEY", str(key))
        patch.setenv("HEALTH", str(folder / "health"))
        (folder / "health").write_text("unhealthy")
        genesis = PaymentSigningKey.generate()
        # As cardano-cli names the keys of a genesis file's funds.
        envelope = {"type": "GenesisUTxOSigningKey_ed25519", "cborHex": genesis.to_cbor_hex()}
        key.write_text(json.dumps(envelope))
        public = PaymentVerificationKey.from_signing_key(genesis)
        rich = str(Address(public.hash(), network=Network.TESTNET))
        devnet.fund(rich, lovelace=10_000_000_000)
        ports = iter((devnet.ogmios_url, devnet.kupo_url))
        patch.setattr(real_stack, "free_port", lambda: int(next(ports).rpartition(":")[2]))
        self.stack = RealStack(folder)
        self.folder = folder

    def asked(self) -> list[str]:
        """What docker was asked since the last time, all of it in the folder of the network."""
        lines = self._record.read_text().splitlines() if self._record.exists() else []
        self._record.write_text("")
        prefix = f"{real_stack.PRIVATE}: compose -f compose.yaml --env-file "
        assert all(line.startswith(prefix) for line in lines), lines
        return [line.removeprefix(f"{prefix}{self.folder / 'variables.env'} ") for line in lines]


@pytest.fixture
def tried(tmp_path: Path, devnet: Devnet, monkeypatch: pytest.MonkeyPatch) -> Tried:
    made = Tried(tmp_path, devnet, monkeypatch)
    made.stack.start()
    return made


def test_it_starts_what_users_start_and_waits_until_it_is_in_sync(tried: Tried) -> None:
    assert tried.asked() == ["up --wait", f"exec -T node cat {FAUCET_KEY}"]
    variables = (tried.folder / "variables.env").read_text().splitlines()
    assert variables[0].startswith("COMPOSE_PROJECT_NAME=milestone-test-")
    port = tried.stack.ogmios_url.rpartition(":")[2]
    assert f"OGMIOS_PORT={port}" in variables
    assert (tried.folder / "faucet.skey").stat().st_mode & 0o077 == 0


def test_the_faucet_pays_ada_and_mints_the_token(tried: Tried, devnet: Devnet) -> None:
    somebody = PaymentVerificationKey.from_signing_key(PaymentSigningKey.generate()).hash()
    address = str(Address(somebody, network=Network.TESTNET))
    for lovelace, tokens in ((5_000_000, 0), (None, 1_000), (3_000_000, 7)):
        tried.stack.fund(address, lovelace=lovelace, tokens=tokens)
    matches = requests.get(f"{devnet.kupo_url}/matches/{address}?unspent", timeout=10).json()
    held = [match["value"] for match in matches]
    assert sorted(value["coins"] for value in held) == [2_000_000, 3_000_000, 5_000_000]
    token = str(tried.stack.token)
    assert sum(value["assets"].get(token, 0) for value in held) == 1_007


def test_restarting_and_pausing_wait_until_it_is_in_sync_again(tried: Tried) -> None:
    tried.asked()
    tried.stack.restart()
    assert tried.asked() == ["restart node ogmios kupo", "up --wait"]
    with tried.stack.paused("kupo"):
        assert tried.asked() == ["pause kupo"]
    asked = tried.asked()
    assert asked[0] == "unpause kupo"
    assert [line.split()[0] for line in asked[1:]] == ["ps", "ps"], "once unhealthy, then healthy"


def test_lag_is_a_kupo_that_goes_no_further_while_the_chain_does(
    tried: Tried, devnet: Devnet
) -> None:
    tried.asked()
    slot = devnet.control.status()["slot"]
    devnet.fault("stale")
    later = threading.Timer(0.3, lambda: devnet.advance(seconds=200))
    later.start()
    with tried.stack.lagging():
        later.join()
        devnet.fault("clear")
        override = tried.folder / "until.yaml"
        assert tried.asked() == [f"--file {override} up --detach --no-deps kupo"]
        command = yaml.safe_load(override.read_text())["services"]["kupo"]["command"]
        assert command[-1] == f"--until={slot}"
        assert "--match=*" in command, "patterns as before, or Kupo refuses to start"
    assert tried.asked() == ["up --wait"]


def test_a_network_that_ends_leaves_nothing(tried: Tried) -> None:
    tried.asked()
    tried.stack.stop()
    assert tried.asked() == ["down --volumes"]
