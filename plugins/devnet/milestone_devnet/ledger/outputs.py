"""Values, outputs and scripts from their CBOR (Conway CDDL)."""

from __future__ import annotations

from collections.abc import Mapping

from . import cbor
from .addresses import is_address
from .model import AssetId, Language, Script, TxOut
from .native_scripts import check_native_script
from .plutus_data import check_plutus_data

_ENCODED_CBOR = 24
_MAX_COIN = 2**64 - 1
_NO_ASSETS: Mapping[AssetId, int] = {}


def output_of(item: bytes) -> TxOut:
    """An output, in the form of an array (up to Alonzo) or of a map (since Babbage)."""
    return _legacy(item) if cbor.major(item) == cbor.ARRAY else _record(item)


def _legacy(item: bytes) -> TxOut:
    parts = cbor.items(item)
    if len(parts) not in (2, 3):
        raise cbor.Malformed("an output has an address, a value and perhaps a datum hash")
    coin, assets = value_of(parts[1])
    datum_hash = cbor.byte_string(parts[2], 32) if len(parts) == 3 else None
    return TxOut(_address(parts[0]), coin, assets, datum_hash, None, None, item)


def _record(item: bytes) -> TxOut:
    fields = cbor.fields(item)
    if not {0, 1} <= fields.keys() <= {0, 1, 2, 3}:
        raise cbor.Malformed("unexpected or missing fields in an output")
    coin, assets = value_of(fields[1])
    datum_hash, datum = _datum_option(fields[2]) if 2 in fields else (None, None)
    script = _script_reference(fields[3]) if 3 in fields else None
    return TxOut(_address(fields[0]), coin, assets, datum_hash, datum, script, item)


def _address(item: bytes) -> bytes:
    address = cbor.byte_string(item)
    if not is_address(address):
        raise cbor.Malformed(f"{address.hex()} is no address")
    return address


def _datum_option(item: bytes) -> tuple[bytes | None, bytes | None]:
    parts = cbor.items(item)
    if len(parts) != 2 or cbor.unsigned(parts[0]) > 1:
        raise cbor.Malformed("a datum is the hash of one, or inline")
    kind, content = parts
    if cbor.unsigned(kind) == 0:
        return cbor.byte_string(content, 32), None
    datum = cbor.byte_string(cbor.untag(content, _ENCODED_CBOR))
    check_plutus_data(cbor.one_item(datum))
    return None, datum


def _script_reference(item: bytes) -> Script:
    parts = cbor.items(cbor.one_item(cbor.byte_string(cbor.untag(item, _ENCODED_CBOR))))
    if len(parts) != 2:
        raise cbor.Malformed("a script has a language and a body")
    try:
        language = Language.of_tag(cbor.unsigned(parts[0]))
    except IndexError:
        raise cbor.Malformed("unknown script language") from None
    return script_of(language, parts[1])


def script_of(language: Language, item: bytes) -> Script:
    """A script as it stands in a witness set or behind its language number."""
    if language is Language.NATIVE:
        check_native_script(item)
        return Script(language, item)
    return Script(language, cbor.byte_string(item))


def value_of(item: bytes) -> tuple[int, Mapping[AssetId, int]]:
    """Lovelace and assets of an output; quantities are positive (Conway)."""
    if cbor.major(item) == cbor.UINT:
        return cbor.unsigned(item), _NO_ASSETS
    coin, assets_item = cbor.record_items(item, 2, "a value with assets")
    assets = assets_of(assets_item)
    if any(quantity < 0 for quantity in assets.values()):
        raise cbor.Malformed("a negative quantity in an output")
    return cbor.unsigned(coin), assets


def assets_of(item: bytes) -> dict[AssetId, int]:
    """Assets by policy and name; empty policies and zero quantities are refused (Conway)."""
    result: dict[AssetId, int] = {}
    policies = set()
    for policy_item, names in cbor.pairs(item):
        policy = cbor.byte_string(policy_item, 28)
        if policy in policies:
            raise cbor.Malformed("a policy is given twice")
        policies.add(policy)
        entries = cbor.pairs(names)
        if not entries:
            raise cbor.Malformed("a policy without assets")
        for name_item, quantity_item in entries:
            asset = AssetId(policy, _asset_name(name_item))
            if asset in result:
                raise cbor.Malformed("an asset is given twice")
            result[asset] = cbor.integer(quantity_item)
    if 0 in result.values():
        raise cbor.Malformed("a quantity of zero")
    return result


def _asset_name(item: bytes) -> bytes:
    name = cbor.byte_string(item)
    if len(name) > 32:
        raise cbor.Malformed("an asset name of more than 32 bytes")
    return name
