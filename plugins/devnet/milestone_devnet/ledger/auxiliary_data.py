"""Auxiliary data: metadata and scripts beside a transaction (Conway CDDL)."""

from __future__ import annotations

from . import cbor
from .model import Language, Transaction
from .outputs import script_of

_TAG = 259
_MAX_STRING = 64
_SCRIPT_FIELDS = {
    1: Language.NATIVE,
    2: Language.PLUTUS_V1,
    3: Language.PLUTUS_V2,
    4: Language.PLUTUS_V3,
}


def is_valid_auxiliary_data(item: bytes) -> bool:
    """Whether all metadata are short enough; raises ``Malformed`` if it is no auxiliary data.

    Three forms: a map of metadata (Shelley), an array of that and native scripts (Allegra), a
    tagged map with scripts of all languages (Alonzo).
    """
    if cbor.major(item) == cbor.MAP:
        return _is_valid_metadata(item)
    if cbor.major(item) == cbor.ARRAY:
        metadata, scripts = cbor.items(item)
        for script in cbor.items(scripts):
            script_of(Language.NATIVE, script)
        return _is_valid_metadata(metadata)
    fields = cbor.fields(cbor.untag(item, _TAG))
    if not fields.keys() <= {0, *_SCRIPT_FIELDS}:
        raise cbor.Malformed("unknown fields in auxiliary data")
    for field, language in _SCRIPT_FIELDS.items():
        for script in cbor.items(fields[field]) if field in fields else ():
            script_of(language, script)
    return _is_valid_metadata(fields[0]) if 0 in fields else True


def metadata_of(item: bytes | None) -> dict[int, bytes]:
    """Label to metadatum, as CBOR, of auxiliary data that was decoded before."""
    if item is None:
        return {}
    if cbor.major(item) == cbor.ARRAY:
        item, _ = cbor.items(item)
    elif cbor.major(item) == cbor.TAG:
        fields = cbor.fields(cbor.untag(item, _TAG))
        if 0 not in fields:
            return {}
        item = fields[0]
    return {cbor.unsigned(label): value for label, value in cbor.pairs(item)}


def labels_of(transaction: Transaction) -> list[int]:
    """The labels of a transaction's metadata."""
    return list(metadata_of(transaction.auxiliary_data))


def _is_valid_metadata(item: bytes) -> bool:
    pending = [value for label, value in cbor.pairs(item) if cbor.unsigned(label) >= 0]
    while pending:
        metadatum = pending.pop()
        kind = cbor.major(metadatum)
        if kind == cbor.MAP:
            pending.extend(part for pair in cbor.pairs(metadatum) for part in pair)
        elif kind == cbor.ARRAY:
            pending.extend(cbor.items(metadatum))
        elif kind == cbor.BYTES:
            if len(cbor.byte_string(metadatum)) > _MAX_STRING:
                return False
        elif kind == cbor.TEXT:
            if len(cbor.leaf(metadatum).encode()) > _MAX_STRING:
                return False
        elif kind not in (cbor.UINT, cbor.NEGATIVE):
            raise cbor.Malformed("no metadatum")
    return True
