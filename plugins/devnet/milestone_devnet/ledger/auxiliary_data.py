"""Auxiliary data: metadata and scripts beside a transaction (Conway CDDL)."""

from __future__ import annotations

from . import cbor
from .model import Language, Script, Transaction
from .outputs import script_of

_TAG = 259
_MAX_STRING = 64
_METADATA, _NATIVE_SCRIPTS = 0, 1
_SCRIPT_FIELDS = {
    _NATIVE_SCRIPTS: Language.NATIVE,
    2: Language.PLUTUS_V1,
    3: Language.PLUTUS_V2,
    4: Language.PLUTUS_V3,
}


def check_auxiliary_data(item: bytes) -> None:
    """Raise ``Malformed`` unless the item is auxiliary data, with strings that are short enough.

    Three forms: a map of metadata (Shelley), an array of that and native scripts (Allegra), a
    tagged map with scripts of all languages (Alonzo).
    """
    if (metadata := _fields_of(item).get(_METADATA)) is not None:
        _check_metadata(metadata)
    scripts_of(item)


def scripts_of(item: bytes) -> list[Script]:
    """The scripts in auxiliary data; raises ``Malformed``."""
    fields = _fields_of(item)
    return [
        script_of(language, script)
        for field, language in _SCRIPT_FIELDS.items()
        if field in fields
        for script in cbor.items(fields[field])
    ]


def metadata_of(item: bytes | None) -> dict[int, bytes]:
    """Label to metadatum, as CBOR, of auxiliary data that was decoded before."""
    metadata = None if item is None else _fields_of(item).get(_METADATA)
    return {} if metadata is None else cbor.fields(metadata)


def labels_of(transaction: Transaction) -> list[int]:
    """The labels of a transaction's metadata."""
    return list(metadata_of(transaction.auxiliary_data))


def _fields_of(item: bytes) -> dict[int, bytes]:
    """Auxiliary data of all forms, as the fields of the newest."""
    kind = cbor.major(item)
    if kind == cbor.MAP:
        return {_METADATA: item}
    if kind == cbor.ARRAY:
        metadata, natives = cbor.record_items(item, 2, "metadata with native scripts")
        return {_METADATA: metadata, _NATIVE_SCRIPTS: natives}
    fields = cbor.fields(cbor.untag(item, _TAG))
    if not fields.keys() <= {_METADATA, *_SCRIPT_FIELDS}:
        raise cbor.Malformed("unknown fields in auxiliary data")
    return fields


def _check_metadata(item: bytes) -> None:
    pending = list(cbor.fields(item).values())
    while pending:
        metadatum = pending.pop()
        kind = cbor.major(metadatum)
        if kind == cbor.MAP:
            pending.extend(part for pair in cbor.pairs(metadatum) for part in pair)
        elif kind == cbor.ARRAY:
            pending.extend(cbor.items(metadatum))
        elif kind == cbor.BYTES:
            _check_length(cbor.chunked_byte_string(metadatum))
        elif kind == cbor.TEXT:
            _check_length(cbor.leaf(metadatum).encode())
        elif kind not in (cbor.UINT, cbor.NEGATIVE):
            raise cbor.Malformed("no metadatum")


def _check_length(value: bytes) -> None:
    if len(value) > _MAX_STRING:
        raise cbor.Malformed(f"a string of more than {_MAX_STRING} bytes in metadata")
