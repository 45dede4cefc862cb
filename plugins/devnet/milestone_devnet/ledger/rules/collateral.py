"""Rules about collateral and declared execution units (UTXO, ``feesOK``)."""

from __future__ import annotations

from collections.abc import Iterator

from ..addresses import is_byron, payment_credential
from ..context import Context
from ..fees import total_units
from ..model import AssetId
from ..refusals import Refused
from ..refusals import collateral as refuse


def units_are_bounded(context: Context) -> Iterator[Refused]:
    """``ExUnitsTooBigUTxO``."""
    provided, maximum = total_units(context), context.environment.parameters.max_transaction_units
    if provided.memory > maximum.memory or provided.cpu > maximum.cpu:
        yield refuse.execution_units_too_large(provided, maximum)


def collateral_inputs_are_few(context: Context) -> Iterator[Refused]:
    """``TooManyCollateralInputs``."""
    counted = len(context.transaction.body.collateral)
    maximum = context.environment.parameters.max_collateral_inputs
    if counted > maximum:
        yield refuse.too_many_collateral_inputs(counted, maximum)


def collateral_is_good(context: Context) -> Iterator[Refused]:
    """A transaction with redeemers has collateral that can pay if its scripts fail."""
    if not context.transaction.witnesses.redeemers:
        return
    if not context.transaction.body.collateral:
        yield refuse.missing_collateral_inputs()
    yield from _is_locked_by_keys(context)
    yield from _takes_ada_only(context)
    yield from _is_enough(context)


def collateral_balance(context: Context) -> tuple[int, dict[AssetId, int]]:
    """Collateral inputs less the collateral return: lovelace, and assets without zeros."""
    lovelace, assets = 0, dict[AssetId, int]()
    returned = context.transaction.body.collateral_return
    signed = [(1, output) for output in context.collateral.values()]
    for sign, output in signed + ([(-1, returned)] if returned is not None else []):
        lovelace += sign * output.coin
        for asset, quantity in output.assets.items():
            assets[asset] = assets.get(asset, 0) + sign * quantity
    return lovelace, {asset: quantity for asset, quantity in assets.items() if quantity}


def _is_locked_by_keys(context: Context) -> Iterator[Refused]:
    """``ScriptsNotPaidUTxO``."""
    locked = []
    for reference, output in context.collateral.items():
        credential = payment_credential(output.address)
        if not is_byron(output.address) and credential is not None and not credential.is_key:
            locked.append(reference)
    if locked:
        yield refuse.collateral_locked_by_script(locked)


def _takes_ada_only(context: Context) -> Iterator[Refused]:
    """``CollateralContainsNonADA``."""
    lovelace, assets = collateral_balance(context)
    if assets:
        yield refuse.non_ada_collateral(lovelace, assets)


def _is_enough(context: Context) -> Iterator[Refused]:
    """``InsufficientCollateral`` and ``IncorrectTotalCollateralField``."""
    body = context.transaction.body
    lovelace, _ = collateral_balance(context)
    percentage = context.environment.parameters.collateral_percentage
    if lovelace * 100 < body.fee * percentage:
        yield refuse.insufficient_collateral(lovelace, -(-body.fee * percentage // 100))
    if body.total_collateral not in (None, lovelace):
        yield refuse.total_collateral_mismatch(body.total_collateral, lovelace)
