"""``DevnetContainer``, for other people's tests; and its example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from milestone_core.domain.address import Address
from milestone_devnet.keys import PaymentKey
from milestone_devnet.testing import DevnetContainer, DevnetFailed

README = Path(__file__).parents[2] / "plugins" / "devnet" / "README.md"


def address() -> str:
    return str(Address.from_bytes(PaymentKey.random().address))


def test_it_pays_travels_and_rolls_back(image: str) -> None:
    somebody = address()
    with DevnetContainer(image) as devnet:
        paid = devnet.fund(somebody, lovelace=5_000_000, tokens=1_000)
        assert (paid.lovelace, paid.tokens) == (5_000_000, 1_000)
        matches = f"{devnet.kupo_url}/matches/{somebody}"
        (match,) = requests.get(matches, timeout=10).json()
        assert match["transaction_id"] == paid.transaction
        later = devnet.advance(seconds=86_400)
        assert later.block == paid.block + 1
        assert devnet.rollback(2).block == paid.block - 1
        assert requests.get(matches, timeout=10).json() == []
        assert devnet.fault("refuse", server="kupo") == {"kupo": {"kind": "refuse", "times": None}}
        with pytest.raises(requests.ConnectionError):
            requests.get(matches, timeout=10)


def test_what_it_refuses_is_told(image: str) -> None:
    with DevnetContainer(image, options=["--ogmios-version", "6.14"]) as devnet:
        health = requests.get(devnet.ogmios_url.replace("ws", "http", 1) + "/health", timeout=10)
        assert health.json()["version"].startswith("v6.14")
        with pytest.raises(DevnetFailed, match="not an address"):
            devnet.fund("nonsense", lovelace=1_000_000)


def test_the_example_of_its_readme_runs(image: str) -> None:
    section = README.read_text("utf-8").split("\n## In a container\n")[1].split("\n## ")[0]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    code = found[1].replace('"milestone-devnet"', repr(image)).replace("addr_test1v...", address())
    exec(compile(code, str(README), "exec"), {})
