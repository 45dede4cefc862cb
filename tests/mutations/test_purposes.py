"""What our scripts are never for: withdrawals, certificates, and what is at no script of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from milestone_core.domain.address import Credential
from milestone_core.domain.chain import AssetId, OutputReference, Value
from milestone_core.onchain.contract import Contract
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.ports import CompiledValidator

from .case import Case, MakeRedeemer
from .conftest import Builds
from .output import Out
from .verdict import judge


def _idle(contract: Contract, which: CompiledValidator) -> Case:
    """A transaction that does nothing but read one of our scripts."""
    reference = OutputReference(b"\x21" * 32, 0)
    carrier = Out(bytes(contract.distribution_address), Value(60_000_000), script=which.code)
    return Case(
        contract=contract,
        utxos={reference: carrier},
        inputs=(),
        references=(reference,),
        outputs=(),
        minted={},
        redeemers={},
        purse=OutputReference(b"\x22" * 32, 0),
        upper=1_900_000_000_000,
    )


def _scripts(builds: Builds) -> Iterator[tuple[Contract, CompiledValidator]]:
    for contract in (builds.silent, builds.traced):
        yield from ((contract, validator) for validator in contract.validators)


def _saying(redeemer: Data) -> MakeRedeemer:
    return lambda _: redeemer


REDEEMERS: tuple[Data, ...] = (0, Constr(0, [0, 0, Constr(0)]), Constr(1), Constr(3))


@pytest.mark.parametrize("redeemer", REDEEMERS, ids=str)
def test_withdrawal_by_our_scripts(redeemer: Data, builds: Builds) -> None:
    for contract, which in _scripts(builds):
        verdict = judge(_idle(contract, which).withdrawing(which.hash, redeemer))
        assert verdict.refused_by == "withdraw"


@pytest.mark.parametrize("redeemer", REDEEMERS, ids=str)
@pytest.mark.parametrize("kind", [7, 8], ids=["registration", "deregistration"])
def test_certificate_by_our_scripts(kind: int, redeemer: Data, builds: Builds) -> None:
    for contract, which in _scripts(builds):
        case = _idle(contract, which)
        verdict = judge(
            replace(
                case,
                certificates=([kind, [1, which.hash], 2_000_000],),
                redeemers={("publish", 0): _saying(redeemer)},
                accounts=frozenset({which.hash} if kind == 8 else ()),
            )
        )
        assert verdict.refused_by == "publish"


@pytest.mark.parametrize("redeemer", REDEEMERS, ids=str)
def test_reference_scripts_can_never_be_spent(redeemer: Data, builds: Builds) -> None:
    """At the distribution's address, without a datum."""
    for contract, which in _scripts(builds):
        loose = OutputReference(b"\x23" * 32, 0)
        carrier = Out(bytes(contract.distribution_address), Value(9_000_000), script=which.code)
        case = _idle(contract, contract.distribution).spending(loose, carrier, _saying(redeemer))
        assert judge(case).refused_by == "spend"


def test_distribution_mints_nothing(builds: Builds) -> None:
    for contract in (builds.silent, builds.traced):
        token = AssetId(contract.distribution.hash, b"x")
        for redeemer in REDEEMERS:
            case = _idle(contract, contract.distribution)
            case = case.minting(token, 1, _saying(redeemer))
            assert judge(case).refused_by == "mint"


def test_registry_spends_nothing(builds: Builds) -> None:
    for contract in (builds.silent, builds.traced):
        address = replace(
            contract.distribution_address, payment=Credential.script(contract.registry.hash)
        )
        locked = Out(bytes(address), Value(5_000_000), datum=0)
        for redeemer in REDEEMERS:
            case = _idle(contract, contract.registry)
            reference = OutputReference(b"\x24" * 32, 0)
            case = case.spending(reference, locked, _saying(redeemer))
            assert judge(case).refused_by == "spend"
