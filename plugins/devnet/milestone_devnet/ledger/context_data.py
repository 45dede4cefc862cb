"""What the script contexts of all Plutus versions share, as data.

Source: ``PlutusLedgerApi.V1`` and what the later versions keep of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .addresses import payment_credential, stake_part
from .context import Surroundings
from .data_encoding import byte_string, canonical, constr, integer, mapping
from .model import AssetId, Credential, Pointer, TxOut

_NOTHING = constr(1)
_FALSE, _TRUE = constr(0), constr(1)
_NEGATIVE_INFINITY, _POSITIVE_INFINITY = constr(0), constr(2)


def spent_datum(surroundings: Surroundings, pointer: Pointer) -> bytes | None:
    """The datum of what is spent, inline or among the witnesses, if it has any."""
    output = list(surroundings.spent.values())[pointer.index]
    if output.datum_hash is not None:
        return canonical(surroundings.transaction.witnesses.datums[output.datum_hash])
    return None if output.datum is None else canonical(output.datum)


def signatories(surroundings: Surroundings) -> Iterator[bytes]:
    """The required signers, in order."""
    return map(byte_string, sorted(surroundings.transaction.body.required_signers))


def datums(surroundings: Surroundings) -> Iterator[tuple[bytes, bytes]]:
    """The datums among the witnesses by hash, in order."""
    witnesses = surroundings.transaction.witnesses.datums
    return ((byte_string(digest), canonical(datum)) for digest, datum in sorted(witnesses.items()))


def redeemers(surroundings: Surroundings) -> Iterator[tuple[Pointer, bytes]]:
    """The redeemers' data, in the ledger's order."""
    given = surroundings.transaction.witnesses.redeemers
    for pointer in sorted(given, key=lambda pointer: (pointer.purpose.tag, pointer.index)):
        yield pointer, canonical(given[pointer].data)


def address_data(address: bytes) -> bytes:
    """``Address``."""
    payment = payment_credential(address)
    if payment is None:
        raise ValueError("Plutus does not know Byron addresses")
    stake = stake_part(address)
    if isinstance(stake, Credential):
        return constr(0, credential_data(payment), maybe(constr(0, credential_data(stake))))
    pointer = None if stake is None else constr(1, *map(integer, stake))
    return constr(0, credential_data(payment), maybe(pointer))


def credential_data(credential: Credential) -> bytes:
    """``Credential``."""
    return constr(0 if credential.is_key else 1, byte_string(credential.hash))


def value_data(output: TxOut) -> bytes:
    """``Value``, with lovelace in front."""
    return assets_data({AssetId(b"", b""): output.coin} | dict(output.assets))


def assets_data(assets: Mapping[AssetId, int]) -> bytes:
    """``Value`` of assets, in order."""
    policies: dict[bytes, list[tuple[bytes, bytes]]] = {}
    for (policy, name), quantity in sorted(assets.items()):
        policies.setdefault(policy, []).append((byte_string(name), integer(quantity)))
    return mapping((byte_string(policy), mapping(names)) for policy, names in policies.items())


def datum_data(output: TxOut) -> bytes:
    """``OutputDatum``."""
    if output.datum is not None:
        return constr(2, canonical(output.datum))
    if output.datum_hash is not None:
        return constr(1, byte_string(output.datum_hash))
    return constr(0)


def output_data(output: TxOut) -> bytes:
    """``TxOut``, since Plutus V2."""
    script = None if output.script is None else byte_string(output.script.hash)
    return constr(
        0, address_data(output.address), value_data(output), datum_data(output), maybe(script)
    )


def valid_range(surroundings: Surroundings) -> bytes:
    """The validity interval in POSIX milliseconds; the upper bound is open."""
    body, clock = surroundings.transaction.body, surroundings.environment.slot_config
    lower, upper = constr(0, _NEGATIVE_INFINITY, _TRUE), constr(0, _POSITIVE_INFINITY, _TRUE)
    if body.invalid_before is not None:
        lower = constr(0, constr(1, integer(clock.time_of(body.invalid_before))), _TRUE)
    if body.invalid_after is not None:
        upper = constr(0, constr(1, integer(clock.time_of(body.invalid_after))), _FALSE)
    return constr(0, lower, upper)


def maybe(content: bytes | None) -> bytes:
    """``Maybe``."""
    return _NOTHING if content is None else constr(0, content)
