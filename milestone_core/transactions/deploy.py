"""Start a programme and register its pages, each with its vault filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from milestone_core.domain.chain import AssetId, Output, Utxo, Value
from milestone_core.domain.distribution import Page, Programme, Vault
from milestone_core.onchain import datums, plutus_data, redeemers
from milestone_core.onchain.contract import Contract, identity
from milestone_core.transactions.draft import Draft, Layout, Minting

ADA_RESERVE = 3_000_000
ADA_RESERVE_PER_ROW = 5_000


@dataclass(frozen=True, slots=True)
class Started:
    """A draft that starts a programme with its first page, and the ids that it will make."""

    draft: Draft
    programme: AssetId
    page: AssetId


@dataclass(frozen=True, slots=True)
class Registered:
    """A draft that registers one more page, and its id."""

    draft: Draft
    page: AssetId


def start(
    contract: Contract,
    programme: Programme,
    page: Page,
    seed: Utxo,
    scripts: Sequence[Utxo],
    valid_until: int,
) -> Started:
    """Start a programme and register its first page in one transaction.

    :param page: its ``programme`` must be the identity that ``seed`` gives.
    :param seed: an output of the owner's wallet; spending it makes the ids unique and shows that
        the owner agrees.
    :param scripts: reference inputs that carry the ``programme`` and ``registry`` validators.
    :param valid_until: a slot that is not after the schedule's expiry.
    """
    token = identity(contract.programme.hash, seed.reference)
    output = Output(
        contract.programme_address,
        Value(0, {token: 1}),
        datum=plutus_data.encode(datums.programme_data(programme)),
    )
    minting = Minting(
        token.policy,
        {token.name: 1},
        lambda layout: redeemers.start_programme(layout.input_index(seed.reference), 0),
        "starting the programme",
    )
    page_id, outputs, registration = _registration(contract, page, seed, 1, 0)
    draft = Draft(
        outputs=(output, *outputs),
        wallet_inputs=(seed,),
        reference_inputs=tuple(scripts),
        minting=(minting, registration),
        valid_until=valid_until,
        purpose="deployment",
    )
    return Started(draft, token, page_id)


def register_page(
    contract: Contract,
    page: Page,
    programme: Utxo,
    seed: Utxo,
    scripts: Sequence[Utxo],
    valid_until: int,
) -> Registered:
    """Register one more page under a programme that is on chain.

    :param programme: the programme's output, read by reference.
    :param scripts: a reference input that carries the ``registry`` validator.
    """
    page_id, outputs, registration = _registration(contract, page, seed, 0, programme)
    draft = Draft(
        outputs=outputs,
        wallet_inputs=(seed,),
        reference_inputs=(programme, *scripts),
        minting=(registration,),
        valid_until=valid_until,
        purpose="registration of a page",
    )
    return Registered(draft, page_id)


def _registration(
    contract: Contract, page: Page, seed: Utxo, first_output: int, programme: Utxo | int
) -> tuple[AssetId, tuple[Output, Output], Minting]:
    token = identity(contract.registry.hash, seed.reference)
    one = Value(0, {token: 1})
    vault = Vault(page.registry, (0,) * len(page.rows))
    schedule = Output(
        contract.distribution_address,
        one,
        datum=plutus_data.encode(datums.schedule_data(page)),
    )
    funds = Output(
        contract.distribution_address,
        one + _funding(page),
        datum=plutus_data.encode(datums.vault_data(vault)),
    )

    def redeemer(layout: Layout) -> plutus_data.Data:
        if isinstance(programme, int):
            place, is_output = programme, True
        else:
            place, is_output = layout.reference_index(programme.reference), False
        return redeemers.register(
            layout.input_index(seed.reference),
            first_output,
            first_output + 1,
            place,
            programme_is_output=is_output,
        )

    minting = Minting(token.policy, {token.name: 2}, redeemer, "registering the distribution")
    return token, (schedule, funds), minting


def _funding(page: Page) -> Value:
    if page.asset.is_ada:
        return Value(page.total + ADA_RESERVE + ADA_RESERVE_PER_ROW * len(page.rows))
    return Value.of(page.asset, page.total)
