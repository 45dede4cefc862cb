#!/usr/bin/env python3
"""The compose files of the public networks, from one template; ``--check`` compares instead.

The contract's hashes come from ``contracts/plutus.json``, the limits from the program itself.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from milestone_core.networks import NETWORKS
from milestone_core.onchain.blueprint import load_blueprint
from milestone_core.onchain.contract import load_contract
from milestone_core.services.checks import MAX_LAG_SLOTS

ROOT = Path(__file__).resolve().parents[1]
INFRA = ROOT / "infra"
TEMPLATE = INFRA / "compose.template.yaml"

IMAGES = {"NODE": "11.0.1", "OGMIOS": "7.0.0", "KUPO": "2.12.0"}
"""Three that fit: Ogmios and Kupo of these versions are built on this node's libraries."""


@dataclass(frozen=True)
class Place:
    """What is particular to a network; where each was read is in docs/infra.md.

    ``patience`` is how long the first synchronisation may take before "unhealthy" is a reproach.
    """

    patience: str
    guidance: str


_TESTNET = "Memory 4 GB and disk 20 GB for the node, and about 1 GB of each for Ogmios and Kupo."
_MAINNET = "Memory 24 GB and disk 500 GB for the node, and about 2 GB of each for Ogmios and Kupo."
PLACES = {
    "preview": Place("24h", _TESTNET),
    "preprod": Place("24h", _TESTNET),
    "mainnet": Place("96h", _MAINNET),
}


def compose(name: str) -> str:
    """The compose file of a public network."""
    network, place = NETWORKS[name], PLACES[name]
    contract = load_contract(load_blueprint(), network.address_network)
    values = {
        "NETWORK": name,
        "MAGIC": "--mainnet" if network.is_mainnet else f"--testnet-magic {network.magic}",
        "SINCE": network.before_conway,
        "PATIENCE": place.patience,
        "GUIDANCE": place.guidance,
        "PROGRAMME": contract.programme.hash.hex(),
        "REGISTRY": contract.registry.hash.hex(),
        "DISTRIBUTION": str(contract.distribution_address),
        "LAG": str(MAX_LAG_SLOTS),
        **IMAGES,
    }
    return re.sub(r"@([A-Z]+)@", lambda found: values[found[1]], TEMPLATE.read_text())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and change nothing")
    check = parser.parse_args(arguments).check
    stale = []
    for name in PLACES:
        path, text = INFRA / name / "compose.yaml", compose(name)
        if check:
            if not path.is_file() or path.read_text() != text:
                stale.append(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for path in stale:
        print(f"{path.relative_to(ROOT)} is not what it is made from; run: make infra")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
