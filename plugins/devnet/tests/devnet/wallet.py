"""Building and signing transactions by hand, independently of the faucet's own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cbor2

from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.ledger.model import blake2b_256
from milestone_devnet.node import Devnet

FEE = 300_000
ALWAYS_TRUE = bytes.fromhex("450101002499")  # (program 1.1.0 (lam x (con unit ())))
ALWAYS_FALSE = bytes.fromhex("450101002601")  # (program 1.1.0 (lam x (error)))

Input = tuple[bytes, int]


def text_of(key: PaymentKey) -> str:
    """A key's address in bech32."""
    return address_text(key.address)


def funded_key(
    devnet: Devnet, lovelace: int = 100_000_000, tokens: int = 0
) -> tuple[PaymentKey, Input]:
    """A fresh key and the output that the faucet paid it."""
    key = PaymentKey.random()
    funding = devnet.fund(text_of(key), lovelace=lovelace, tokens=tokens)
    return key, (bytes.fromhex(funding.transaction), 0)


def transaction(
    inputs: Sequence[Input],
    outputs: Sequence[Mapping[int, Any]],
    *,
    signers: Sequence[PaymentKey] = (),
    fee: int = FEE,
    body: Mapping[int, Any] | None = None,
    witnesses: Mapping[int, Any] | None = None,
) -> bytes:
    """A transaction; ``body`` and ``witnesses`` add fields."""
    fields = {0: [list(i) for i in sorted(inputs)], 1: list(outputs), 2: fee, **(body or {})}
    signed: dict[int, Any] = dict(witnesses or {})
    if signers:
        digest = blake2b_256(cbor2.dumps(fields))
        signed[0] = [[key.public, key.sign(digest)] for key in signers]
    return cbor2.dumps([fields, signed, True, None])


def id_of(cbor: bytes) -> bytes:
    """The id of one of our transactions."""
    return blake2b_256(cbor2.dumps(cbor2.loads(cbor)[0]))


def pay(key: PaymentKey, spent: Input, held: int, to: bytes, lovelace: int, **body: Any) -> bytes:
    """Pay from one output that holds ``held`` lovelace, the rest back to the key."""
    change = held - lovelace - FEE
    outputs = [{0: to, 1: lovelace}, {0: key.address, 1: change}]
    fields = {int(name.removeprefix("field_")): value for name, value in body.items()}
    return transaction([spent], outputs, signers=[key], body=fields)
