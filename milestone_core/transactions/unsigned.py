"""A finished transaction that waits for its signatures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from milestone_core.domain.chain import Units, Utxo
from milestone_core.transactions import encoding
from milestone_core.transactions.draft import Draft, Layout
from milestone_core.transactions.encoding import Redeemer
from milestone_core.transactions.keys import SigningKey


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A balanced transaction, with what a review or a signature needs to know of it.

    ``inputs`` and ``put_up`` are the outputs that it spends and that it risks as collateral.
    """

    draft: Draft
    layout: Layout
    body: bytes
    redeemers: tuple[Redeemer, ...]
    fee: int
    inputs: tuple[Utxo, ...]
    put_up: tuple[Utxo, ...]
    signers: tuple[SigningKey, ...]

    @property
    def id(self) -> bytes:
        """The transaction's id."""
        return encoding.transaction_id(self.body)

    @property
    def valid_until(self) -> int | None:
        """The first slot in which it is no longer valid, None if it has no end."""
        return self.draft.valid_until

    @property
    def units(self) -> Units:
        """The units of all redeemers together."""
        return sum((redeemer.units for redeemer in self.redeemers), Units(0, 0))

    @property
    def resolved(self) -> tuple[Utxo, ...]:
        """Every output that it spends, refers to or puts up."""
        return (*self.inputs, *self.draft.reference_inputs, *self.put_up)

    @property
    def signed_size(self) -> int:
        """Its size in bytes once every key has signed."""
        # The witness set drops equal keys, so each stand-in differs.
        keys = (index.to_bytes(encoding.KEY_LENGTH, "big") for index in range(len(self.signers)))
        return len(self._with((key, bytes(encoding.SIGNATURE_LENGTH)) for key in keys))

    def cbor(self) -> bytes:
        """The transaction as it stands, without signatures."""
        return self._with(())

    def sign(self) -> bytes:
        """The transaction, signed by every key that it needs."""
        return self._with((key.verification_key, key.sign(self.id)) for key in self.signers)

    def _with(self, signatures: Iterable[tuple[bytes, bytes]]) -> bytes:
        witnesses = encoding.encode_witnesses(signatures, self.redeemers, self.draft.scripts)
        return encoding.encode_transaction(self.body, witnesses)
