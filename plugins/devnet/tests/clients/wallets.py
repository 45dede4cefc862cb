"""A key and scripts for the clients, and a transaction made without any of them."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

import cbor2

from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.ledger.model import blake2b_256
from milestone_devnet.node import Devnet

ALWAYS_TRUE = bytes.fromhex("450101002499")  # (program 1.1.0 (lam x (con unit ())))
# (program 1.0.0 (lam d (lam r (lam x (con unit ())))))
ALWAYS_TRUE_V2 = bytes.fromhex("4746010000222499")
FEE = 200_000


class Host(NamedTuple):
    """Where a server listens, for clients that take no address."""

    name: str
    port: int


def host(url: str) -> Host:
    """Host and port of an address."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return Host(parts.hostname, parts.port)


class Wallet:
    """A payment key whose seed clients are given, and its enterprise address."""

    def __init__(self) -> None:
        self.key = PaymentKey.random()
        self.seed: bytes = bytes(self.key._key)
        self.address = address_text(self.key.address)

    def fund(self, devnet: Devnet, lovelace: int = 100_000_000, tokens: int = 0) -> str:
        """Let the faucet pay; returns the transaction's id, whose output 0 it is."""
        return devnet.fund(self.address, lovelace=lovelace, tokens=tokens).transaction

    def payment(self, devnet: Devnet) -> bytes:
        """A signed payment of all of a new funding to itself."""
        reference = [bytes.fromhex(self.fund(devnet, 5_000_000)), 0]
        body = {0: [reference], 1: [{0: self.key.address, 1: 5_000_000 - FEE}], 2: FEE}
        signature = self.key.sign(blake2b_256(cbor2.dumps(body)))
        return cbor2.dumps([body, {0: [[self.key.public, signature]]}, True, None])
