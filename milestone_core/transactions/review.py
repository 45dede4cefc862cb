"""What a transaction does, read from the CBOR that will be signed and nothing else.

Nothing of what built the transaction is trusted here: inputs are looked up among the outputs that
the chain showed, everything else comes from the bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from milestone_core.domain.address import RewardAccount
from milestone_core.domain.chain import Output, OutputReference, Utxo, Value
from milestone_core.errors import BadInput
from milestone_core.transactions import decoding, encoding


@dataclass(frozen=True, slots=True)
class Review:
    """A transaction in our values: all that its signatures cover.

    ``spent`` and ``collateral`` are resolved inputs, ``withdrawn`` is lovelace by account.
    ``valid_from`` and ``valid_until`` are slots, the latter the first in which it is no longer
    valid. ``integrity_hash`` binds what the scripts are given, and the rules that they run by.
    """

    id: bytes
    spent: tuple[Utxo, ...]
    read: tuple[OutputReference, ...]
    outputs: tuple[Output, ...]
    minted: Value
    fee: int
    withdrawn: Mapping[RewardAccount, int]
    collateral: tuple[Utxo, ...]
    collateral_return: Output | None
    total_collateral: int | None
    valid_from: int | None
    valid_until: int | None
    integrity_hash: bytes | None

    @property
    def at_risk(self) -> Value:
        """What is lost if a script fails after all: the collateral, less what comes back."""
        put_up = sum((utxo.output.value for utxo in self.collateral), Value())
        return put_up - (self.collateral_return.value if self.collateral_return else Value())


def review(cbor: bytes, resolved: Iterable[Utxo]) -> Review:
    """Decode a transaction.

    :param resolved: the outputs that it spends or puts up, as the chain showed them.
    :raises BadInput: it is not a transaction, spends an output that is not in ``resolved``, or
        does anything that a review does not show.
    """
    body = decoding.decode(cbor)
    known = {utxo.reference: utxo for utxo in resolved}
    try:
        withdrawn = {RewardAccount.from_bytes(a): n for a, n in body.withdrawals.items()}
    except ValueError as error:
        raise BadInput(f"the transaction withdraws from what is no account: {error}") from error
    return Review(
        id=encoding.transaction_id(encoding.body_of(cbor)),
        spent=_resolve(body.inputs, known),
        read=body.reference_inputs,
        outputs=body.outputs,
        minted=Value(0, body.mint),
        fee=body.fee,
        withdrawn=withdrawn,
        collateral=_resolve(body.collateral, known),
        collateral_return=body.collateral_return,
        total_collateral=body.total_collateral,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        integrity_hash=body.integrity_hash,
    )


def _resolve(
    references: Iterable[OutputReference], known: Mapping[OutputReference, Utxo]
) -> tuple[Utxo, ...]:
    listed = tuple(references)
    strangers = [str(reference) for reference in listed if reference not in known]
    if strangers:
        raise BadInput(f"the transaction spends an output that was not looked up: {strangers[0]}")
    return tuple(known[reference] for reference in listed)
