"""Nobody pays on mainnet by mistake: the devnet stands in for it here, for consent only."""

from __future__ import annotations

import os
import sys

import pexpect
import pytest

from milestone_core.networks import Network

from .claims import Claim

ON_MAINNET = """
import sys
from milestone_core.cli.main import run
from milestone_core.networks import Network
Network.is_mainnet = property(lambda _network: True)
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def mainnet(monkeypatch: pytest.MonkeyPatch, claim: Claim) -> None:  # noqa: ARG001
    """Take the devnet for mainnet, once the claim is there."""
    monkeypatch.setattr(Network, "is_mainnet", property(lambda _network: True))


@pytest.mark.usefixtures("mainnet")
def test_on_mainnet_yes_alone_is_not_enough(claim: Claim) -> None:
    error = claim.pay(exits=2)
    assert error["details"]["flag"] == "--yes --confirm-network devnet"
    assert "mainnet" in error["message"]
    assert claim.journal() == {}


@pytest.mark.usefixtures("mainnet")
def test_on_mainnet_a_script_names_the_network(claim: Claim) -> None:
    claim.pay("--confirm-network", "devnet")
    assert claim.paid == 100


def test_a_network_that_is_not_the_projects_is_refused_everywhere(claim: Claim) -> None:
    error = claim.pay("--confirm-network", "mainnet", exits=2)
    assert "this project is for devnet" in error["message"]
    assert claim.journal() == {}


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "exits", "paid"), [("y", 130, 0), ("grants", 0, 100)])
def test_on_mainnet_the_name_of_the_distribution_has_to_be_typed(
    claim: Claim, typed: str, exits: int, paid: int
) -> None:
    arguments = ["release", "grants", "--beneficiary", str(claim.one)]
    terminal = pexpect.spawn(
        sys.executable,
        ["-c", ON_MAINNET, *arguments, "--key", str(claim.payer.file)],
        cwd=str(claim.project.folder),
        env={**os.environ, "NO_COLOR": "1"},
        encoding="utf-8",
        timeout=30,
    )
    terminal.expect("Type grants to sign and send")
    terminal.sendline(typed)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == exits, terminal.before
    assert claim.paid == paid
    assert len(claim.journal()) == paid // 100
