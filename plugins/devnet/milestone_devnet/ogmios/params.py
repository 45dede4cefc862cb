"""Reading the parameters of requests; whatever is wrong raises ``InvalidRequest``."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import cbor2

from milestone_devnet.ledger import (
    DeserialisationFailure,
    Language,
    TxIn,
    TxOut,
    decode_output,
)
from milestone_devnet.ledger.addresses import is_reward_account
from milestone_devnet.ogmios.native_script import native_script_cbor
from milestone_devnet.ogmios.rpc import InvalidRequest
from milestone_devnet.text import address_bytes, bech32_decode

_T = TypeVar("_T")
_ENCODED_CBOR = 24
_HASH_LENGTH = 28
_STAKE_ADDRESSES = ("stake", "stake_test")
_STAKE_CREDENTIALS = ("stake_vkh", "script")
_REPRESENTATIVES = ("drep_vkh", "drep_script")

Decoder = Callable[[object], bytes]


def field(where: Mapping[str, Any], name: str, kind: type[_T]) -> _T:
    """A required member of a JSON object, of a given type."""
    if where.get(name) is None:
        raise InvalidRequest(f"field '{name}' not found")
    return _of_kind(where[name], name, kind)


def optional(where: Mapping[str, Any], name: str, kind: type[_T]) -> _T | None:
    """A member that may be missing or null."""
    return None if where.get(name) is None else _of_kind(where[name], name, kind)


def query_parameters(params: object) -> Mapping[str, Any]:
    """The parameters of a query, which may be missing or null."""
    return {} if params is None else members(params)


def members(params: object) -> Mapping[str, Any]:
    """The parameters of a method that needs some."""
    if params is None:
        raise InvalidRequest("field 'params' not found")
    return _of_kind(params, "params", dict)


def nothing(params: Mapping[str, Any]) -> None:
    """For queries that take no parameters."""
    if params:
        raise InvalidRequest(f"unexpected parameters: {', '.join(sorted(params))[:200]}")


def hex_bytes(text: str, length: int | None = None) -> bytes:
    """Base16, of a given number of bytes if it matters."""
    try:
        data = unhexlify(text)
    except ValueError:
        raise InvalidRequest("failed to decode base16-encoded payload") from None
    if length is not None and len(data) != length:
        raise InvalidRequest(f"{length} bytes expected in base16, {len(data)} given")
    return data


def transaction_bytes(params: Mapping[str, Any]) -> bytes:
    """``transaction.cbor`` of submission and evaluation."""
    return hex_bytes(field(field(params, "transaction", dict), "cbor", str))


def reference(entry: object) -> TxIn:
    """An output reference."""
    entry = _of_kind(entry, "outputReference", dict)
    index = field(entry, "index", int)
    if not 0 <= index < 2**16:
        raise InvalidRequest("an output index is between 0 and 65535")
    return TxIn(hex_bytes(field(field(entry, "transaction", dict), "id", str), 32), index)


def address(text: object) -> bytes:
    """An address in bech32, base58 or base16."""
    try:
        return address_bytes(_of_kind(text, "address", str))
    except ValueError:
        raise InvalidRequest("couldn't deserialise address from bytes") from None


def credential(text: object) -> bytes:
    """The hash of a stake credential: in base16, in bech32, or from a stake address."""
    text = _of_kind(text, "credential", str)
    try:
        if len(text) == 2 * _HASH_LENGTH:
            return unhexlify(text)
        prefix, payload = bech32_decode(text)
    except ValueError:
        raise InvalidRequest("couldn't decode a stake credential") from None
    if prefix in _STAKE_ADDRESSES and is_reward_account(payload):
        return payload[1:]
    if prefix in _STAKE_CREDENTIALS and len(payload) == _HASH_LENGTH:
        return payload
    raise InvalidRequest("couldn't decode a stake credential")


def representative(text: object) -> bytes:
    """The hash of a delegate representative's credential, in base16 or bech32."""
    text = _of_kind(text, "credential", str)
    try:
        if len(text) == 2 * _HASH_LENGTH:
            return unhexlify(text)
        prefix, payload = bech32_decode(text)
    except ValueError:
        raise InvalidRequest("couldn't decode a delegate representative") from None
    if prefix in _REPRESENTATIVES and len(payload) == _HASH_LENGTH:
        return payload
    raise InvalidRequest("couldn't decode a delegate representative")


def pool(entry: object) -> bytes:
    """A stake pool's id, in bech32 or base16."""
    text = field(_of_kind(entry, "stakePools", dict), "id", str)
    # Both have 56 characters.
    for decode in (lambda text: bech32_decode(text)[1], unhexlify):
        with suppress(ValueError):
            payload: bytes = decode(text)
            if len(payload) == _HASH_LENGTH:
                return payload
    raise InvalidRequest("couldn't decode stake pool id in neither bech32 nor base16")


def utxo(entries: list[Any]) -> dict[TxIn, TxOut]:
    """``additionalUtxo``: flat entries of reference and output."""
    return {reference(entry): _output(entry) for entry in entries}


def _output(entry: Mapping[str, Any]) -> TxOut:
    members: dict[int, Any] = {
        0: address(field(entry, "address", str)),
        1: _value(field(entry, "value", dict)),
    }
    datum_hash, datum = optional(entry, "datumHash", str), optional(entry, "datum", str)
    if datum_hash is not None and datum is not None:
        raise InvalidRequest("specified both 'datumHash' & 'datum'")
    if datum_hash is not None:
        members[2] = [0, hex_bytes(datum_hash, 32)]
    if datum is not None:
        members[2] = [1, cbor2.CBORTag(_ENCODED_CBOR, hex_bytes(datum))]
    if entry.get("script") is not None:
        members[3] = cbor2.CBORTag(_ENCODED_CBOR, _script(entry["script"]))
    try:
        return decode_output(cbor2.dumps(members))
    except DeserialisationFailure as failure:
        raise InvalidRequest(f"an output cannot be read: {failure.data or failure}") from failure


def _value(value: Mapping[str, Any]) -> Any:
    lovelace = _quantity(field(field(value, "ada", dict), "lovelace", int))
    assets: dict[bytes, dict[bytes, int]] = {}
    for policy, names in value.items():
        if policy != "ada":
            assets[hex_bytes(policy, 28)] = {
                hex_bytes(name): _quantity(_of_kind(quantity, name, int))
                for name, quantity in _of_kind(names, policy, dict).items()
            }
    return [lovelace, assets] if assets else lovelace


def _quantity(number: int) -> int:
    if not 0 <= number < 2**64:
        raise InvalidRequest("a quantity is between 0 and 2^64 - 1")
    return number


def _script(script: object) -> bytes:
    """``[language, script]`` in CBOR, from an object or from that same CBOR in base16."""
    if isinstance(script, str):
        return hex_bytes(script)
    members = _of_kind(script, "script", dict)
    try:
        language = Language(members.get("language"))
    except ValueError:
        raise InvalidRequest("missing or unknown script language") from None
    if language is not Language.NATIVE:
        return cbor2.dumps([language.tag, hex_bytes(field(members, "cbor", str))])
    code = optional(members, "cbor", str)
    native = hex_bytes(code) if code else native_script_cbor(field(members, "json", dict))
    return b"\x82\x00" + native


def _of_kind(value: object, name: str, kind: type[_T]) -> _T:
    # A JSON true is no integer, though Python's is.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InvalidRequest(f"invalid value for field '{name}': {_NAMES[kind]} expected")
    return value


_NAMES: dict[type[Any], str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "an integer",
    bool: "a boolean",
}
