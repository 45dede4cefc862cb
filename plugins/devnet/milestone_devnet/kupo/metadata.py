"""Metadata of a block's transactions in Kupo's JSON: exactly what the CBOR says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from milestone_devnet.ledger import cbor, decode_transaction
from milestone_devnet.ledger.auxiliary_data import metadata_of
from milestone_devnet.ledger.model import blake2b_256

Json = dict[str, Any]


def metadata_of_block(
    connection: sqlite3.Connection, height: int, transaction_id: bytes | None
) -> Iterator[Json]:
    """``Metadata`` of a block's transactions in their order, of all or of a given one."""
    rows = connection.execute(
        "SELECT cbor FROM transactions WHERE height = ? AND (? IS NULL OR id = ?)"
        " ORDER BY position",
        (height, transaction_id, transaction_id),
    ).fetchall()
    for (raw,) in rows:
        auxiliary_data = decode_transaction(raw).auxiliary_data
        if auxiliary_data is not None:
            yield {
                "hash": blake2b_256(auxiliary_data).hex(),
                "raw": auxiliary_data.hex(),
                "schema": {
                    str(label): _metadatum(value)
                    for label, value in metadata_of(auxiliary_data).items()
                },
            }


def _metadatum(item: bytes) -> Json:
    kind = cbor.major(item)
    if kind == cbor.BYTES:
        return {"bytes": cbor.chunked_byte_string(item).hex()}
    if kind == cbor.TEXT:
        return {"string": cbor.leaf(item)}
    if kind == cbor.ARRAY:
        return {"list": [_metadatum(part) for part in cbor.items(item)]}
    if kind == cbor.MAP:
        pairs = cbor.pairs(item)
        return {"map": [{"k": _metadatum(key), "v": _metadatum(value)} for key, value in pairs]}
    return {"int": cbor.integer(item)}
