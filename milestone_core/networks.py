"""The networks that Milestone knows, with their magic numbers."""

from __future__ import annotations

from dataclasses import dataclass

from milestone_core.domain.address import MAINNET, TESTNET


@dataclass(frozen=True, slots=True)
class Network:
    """A network. ``magic`` tells it from all others, ``address_network`` is 0 for every testnet.

    The magic numbers are those of the networks' Shelley genesis files; the embedded devnet takes
    42, as local test networks do. ``before_conway`` is the last block before the first era that can
    hold the contract, ``slot.hash``, from Kupo's table of era boundaries.
    """

    name: str
    magic: int
    address_network: int
    before_conway: str = ""

    @property
    def is_mainnet(self) -> bool:
        return self.address_network == MAINNET


DEVNET = Network("devnet", 42, TESTNET)
PREVIEW = Network(
    "preview",
    2,
    TESTNET,
    "55814394.bdd4baa2c81d0500a695f836332193ea06c2ce364e585057142220fc0782144c",
)
PREPROD = Network(
    "preprod",
    1,
    TESTNET,
    "68774372.36f5b4a370c22fd4a5c870248f26ac72c0ac0ecc34a42e28ced1a4e15136efa4",
)
MAIN = Network(
    "mainnet",
    764824073,
    MAINNET,
    "133660799.e757d57eb8dc9500a61c60a39fadb63d9be6973ba96ae337fd24453d4d15c343",
)
NETWORKS = {network.name: network for network in (DEVNET, PREVIEW, PREPROD, MAIN)}


def network_name(magic: int) -> str:
    """What people call the network of that magic number."""
    names = [network.name for network in NETWORKS.values() if network.magic == magic]
    return names[0] if names else f"a network with magic {magic}"
