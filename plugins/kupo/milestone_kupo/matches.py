"""Kupo's matches as our values, each field and each hash checked.

Source: the schemas ``Match``, ``Datum`` and ``Script`` of Kupo's API, v2.11 and v2.12.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from milestone_core.api import (
    Address,
    AssetId,
    BadAnswer,
    Output,
    OutputReference,
    Script,
    Spending,
    Utxo,
    Value,
)
from milestone_kupo.fields import Field

_ID_BYTES = _DATUM_HASH_BYTES = 32
_SCRIPT_HASH_BYTES = 28
_MAX_INDEX = 65_535
_ASSET = re.compile(r"([0-9a-f]{56})(?:\.((?:[0-9a-f]{2}){0,32}))?")
_LANGUAGE_TAGS = {"native": b"\0", "plutus:v1": b"\1", "plutus:v2": b"\2", "plutus:v3": b"\3"}

# The header's upper half (CIP-19: 4 and 5 are pointer addresses) is the first character's.
_POINTER_PREFIXES = ("addr1g", "addr12", "addr_test1g", "addr_test12")
_HEX_ADDRESS = re.compile(r"(?:[0-9a-f]{58}|[0-9a-f]{114})")
_BYRON = re.compile(r"[1-9A-HJ-NP-Za-km-z]{50,}")


@dataclass(frozen=True, slots=True)
class Match:
    """An output that Kupo has seen, and its place within its block."""

    spending: Spending
    transaction_index: int

    @property
    def position(self) -> tuple[int, int, int]:
        """Where on the chain it was made; sorts oldest first."""
        utxo = self.spending.utxo
        return utxo.created_at, self.transaction_index, utxo.reference.index


def read_matches(body: Field) -> list[Match]:
    """All matches but those at Byron and pointer addresses.

    Our types cannot name such an address, and neither a contract nor a wallet of ours lies there;
    a stranger who sends a token to one must not make the look-up of its policy fail.

    :raises BadAnswer: a field is missing or odd, or a datum or script has another hash.
    """
    found = (_match(item) for item in body.items())
    return [match for match in found if match is not None]


def read_datum(field: Field, datum_hash: bytes) -> bytes:
    """The CBOR of a datum, which must have that hash."""
    datum = field.hex()
    if blake2b(datum, digest_size=_DATUM_HASH_BYTES).digest() != datum_hash:
        raise _wrong_hash(field, datum_hash)
    return datum


def read_script(field: Field, script_hash: bytes) -> Script | None:
    """A script, which must have that hash; None in a language that did not exist in Conway."""
    language, code = field["language"].text(), field["script"].hex()
    tag = _LANGUAGE_TAGS.get(language)
    if tag is None:
        return None
    if blake2b(tag + code, digest_size=_SCRIPT_HASH_BYTES).digest() != script_hash:
        raise _wrong_hash(field, script_hash)
    return Script(language, code)


def _match(item: Field) -> Match | None:
    address = _address(item["address"])
    if address is None:
        return None
    script_hash, script = _script(item)
    datum, datum_hash = _datum(item)
    utxo = Utxo(
        OutputReference(
            item["transaction_id"].hex(_ID_BYTES), item["output_index"].natural(_MAX_INDEX)
        ),
        Output(address, _value(item["value"]), datum, datum_hash, script),
        created_at=item["created_at"]["slot_no"].natural(),
        script_hash=script_hash,
    )
    return Match(_spending(utxo, item.get("spent_at")), item["transaction_index"].natural())


def _spending(utxo: Utxo, spent: Field | None) -> Spending:
    if spent is None:
        return Spending(utxo)
    transaction, redeemer = spent.get("transaction_id"), spent.get("redeemer")
    return Spending(
        utxo,
        spent_at=spent["slot_no"].natural(),
        spent_by=None if transaction is None else transaction.hex(_ID_BYTES),
        redeemer=None if redeemer is None else redeemer.hex(),
    )


def _address(field: Field) -> Address | None:
    text = field.text()
    if text.startswith(_POINTER_PREFIXES):
        return None
    try:
        if _HEX_ADDRESS.fullmatch(text):
            return Address.from_bytes(bytes.fromhex(text))
        if text.startswith(("addr1", "addr_test1")):
            return Address.parse(text)
    except ValueError as error:
        raise field.odd(f"an address (this is none: {error})") from error
    if _BYRON.fullmatch(text):
        return None
    raise field.odd("an address")


def _value(field: Field) -> Value:
    assets: dict[AssetId, int] = {}
    listed = field.get("assets")
    for key, quantity in ({} if listed is None else listed.members()).items():
        found = _ASSET.fullmatch(key)
        if found is None:
            raise quantity.odd('an asset "policy" or "policy.name"')
        asset = AssetId(bytes.fromhex(found[1]), bytes.fromhex(found[2] or ""))
        assets[asset] = quantity.natural()
    return Value(field["coins"].natural(), assets)


def _datum(item: Field) -> tuple[bytes | None, bytes | None]:
    """The inline datum, or the hash of one that is not inline."""
    hashed = item.get("datum_hash")
    if hashed is None:
        return None, None
    datum_hash = hashed.hex(_DATUM_HASH_BYTES)
    kind = item["datum_type"]
    if kind.text() == "hash":
        return None, datum_hash
    if kind.text() != "inline":
        raise kind.odd('"hash" or "inline"')
    return read_datum(item["datum"], datum_hash), None


def _script(item: Field) -> tuple[bytes | None, Script | None]:
    hashed, script = item.get("script_hash"), item.get("script")
    if hashed is None:
        return None, None
    script_hash = hashed.hex(_SCRIPT_HASH_BYTES)
    return script_hash, None if script is None else read_script(script, script_hash)


def _wrong_hash(field: Field, expected: bytes) -> BadAnswer:
    return BadAnswer(
        f"Kupo's {field.path} does not have the hash {expected.hex()}",
        details={"field": field.path},
    )
