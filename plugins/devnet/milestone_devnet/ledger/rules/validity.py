"""Rules about when, where and how large a transaction may be (UTXO)."""

from __future__ import annotations

from collections.abc import Iterator

from ..addresses import is_byron, network_of
from ..byron import byron_address
from ..context import Context
from ..model import TxOut
from ..refusals import Refused
from ..refusals import body as refuse

_MAX_ATTRIBUTES = 64


def is_in_its_interval(context: Context) -> Iterator[Refused]:
    """The current slot lies in ``[invalid before, invalid after)``.

    ``OutsideValidityIntervalUTxO``; the upper bound is open (``inInterval``).
    """
    body, slot = context.transaction.body, context.environment.slot
    too_early = body.invalid_before is not None and slot < body.invalid_before
    too_late = body.invalid_after is not None and slot >= body.invalid_after
    if too_early or too_late:
        yield refuse.outside_of_validity_interval(body.invalid_before, body.invalid_after, slot)


def is_not_too_large(context: Context) -> Iterator[Refused]:
    """``MaxTxSizeUTxO``."""
    maximum = context.environment.parameters.max_transaction_size
    if context.transaction.size > maximum:
        yield refuse.transaction_too_large(context.transaction.size, maximum)


def is_for_this_network(context: Context) -> Iterator[Refused]:
    """``WrongNetwork``, ``WrongNetworkWithdrawal`` and ``WrongNetworkInTxBody``."""
    body, expected = context.transaction.body, context.environment.network_id
    addresses = [output.address for output in all_outputs(context)]
    if wrong := [a for a in addresses if _network_of(a) != expected]:
        yield refuse.network_mismatch_of_addresses(expected, wrong)
    if wrong := [a for a in body.withdrawals if network_of(a) != expected]:
        yield refuse.network_mismatch_of_accounts(expected, wrong)
    if body.network_id not in (None, expected):
        yield refuse.network_mismatch_of_transaction(expected)


def _network_of(address: bytes) -> int:
    return byron_address(address).network_id if is_byron(address) else network_of(address)


def byron_addresses_are_short(context: Context) -> Iterator[Refused]:
    """``OutputBootAddrAttrsTooBig``."""
    outputs = [output for output in all_outputs(context) if is_byron(output.address)]
    long = [o for o in outputs if byron_address(o.address).attributes_size > _MAX_ATTRIBUTES]
    if long:
        yield refuse.bootstrap_attributes_too_large(long)


def all_outputs(context: Context) -> list[TxOut]:
    """The outputs and the collateral return."""
    body = context.transaction.body
    return [*body.outputs, *([body.collateral_return] if body.collateral_return else [])]
