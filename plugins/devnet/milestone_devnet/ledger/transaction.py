"""From bytes to a transaction (Conway CDDL); whatever has no place there is refused."""

from __future__ import annotations

from . import cbor
from .auxiliary_data import check_auxiliary_data
from .body import body_of
from .model import Transaction, TxOut
from .outputs import output_of
from .refusals import DeserialisationFailure
from .witnesses import witness_set_of


def decode_transaction(cbor_bytes: bytes) -> Transaction:
    """Decode a transaction, signed or not.

    Raises ``DeserialisationFailure`` (Ogmios's -32602) if it is not one of Conway.
    """
    try:
        return _transaction(cbor_bytes)
    except cbor.Malformed as error:
        raise DeserialisationFailure.of_transaction(str(error)) from error


def decode_output(cbor_bytes: bytes) -> TxOut:
    """Decode one output, in either form; raises ``DeserialisationFailure``."""
    try:
        return output_of(cbor.one_item(cbor_bytes))
    except cbor.Malformed as error:
        raise DeserialisationFailure.of_transaction(str(error)) from error


def _transaction(data: bytes) -> Transaction:
    parts = cbor.items(cbor.one_item(data))
    if len(parts) != 4:
        raise cbor.Malformed(f"a transaction has four parts, not {len(parts)}")
    body, witnesses, is_valid, auxiliary_data = parts
    if auxiliary_data != cbor.NULL:
        check_auxiliary_data(auxiliary_data)
    return Transaction(
        raw=data,
        body_raw=body,
        witnesses_raw=witnesses,
        auxiliary_data=None if auxiliary_data == cbor.NULL else auxiliary_data,
        is_valid=cbor.boolean(is_valid),
        body=body_of(body),
        witnesses=witness_set_of(witnesses),
    )
