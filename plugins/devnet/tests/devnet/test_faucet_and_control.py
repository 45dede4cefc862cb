from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from milestone_core.api import BadInput, InsufficientFunds, ServiceUnavailable
from milestone_devnet.control.client import ControlClient, Funding
from milestone_devnet.faucet import FAUCET, TOKEN
from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.node import Devnet, Settings

from .clients import DEADLINE, Kupo, Ogmios
from .wallet import text_of


def test_funding_is_an_ordinary_payment_from_the_faucets_address(
    devnet: Devnet, kupo: Kupo
) -> None:
    key = PaymentKey.random()
    funding = devnet.fund(text_of(key), lovelace=5_000_000, tokens=12)
    outputs = kupo.json(f"/matches/*@{funding.transaction}?order=oldest_first")
    assert [output["address"] for output in outputs] == [
        text_of(key),
        address_text(FAUCET.address),
    ]
    assert (funding.policy, funding.name) == (TOKEN.policy.hex(), TOKEN.name.hex())
    spent = kupo.json(f"/matches/{address_text(FAUCET.address)}?spent")
    assert funding.transaction in {match["spent_at"]["transaction_id"] for match in spent}


def test_tokens_alone_come_with_the_least_ada_that_they_need(devnet: Devnet) -> None:
    address = text_of(PaymentKey.random())
    least = devnet.fund(address, tokens=1).lovelace
    assert 857_690 < least < 1_500_000
    with pytest.raises(BadInput, match=f"needs {least}"):
        devnet.fund(address, tokens=1, lovelace=least - 1)
    assert devnet.fund(address, tokens=1, lovelace=least).lovelace == least


def test_more_than_the_faucet_has_is_refused_with_the_figures(devnet: Devnet) -> None:
    address = text_of(PaymentKey.random())
    with pytest.raises(InsufficientFunds) as refusal:
        devnet.fund(address, tokens=2**63 - 1)
    assert int(str(refusal.value.details["available"])) < 2**63 - 1
    with pytest.raises(InsufficientFunds):
        devnet.fund(address, lovelace=31 * 10**15)


def test_the_faucet_can_be_emptied_of_tokens_and_says_so() -> None:
    with Devnet(Settings(block_time=0)) as own:
        address = text_of(PaymentKey.random())
        assert own.fund(address, tokens=9 * 10**18).tokens == 9 * 10**18
        with pytest.raises(InsufficientFunds, match="0 there"):
            own.fund(address, tokens=1)
        assert own.fund(address, lovelace=1_000_000).lovelace == 1_000_000


def test_what_is_paid_back_to_the_faucet_can_be_paid_out_again() -> None:
    with Devnet(Settings(block_time=0)) as own:
        own.fund(address_text(FAUCET.address), lovelace=3_000_000, tokens=8 * 10**18)
        address = text_of(PaymentKey.random())
        assert own.fund(address, tokens=9 * 10**18).tokens == 9 * 10**18


def test_many_at_once_are_all_paid_within_one_block_time() -> None:
    addresses = [text_of(PaymentKey.random()) for _ in range(12)]
    paid: list[Funding] = []
    with Devnet(Settings(block_time=0.5)) as own:
        threads = [
            threading.Thread(target=lambda a=a: paid.append(own.fund(a, lovelace=2_000_000)))
            for a in addresses
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with Ogmios(own.ogmios_url) as ogmios:
            found = ogmios.result("queryLedgerState/utxo", addresses=addresses)
    assert len(found) == len(paid) == 12
    assert len({funding.block for funding in paid}) <= 2


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "addr1vyc29pvl2uyzqt8nwxrcxnf558ffm27u3d9calxn8tdudjgz4xq9p",
        "stake_test1uqzy54hm3u706fchurv3p4e8vpdywvzdmandpd705v3al2ckkj6xk",
        "DdzFFzCqrhsnWCKDVxHipmLW7acroB11zWxe1BGP1gCh7EqmgjVPe2qes6HrsQs",
    ],
)
def test_only_payment_addresses_of_test_networks_are_funded(devnet: Devnet, address: str) -> None:
    with pytest.raises(BadInput):
        devnet.fund(address, lovelace=2_000_000)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/fund", {}),
        ("/fund", []),
        ("/fund", {"address": 5}),
        ("/fund", {"address": address_text(FAUCET.address)}),
        ("/fund", {"address": address_text(FAUCET.address), "lovelace": 5}),
        ("/fund", {"address": address_text(FAUCET.address), "lovelace": "-5"}),
        ("/fund", {"address": address_text(FAUCET.address), "tokens": "0"}),
        ("/fund", {"address": address_text(FAUCET.address), "tokens": str(2**63)}),
        ("/fund", {"address": address_text(FAUCET.address), "tokens": "9" * 5000}),
        ("/advance", {}),
        ("/advance", {"seconds": "5"}),
        ("/advance", {"seconds": 0}),
        ("/advance", {"seconds": -5}),
        ("/advance", {"seconds": True}),
        ("/advance", {"seconds": 10**40}),
        ("/advance", {"to_ms": 0}),
        ("/advance", {"to_ms": 10**15}),
    ],
)
def test_a_wrong_command_is_bad_input_and_changes_nothing(
    devnet: Devnet, path: str, body: Any
) -> None:
    before = devnet.control.status()
    answer = requests.post(devnet.endpoints.control + path, json=body, timeout=DEADLINE)
    assert answer.status_code == 400
    assert answer.json()["error"]["exit"] == 2
    assert devnet.control.status()["hash"] == before["hash"]


def test_a_web_page_cannot_reach_the_control_port(devnet: Devnet) -> None:
    url = f"{devnet.endpoints.control}/advance"
    form = requests.post(url, data='{"seconds":5}', timeout=DEADLINE)
    assert form.status_code == 400
    assert "application/json" in form.json()["error"]["message"]
    rebound = requests.post(
        url, json={"seconds": 5}, headers={"Host": "evil.example:1338"}, timeout=DEADLINE
    )
    assert rebound.status_code == 403


def test_status_tells_endpoints_time_and_stock(devnet: Devnet) -> None:
    now = devnet.advance(seconds=5)
    status = devnet.control.status()
    assert (status["ogmios"], status["kupo"]) == (devnet.ogmios_url, devnet.kupo_url)
    assert (status["slot"], status["hash"]) == (now.slot, now.hash)
    assert int(status["faucet"]["lovelace"]) > 10**15


def test_where_no_devnet_runs_the_error_says_how_to_start_one() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ServiceUnavailable) as error:
        ControlClient(url).status()
    assert "milestone devnet run" in error.value.hint


def test_another_server_at_the_port_is_recognised(devnet: Devnet) -> None:
    with pytest.raises(ServiceUnavailable):
        ControlClient(f"{devnet.kupo_url}/matches").advance(seconds=5)


def test_a_taken_port_is_bad_input(devnet: Devnet) -> None:
    port = int(devnet.kupo_url.rsplit(":", 1)[1])
    with pytest.raises(BadInput, match=f"port {port}"):
        Devnet(Settings(ogmios_port=port)).start()


def test_a_pattern_that_is_none_is_bad_input() -> None:
    with pytest.raises(BadInput, match="pattern"):
        Devnet(Settings(match=("nonsense",))).start()


def test_the_readme_states_the_faucets_address_and_the_tokens_ids() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    for stated in (address_text(FAUCET.address), TOKEN.policy.hex(), TOKEN.name.hex()):
        assert f"`{stated}`" in readme
