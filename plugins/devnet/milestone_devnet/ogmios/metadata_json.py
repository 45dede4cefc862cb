"""Auxiliary data in Ogmios's JSON: metadata (without schema) and the scripts beside them."""

from __future__ import annotations

from typing import Any

from milestone_devnet.ledger import Language, Script, cbor
from milestone_devnet.ledger.model import blake2b_256
from milestone_devnet.ledger.outputs import script_of

Json = dict[str, Any]

_AUXILIARY_TAG = 259
_SCRIPT_FIELDS = {
    1: Language.NATIVE,
    2: Language.PLUTUS_V1,
    3: Language.PLUTUS_V2,
    4: Language.PLUTUS_V3,
}
# What is nested deeper is told as CBOR, as everything is that has no JSON.
_MAX_DEPTH = 100


class _NoJson(Exception):
    """A metadatum that JSON without a schema cannot say."""


def metadata_json(auxiliary_data: bytes) -> Json:
    """``Metadata``: the hash, and each label's metadatum as JSON, or as CBOR if there is none."""
    metadata, _ = _parts(auxiliary_data)
    labels = {str(cbor.unsigned(label)): _label(value) for label, value in metadata}
    return {"hash": blake2b_256(auxiliary_data).hex(), "labels": labels}


def auxiliary_scripts(auxiliary_data: bytes) -> list[Script]:
    """The scripts that are told beside a transaction without being run."""
    return _parts(auxiliary_data)[1]


def _parts(item: bytes) -> tuple[list[tuple[bytes, bytes]], list[Script]]:
    """Metadata and scripts of any of the three forms (Shelley, Allegra, Alonzo)."""
    if cbor.major(item) == cbor.MAP:
        return cbor.pairs(item), []
    if cbor.major(item) == cbor.ARRAY:
        metadata, scripts = cbor.items(item)
        native = [script_of(Language.NATIVE, script) for script in cbor.items(scripts)]
        return cbor.pairs(metadata), native
    fields = cbor.fields(cbor.untag(item, _AUXILIARY_TAG))
    scripts_of_all = [
        script_of(language, script)
        for field, language in _SCRIPT_FIELDS.items()
        if field in fields
        for script in cbor.items(fields[field])
    ]
    return cbor.pairs(fields[0]) if 0 in fields else [], scripts_of_all


def _label(metadatum: bytes) -> Json:
    try:
        return {"json": _json(metadatum, 0)}
    except _NoJson:
        return {"cbor": metadatum.hex()}


def _json(metadatum: bytes, depth: int) -> Any:
    kind = cbor.major(metadatum)
    if kind in (cbor.UINT, cbor.NEGATIVE):
        return cbor.integer(metadatum)
    if kind == cbor.TEXT:
        return cbor.leaf(metadatum)
    if kind == cbor.BYTES or depth > _MAX_DEPTH:
        raise _NoJson
    if kind == cbor.ARRAY:
        return [_json(part, depth + 1) for part in cbor.items(metadatum)]
    return _object(metadatum, depth)


def _object(metadatum: bytes, depth: int) -> Json:
    """A map as an object. Entries that have no JSON are left out, as Ogmios does; but not all."""
    entries: Json = {}
    for key, value in cbor.pairs(metadatum):
        if cbor.major(key) in (cbor.UINT, cbor.NEGATIVE, cbor.TEXT):
            try:
                entries[str(cbor.leaf(key))] = _json(value, depth + 1)
            except _NoJson:
                continue
    if not entries:
        raise _NoJson
    return entries
