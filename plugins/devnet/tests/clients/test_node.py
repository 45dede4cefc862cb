"""Node's clients of Ogmios and Kupo. ``npm ci`` in the folder ``node`` installs them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from milestone_devnet.ledger.addresses import bech32
from milestone_devnet.node import Devnet

from .conftest import missing
from .wallets import ALWAYS_TRUE, ALWAYS_TRUE_V2, Wallet

pytestmark = pytest.mark.slow

_SCRIPTS = Path(__file__).parent / "node"
_DEADLINE = 90.0


def run(client: str, package: str, arguments: dict[str, Any]) -> Any:
    """What a client's script printed, as JSON; it must succeed."""
    ran = attempt(client, package, arguments)
    assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
    return json.loads(ran.stdout.splitlines()[-1])


def attempt(
    client: str, package: str, arguments: dict[str, Any]
) -> subprocess.CompletedProcess[str]:
    """A client's script, run to its end."""
    node = shutil.which("node")
    if node is None:
        missing("node")
    if not (_SCRIPTS / "node_modules" / package).is_dir():
        missing(f"the npm package {package} (npm ci in {_SCRIPTS.name}/)")
    return subprocess.run(
        [node, "--no-warnings", f"{client}.mjs", json.dumps(arguments)],
        cwd=_SCRIPTS,
        capture_output=True,
        text=True,
        timeout=_DEADLINE,
        check=False,
    )


def arguments(devnet: Devnet, wallet: Wallet, friend: Wallet) -> dict[str, Any]:
    for _ in range(2):
        wallet.fund(devnet, 50_000_000)
    return {
        "kupo": devnet.kupo_url,
        "ogmios": devnet.ogmios_url,
        "ogmiosHttp": devnet.ogmios_url.replace("ws", "http", 1),
        "seed": wallet.seed.hex(),
        "seedBech32": bech32("ed25519_sk", wallet.seed),
        "address": wallet.address,
        "friend": friend.address,
        "script": ALWAYS_TRUE.hex(),
        "scriptV2": ALWAYS_TRUE_V2.hex(),
    }


def check_payment_and_spend(devnet: Devnet, friend: Wallet, told: Any) -> None:
    """The payment arrived, and the output that was locked is spent by the last transaction."""

    def matches(pattern: str) -> Any:
        return requests.get(f"{devnet.kupo_url}/matches/{pattern}", timeout=10).json()

    (received,) = matches(f"{friend.address}?unspent")
    assert received["transaction_id"] == told["payment"]
    assert received["value"]["coins"] == 5_000_000
    spends = [match["spent_at"] for match in matches(f"*@{told['lock']}?spent")]
    assert told["spend"] in [spent["transaction_id"] for spent in spends]
    assert any(spent["redeemer"] for spent in spends)


def test_cardano_ogmios_client_reads_submits_and_follows(either: Devnet, wallet: Wallet) -> None:
    wallet.fund(either, 7_000_000)
    other = Wallet()
    told = run(
        "cardano-ogmios-client",
        "@cardano-ogmios/client",
        {
            "ogmios": either.ogmios_url,
            "payment": other.payment(either).hex(),
            "address": wallet.address,
        },
    )
    assert told["health"] in ("v6.14.0", "v7.0.0")
    assert (told["genesis"], told["eras"], told["parameters"]) == (42, 7, 44)
    assert told["lovelace"] == "7000000"
    assert told["start"] == "2022-10-25T00:00:00.000Z"
    assert (told["acquired"], told["followed"]) == (True, True)
    assert (told["evaluated"], told["refused"]) == (0, 3997)
    assert (told["pending"], told["has"], told["next"]) == (0, False, None)


@pytest.mark.parametrize(
    ("client", "package"),
    [("blaze", "@blaze-cardano/query"), ("lucid-cardano", "lucid-cardano")],
)
def test_clients_of_both_versions_pay_and_spend_from_a_script(
    either: Devnet, wallet: Wallet, client: str, package: str
) -> None:
    friend = Wallet()
    told = run(client, package, arguments(either, wallet, friend))
    check_payment_and_spend(either, friend, told)


OF_VERSION_SIX = pytest.mark.parametrize(
    ("client", "package"),
    [
        ("evolution", "@evolution-sdk/evolution"),
        ("lucid-evolution", "@lucid-evolution/lucid"),
    ],
)


@OF_VERSION_SIX
def test_clients_of_version_six_pay_and_spend_from_a_script(
    v6: Devnet, wallet: Wallet, client: str, package: str
) -> None:
    friend = Wallet()
    told = run(client, package, arguments(v6, wallet, friend))
    check_payment_and_spend(v6, friend, told)


@OF_VERSION_SIX
def test_clients_of_version_six_fail_on_version_seven_as_they_do_on_the_real_one(
    v7: Devnet, wallet: Wallet, client: str, package: str
) -> None:
    ran = attempt(client, package, arguments(v7, wallet, Wallet()))
    assert ran.returncode != 0
    assert "maxReferenceScriptsSize" in ran.stderr
