"""The networks that Milestone knows, with their magic numbers."""

from __future__ import annotations

from dataclasses import dataclass

from milestone_core.domain.address import MAINNET, TESTNET


@dataclass(frozen=True, slots=True)
class Network:
    """A network. ``magic`` tells it from all others, ``address_network`` is 0 for every testnet.

    The magic numbers are those of the networks' Shelley genesis files; the embedded devnet takes
    42, as local test networks do.
    """

    name: str
    magic: int
    address_network: int

    @property
    def is_mainnet(self) -> bool:
        return self.address_network == MAINNET


DEVNET = Network("devnet", 42, TESTNET)
NETWORKS = {
    network.name: network
    for network in (
        DEVNET,
        Network("preview", 2, TESTNET),
        Network("preprod", 1, TESTNET),
        Network("mainnet", 764824073, MAINNET),
    )
}


def network_name(magic: int) -> str:
    """What people call the network of that magic number."""
    names = [network.name for network in NETWORKS.values() if network.magic == magic]
    return names[0] if names else f"a network with magic {magic}"
