"""The examples of the README do what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet, Settings
from milestone_devnet.ogmios.versions import Version

from .clients import Kupo
from .wallet import text_of

README = Path(__file__).parents[2] / "README.md"


def example(heading: str) -> str:
    """The first Python example under a heading."""
    section = README.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.slow
def test_the_example_for_pycardano_pays(tmp_path: Path) -> None:
    pytest.importorskip("ogmios", reason="pycardano's Ogmios context needs the package ogmios")
    with Devnet(Settings(block_time=0, ogmios_version=Version.V6_14)) as devnet:
        key = PaymentKey.random()
        key.save(tmp_path / "alice.skey")
        devnet.fund(text_of(key), lovelace=1_000_000_000)
        port = urlsplit(devnet.ogmios_url).port
        code = example("With pycardano").replace("port=1337", f"port={port}")
        assert str(port) in code
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        paid = Kupo(devnet.kupo_url).json(f"/matches/*@{done.stdout.strip()}")
    assert 5_000_000 in [match["value"]["coins"] for match in paid]


def test_the_example_for_tests_runs() -> None:
    code = example("In tests").replace("addr_test1v...", text_of(PaymentKey.random()))
    exec(compile(code, str(README), "exec"), {})
