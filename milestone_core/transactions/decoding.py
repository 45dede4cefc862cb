"""A transaction body's bytes as our values, or a refusal: nothing in them may go unseen.

Whatever is read is written again, and has to give the same bytes. So a field that our values
cannot say, an entry that stands there twice, or another order cannot hide between what is shown
and what is signed. The field numbers are those of the Conway era's CDDL (cardano-ledger,
``conway.cddl``).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import cbor2

from milestone_core.domain.address import Address
from milestone_core.domain.chain import AssetId, Output, OutputReference, Script, Value
from milestone_core.errors import BadInput
from milestone_core.transactions import encoding
from milestone_core.transactions.encoding import Body

_TAIL = b"\xf5\xf6"  # valid, and without metadata
_EMBEDDED = 24
_PLUTUS_V3 = 3

_KNOWN = frozenset({0, 1, 2, 3, 5, 8, 9, 11, 13, 16, 17, 18})
_OTHERS = {
    4: "certificates",
    6: "an update proposal",
    7: "metadata",
    14: "required signers",
    15: "a network id",
    19: "votes",
    20: "governance proposals",
    21: "a statement on the treasury",
    22: "a donation to the treasury",
}


def decode(transaction: bytes) -> Body:
    """The body of a transaction, signed or not.

    :raises BadInput: it is no transaction, or has something that our values do not say.
    """
    try:
        raw = encoding.body_of(transaction)
        stream = io.BytesIO(transaction)
        parts = cbor2.CBORDecoder(stream).decode()
        fields: Mapping[int, Any] = parts[0]
        strange = [_OTHERS.get(number, f"field {number}") for number in fields.keys() - _KNOWN]
        body = _body(fields)
    except Exception as error:
        raise BadInput(f"this is not a transaction: {error}") from error
    if strange:
        raise _unseen(" and ".join(sorted(strange)))
    if stream.tell() != len(transaction) or not transaction.endswith(_TAIL) or parts[3] is not None:
        raise _unseen("metadata, or is marked as failing")
    if encoding.encode_body(body) != raw:
        raise _unseen("something that is not what it seems, or stands there twice")
    return body


def _unseen(what: str) -> BadInput:
    return BadInput(
        f"the transaction has {what}, which no review shows: it is not signed",
        hint="This program makes no such transactions. Do not sign it elsewhere either.",
    )


def _body(fields: Mapping[int, Any]) -> Body:
    return Body(
        inputs=_references(fields[0]),
        outputs=tuple(_output(output) for output in fields[1]),
        fee=fields[2],
        valid_until=fields.get(3),
        withdrawals=dict(fields.get(5, {})),
        valid_from=fields.get(8),
        mint=_assets(fields.get(9, {})),
        integrity_hash=fields.get(11),
        collateral=_references(fields.get(13, ())),
        collateral_return=_output(fields[16]) if 16 in fields else None,
        total_collateral=fields.get(17),
        reference_inputs=_references(fields.get(18, ())),
    )


def _references(listed: Any) -> tuple[OutputReference, ...]:
    # A tagged set loses its order in Python. Ours are sorted; others are found out by the bytes.
    return tuple(sorted(OutputReference(item[0], item[1]) for item in listed))


def _output(fields: Mapping[int, Any]) -> Output:
    kind, datum = fields.get(2, (None, None))
    return Output(
        address=Address.from_bytes(fields[0]),
        value=_value(fields[1]),
        datum=datum.value if kind == 1 else None,
        datum_hash=datum if kind == 0 else None,
        script=_script(fields[3]) if 3 in fields else None,
    )


def _value(content: Any) -> Value:
    if isinstance(content, int):
        return Value(content)
    lovelace, assets = content
    return Value(lovelace, _assets(assets))


def _assets(nested: Mapping[bytes, Mapping[bytes, int]]) -> dict[AssetId, int]:
    return {
        AssetId(policy, name): quantity
        for policy, names in nested.items()
        for name, quantity in names.items()
    }


def _script(tagged: Any) -> Script:
    if tagged.tag != _EMBEDDED:
        raise ValueError("a reference script is embedded CBOR")
    language, code = cbor2.loads(tagged.value)
    if language != _PLUTUS_V3:
        raise ValueError(f"a reference script of language {language}")
    return Script("plutus:v3", code)
