"""The three validators together: their hashes, their addresses, and the tokens they vouch for."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import AssetId, OutputReference, Script
from milestone_core.onchain.plutus_data import Constr, serialise
from milestone_core.ports import CompiledValidator, ContractLoader


@dataclass(frozen=True, slots=True)
class Contract:
    """The compiled contract on one network (0 test, 1 main)."""

    programme: CompiledValidator
    registry: CompiledValidator
    distribution: CompiledValidator
    network: int

    @property
    def programme_address(self) -> Address:
        """Where programmes lie."""
        return Address(self.network, Credential.script(self.programme.hash))

    @property
    def distribution_address(self) -> Address:
        """Where schedules and vaults lie, and, without a datum, the reference scripts."""
        return Address(self.network, Credential.script(self.distribution.hash))

    @property
    def validators(self) -> tuple[CompiledValidator, ...]:
        return self.programme, self.registry, self.distribution


def load_contract(loader: ContractLoader, network: int) -> Contract:
    """The contract from a loader.

    :raises Misconfigured: the loader's source is missing, broken or foreign.
    """
    return Contract(
        loader.load("programme"), loader.load("registry"), loader.load("distribution"), network
    )


def script_of(validator: CompiledValidator) -> Script:
    """A validator as a reference script carries it."""
    return Script(validator.language, validator.code)


def identity(policy: bytes, seed: OutputReference) -> AssetId:
    """The identity token that ``policy`` mints when ``seed`` is spent: no second one can exist.

    Its name is the blake2b-256 of the policy id and the serialised output reference.
    """
    serialised = serialise(Constr(0, [seed.transaction_id, seed.index]))
    return AssetId(policy, blake2b(policy + serialised, digest_size=32).digest())
