"""Witness sets from their CBOR (Conway CDDL)."""

from __future__ import annotations

from enum import IntEnum

from . import cbor
from .model import (
    BootstrapWitness,
    ExUnits,
    KeyWitness,
    Language,
    Pointer,
    Purpose,
    Redeemer,
    Script,
    WitnessSet,
    blake2b_256,
)
from .outputs import script_of
from .plutus_data import check_plutus_data


class Field(IntEnum):
    """The fields of a witness set, by their numbers in the CDDL."""

    KEYS = 0
    NATIVE_SCRIPTS = 1
    BOOTSTRAP = 2
    PLUTUS_V1 = 3
    DATUMS = 4
    REDEEMERS = 5
    PLUTUS_V2 = 6
    PLUTUS_V3 = 7


_KNOWN = {int(field) for field in Field}
PLUTUS_FIELDS = {
    Language.PLUTUS_V1: Field.PLUTUS_V1,
    Language.PLUTUS_V2: Field.PLUTUS_V2,
    Language.PLUTUS_V3: Field.PLUTUS_V3,
}
_SCRIPT_FIELDS = {Language.NATIVE: Field.NATIVE_SCRIPTS, **PLUTUS_FIELDS}


def witness_set_of(item: bytes) -> WitnessSet:
    """A witness set; raises ``Malformed``."""
    fields = cbor.fields(item)
    if not fields.keys() <= _KNOWN:
        raise cbor.Malformed(f"unknown witness fields {sorted(fields.keys() - _KNOWN)}")
    datums_raw, redeemers_raw = fields.get(Field.DATUMS), fields.get(Field.REDEEMERS)
    return WitnessSet(
        keys=_keys(fields[Field.KEYS]) if Field.KEYS in fields else (),
        scripts=_scripts(fields),
        datums=_datums(datums_raw) if datums_raw is not None else {},
        redeemers=_redeemers(redeemers_raw) if redeemers_raw is not None else {},
        datums_raw=datums_raw,
        redeemers_raw=redeemers_raw,
        bootstrap=_bootstrap(fields[Field.BOOTSTRAP]) if Field.BOOTSTRAP in fields else (),
    )


def _non_empty(item: bytes) -> list[bytes]:
    parts = cbor.set_items(item)
    if not parts:
        raise cbor.Malformed("an empty set of witnesses")
    return parts


def _keys(item: bytes) -> tuple[KeyWitness, ...]:
    return tuple(_key_witness(part) for part in _non_empty(item))


def _key_witness(item: bytes) -> KeyWitness:
    parts = cbor.items(item)
    if len(parts) != 2:
        raise cbor.Malformed("a key witness has a key and a signature")
    return KeyWitness(cbor.byte_string(parts[0], 32), cbor.byte_string(parts[1], 64))


def _bootstrap(item: bytes) -> tuple[BootstrapWitness, ...]:
    return tuple(_bootstrap_witness(part) for part in _non_empty(item))


def _bootstrap_witness(item: bytes) -> BootstrapWitness:
    parts = cbor.items(item)
    if len(parts) != 4:
        raise cbor.Malformed("a bootstrap witness has four fields")
    return BootstrapWitness(
        KeyWitness(cbor.byte_string(parts[0], 32), cbor.byte_string(parts[1], 64)),
        cbor.byte_string(parts[2]),
        cbor.byte_string(parts[3]),
    )


def _scripts(fields: dict[int, bytes]) -> tuple[Script, ...]:
    return tuple(
        script
        for language, field in _SCRIPT_FIELDS.items()
        if field in fields
        for script in _scripts_of(language, fields[field])
    )


def _scripts_of(language: Language, item: bytes) -> list[Script]:
    """The scripts of one language; only native ones may repeat (until protocol version 12)."""
    scripts = [script_of(language, part) for part in _non_empty(item)]
    if language is not Language.NATIVE and len(set(scripts)) != len(scripts):
        raise cbor.Malformed("a script is given twice")
    return scripts


def _datums(item: bytes) -> dict[bytes, bytes]:
    datums = _non_empty(item)
    for datum in datums:
        check_plutus_data(datum)
    return {blake2b_256(datum): datum for datum in datums}


def _redeemers(item: bytes) -> dict[Pointer, Redeemer]:
    redeemers = _listed(item) if cbor.major(item) == cbor.ARRAY else _mapped(item)
    if not redeemers:
        raise cbor.Malformed("empty redeemers")
    return {redeemer.pointer: redeemer for redeemer in redeemers}


def _listed(item: bytes) -> list[Redeemer]:
    """The form of a list, up to Conway; a pointer that is given again wins."""
    rows = [cbor.items(part) for part in cbor.items(item)]
    if any(len(row) != 4 for row in rows):
        raise cbor.Malformed("a redeemer has four fields")
    return [_redeemer(tag, index, data, units) for tag, index, data, units in rows]


def _mapped(item: bytes) -> list[Redeemer]:
    """The form of a map, since Conway; there too the last one wins (until version 12)."""
    result = []
    for key, value in cbor.pairs(item):
        pointer, content = cbor.items(key), cbor.record_items(value, 2, "a redeemer's content")
        if len(pointer) != 2:
            raise cbor.Malformed("a redeemer belongs to a purpose and an index")
        result.append(_redeemer(*pointer, *content))
    return result


def _redeemer(tag: bytes, index: bytes, data: bytes, units: bytes) -> Redeemer:
    try:
        purpose = Purpose.of_tag(cbor.unsigned(tag))
    except IndexError:
        raise cbor.Malformed("unknown redeemer tag") from None
    if (number := cbor.unsigned(index)) >= 2**32:
        raise cbor.Malformed("a redeemer's index of more than 32 bits")
    check_plutus_data(data)
    memory, cpu = map(cbor.unsigned, cbor.record_items(units, 2, "execution units"))
    if max(memory, cpu) >= 2**63:
        raise cbor.Malformed("execution units are two numbers below 2^63")
    return Redeemer(Pointer(purpose, number), data, ExUnits(memory, cpu))
