"""Rules about lovelace and assets (UTXO)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..context import Context
from ..fees import minimum_fee, minimum_lovelace, value_size
from ..model import AssetId, TxOut
from ..refusals import Refused
from ..refusals import body as refuse
from .validity import all_outputs


def fee_is_paid(context: Context) -> Iterator[Refused]:
    """``FeeTooSmallUTxO``."""
    minimum = minimum_fee(context)
    if context.transaction.body.fee < minimum:
        yield refuse.transaction_fee_too_small(minimum, context.transaction.body.fee)


def value_is_conserved(context: Context) -> Iterator[Refused]:
    """What is consumed is what is produced (``ValueNotConservedUTxO``)."""
    body, book = context.transaction.body, context.book
    minted = {asset: quantity for asset, quantity in body.mint.items() if quantity > 0}
    burned = {asset: -quantity for asset, quantity in body.mint.items() if quantity < 0}
    consumed = _sum(context.spent.values(), sum(body.withdrawals.values()) + book.refunds, minted)
    produced = _sum(body.outputs, body.fee + book.deposits + body.donation, burned)
    if consumed != produced:
        yield refuse.value_not_conserved(consumed, produced)


def _sum(
    outputs: Iterable[TxOut], lovelace: int, assets: Mapping[AssetId, int]
) -> tuple[int, dict[AssetId, int]]:
    total = dict(assets)
    for output in outputs:
        lovelace += output.coin
        for asset, quantity in output.assets.items():
            total[asset] = total.get(asset, 0) + quantity
    return lovelace, total


def outputs_hold_enough(context: Context) -> Iterator[Refused]:
    """``BabbageOutputTooSmallUTxO``; the collateral return is an output too."""
    parameters = context.environment.parameters
    needed = ((output, minimum_lovelace(output, parameters)) for output in all_outputs(context))
    if poor := [(output, minimum) for output, minimum in needed if output.coin < minimum]:
        yield refuse.insufficiently_funded_outputs(poor)


def values_are_not_too_large(context: Context) -> Iterator[Refused]:
    """``OutputTooBigUTxO``."""
    maximum = context.environment.parameters.max_value_size
    outputs = all_outputs(context)
    if large := [o for o in outputs if value_size(o.coin, o.assets) > maximum]:
        yield refuse.value_too_large(large)
