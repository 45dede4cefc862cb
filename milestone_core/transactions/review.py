"""What a transaction does, read from the CBOR that will be signed and nothing else.

Nothing of what built the transaction is trusted here: inputs are looked up among the outputs that
the chain showed, everything else comes from the bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pycardano.transaction import Transaction, TransactionInput, TransactionOutput

from milestone_core.domain.address import Address, RewardAccount
from milestone_core.domain.chain import AssetId, Output, OutputReference, Script, Utxo, Value
from milestone_core.errors import BadInput
from milestone_core.transactions import encoding


@dataclass(frozen=True, slots=True)
class Review:
    """A transaction in our values.

    ``spent`` and ``collateral`` are resolved inputs, ``withdrawn`` is lovelace by account.
    ``valid_from`` and ``valid_until`` are slots, the latter the first in which it is no longer
    valid.
    """

    id: bytes
    spent: tuple[Utxo, ...]
    outputs: tuple[Output, ...]
    minted: Value
    fee: int
    withdrawn: Mapping[RewardAccount, int]
    collateral: tuple[Utxo, ...]
    total_collateral: int | None
    valid_from: int | None
    valid_until: int | None


def review(cbor: bytes, resolved: Iterable[Utxo]) -> Review:
    """Decode a transaction.

    :param resolved: the outputs that it spends or puts up, as the chain showed them.
    :raises BadInput: it is not a transaction, or spends an output that is not in ``resolved``.
    """
    try:
        transaction = Transaction.from_cbor(cbor)
        transaction_id = encoding.transaction_id(encoding.body_of(cbor))
    except Exception as error:
        raise BadInput(f"this is not a transaction: {error}") from error
    body = transaction.transaction_body
    known = {utxo.reference: utxo for utxo in resolved}
    return Review(
        id=transaction_id,
        spent=_resolve(body.inputs, known),
        outputs=tuple(_output(output) for output in body.outputs),
        minted=Value(0, _assets(body.mint)),
        fee=body.fee,
        withdrawn={
            RewardAccount.from_bytes(account): lovelace
            for account, lovelace in (body.withdraws or {}).items()
        },
        collateral=_resolve(body.collateral or (), known),
        total_collateral=body.total_collateral,
        valid_from=body.validity_start,
        valid_until=body.ttl,
    )


def _resolve(
    inputs: Iterable[TransactionInput], known: dict[OutputReference, Utxo]
) -> tuple[Utxo, ...]:
    references = [OutputReference(i.transaction_id.payload, i.index) for i in inputs]
    strangers = [str(reference) for reference in references if reference not in known]
    if strangers:
        raise BadInput(f"the transaction spends an output that was not looked up: {strangers[0]}")
    return tuple(known[reference] for reference in references)


def _output(output: TransactionOutput) -> Output:
    amount = Value(output.amount.coin, _assets(output.amount.multi_asset))
    return Output(
        address=Address.from_bytes(bytes(output.address.to_primitive())),
        value=amount,
        datum=output.datum.to_cbor() if output.datum is not None else None,
        datum_hash=output.datum_hash.payload if output.datum_hash is not None else None,
        script=Script("plutus:v3", bytes(output.script)) if output.script is not None else None,
    )


def _assets(assets: object) -> dict[AssetId, int]:
    if not assets:
        return {}
    return {
        AssetId(policy.payload, name.payload): quantity
        for policy, names in assets.items()  # type: ignore[attr-defined]
        for name, quantity in names.items()
    }
