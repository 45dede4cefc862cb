"""The contract as it ships, and built so that it names the rule that is broken."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from milestone_core.onchain.blueprint import load_blueprint
from milestone_core.onchain.contract import Contract, load_contract

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Builds:
    """The contract that ships says yes or no; the traced one also why."""

    silent: Contract
    traced: Contract


def contract_of(blueprint: Path) -> Contract:
    return load_contract(load_blueprint(blueprint), 0)


@pytest.fixture(scope="session")
def builds(request: pytest.FixtureRequest, contract_builder: ModuleType) -> Builds:
    """Both builds; the traced one is kept between runs as long as the sources are the same."""
    sources = sorted((ROOT / "validators").glob("**/*.ak"))
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()
    traced = Path(request.config.cache.mkdir("traced-contract")) / f"{digest[:16]}.json"
    if not traced.exists():
        compiler = request.getfixturevalue("aiken")
        unfinished = traced.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(contract_builder.build(compiler, contract_builder.TRACED))
        unfinished.replace(traced)
    return Builds(contract_of(ROOT / "contracts/plutus.json"), contract_of(traced))
