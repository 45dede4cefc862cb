"""The faucet: a wallet with a known key, whose payments are transactions like any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cbor2

from milestone_core.api import BadInput, InsufficientFunds
from milestone_devnet.amounts import ada_text
from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger import (
    AssetId,
    Language,
    Parameters,
    Script,
    TxIn,
    TxOut,
    decode_output,
)
from milestone_devnet.ledger.fees import minimum_lovelace
from milestone_devnet.ledger.model import blake2b_256

# Known to everybody on purpose: it is worth nothing outside a devnet.
FAUCET = PaymentKey(blake2b_256(b"the faucet of the Milestone devnet"))
TOKEN_POLICY = Script(Language.NATIVE, cbor2.dumps([0, FAUCET.key_hash]))
TOKEN = AssetId(TOKEN_POLICY.hash, b"TEST")

_INPUT_SET = 258


def payment(
    unspent: Mapping[TxIn, TxOut],
    to: bytes,
    lovelace: int | None,
    tokens: int,
    parameters: Parameters,
) -> tuple[bytes, int]:
    """A signed payment from the faucet's outputs ``unspent``.

    :param lovelace: None for the least that an output with ``tokens`` needs.
    :return: the transaction's CBOR, and the lovelace paid.
    :raises BadInput: less than an output must hold.
    :raises InsufficientFunds: the faucet has not enough.
    """
    least = _min_lovelace(to, lovelace or 0, {TOKEN: tokens}, parameters)
    paid = least if lovelace is None else lovelace
    if paid < least:
        raise BadInput(
            f"{paid} lovelace is too little: such an output needs {least}",
            hint=f"pay at least {ada_text(least)} ADA",
            details={"lovelace": str(paid), "least": str(least)},
        )
    fee = parameters.min_fee_constant
    while True:
        transaction = _signed(unspent, to, paid, tokens, fee, parameters)
        # The flag of script validity does not count in the size (Alonzo's sizeTxF).
        needed = parameters.min_fee_constant + parameters.min_fee_coefficient * (
            len(transaction) - 1
        )
        if needed <= fee:
            return transaction, paid
        fee = needed


def _signed(
    unspent: Mapping[TxIn, TxOut],
    to: bytes,
    lovelace: int,
    tokens: int,
    fee: int,
    parameters: Parameters,
) -> bytes:
    chosen = _choose(unspent, lovelace + fee, tokens)
    coin = sum(output.coin for output in chosen.values()) - lovelace - fee
    assets: dict[AssetId, int] = {TOKEN: -tokens}
    for output in chosen.values():
        for asset, quantity in output.assets.items():
            assets[asset] = assets.get(asset, 0) + quantity
    least = _min_lovelace(FAUCET.address, coin, assets, parameters)
    if coin < least:
        raise _short("ADA", lovelace, lovelace - (least - coin))
    body = {
        0: cbor2.CBORTag(_INPUT_SET, [list(reference) for reference in chosen]),
        1: [
            _output(to, lovelace, {TOKEN: tokens}),
            _output(FAUCET.address, coin, assets),
        ],
        2: fee,
    }
    signature = FAUCET.sign(blake2b_256(cbor2.dumps(body)))
    witnesses = {0: cbor2.CBORTag(_INPUT_SET, [[FAUCET.public, signature]])}
    return cbor2.dumps([body, witnesses, True, None])


def _choose(unspent: Mapping[TxIn, TxOut], lovelace: int, tokens: int) -> dict[TxIn, TxOut]:
    """The richest outputs first, until both amounts are covered."""
    chosen: dict[TxIn, TxOut] = {}
    coin = held = 0
    for reference, output in sorted(
        unspent.items(), key=lambda entry: (-entry[1].assets.get(TOKEN, 0), -entry[1].coin)
    ):
        if coin > lovelace and held >= tokens:
            break
        chosen[reference] = output
        coin += output.coin
        held += output.assets.get(TOKEN, 0)
    if held < tokens:
        raise _short("the test token", tokens, held)
    if coin <= lovelace:
        raise _short("ADA", lovelace, coin)
    return dict(sorted(chosen.items()))


def _output(address: bytes, lovelace: int, assets: Mapping[AssetId, int]) -> dict[int, Any]:
    by_policy: dict[bytes, dict[bytes, int]] = {}
    for asset, quantity in assets.items():
        if quantity:
            by_policy.setdefault(asset.policy, {})[asset.name] = quantity
    return {0: address, 1: [lovelace, by_policy] if by_policy else lovelace}


def _min_lovelace(
    address: bytes, lovelace: int, assets: Mapping[AssetId, int], parameters: Parameters
) -> int:
    """The least lovelace of an output, whose own size depends on the amount in it."""
    least = lovelace
    while True:
        output = decode_output(cbor2.dumps(_output(address, least, assets)))
        needed = minimum_lovelace(output, parameters)
        if needed <= least:
            return needed
        least = needed


def _short(what: str, wanted: int, available: int) -> InsufficientFunds:
    return InsufficientFunds(
        f"the faucet has not enough of {what}: {wanted} wanted, {max(0, available)} there",
        hint="ask for less, or start another devnet",
        details={"wanted": str(wanted), "available": str(max(0, available))},
    )
