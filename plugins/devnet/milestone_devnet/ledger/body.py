"""Transaction bodies from their CBOR (Conway CDDL)."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

from . import cbor
from .addresses import is_reward_account
from .certificates import certificate_of
from .model import AssetId, Body, Certificate, CertificateKind, TxIn
from .outputs import assets_of, output_of

T = TypeVar("T")


class Field(IntEnum):
    """The fields of a body, by their numbers in the CDDL."""

    INPUTS = 0
    OUTPUTS = 1
    FEE = 2
    INVALID_AFTER = 3
    CERTIFICATES = 4
    WITHDRAWALS = 5
    AUXILIARY_DATA_HASH = 7
    INVALID_BEFORE = 8
    MINT = 9
    SCRIPT_DATA_HASH = 11
    COLLATERAL = 13
    REQUIRED_SIGNERS = 14
    NETWORK_ID = 15
    COLLATERAL_RETURN = 16
    TOTAL_COLLATERAL = 17
    REFERENCE_INPUTS = 18
    VOTES = 19
    PROPOSALS = 20
    TREASURY = 21
    DONATION = 22


_REQUIRED = {Field.INPUTS, Field.OUTPUTS, Field.FEE}
_KNOWN = {int(field) for field in Field}


def body_of(item: bytes) -> Body:
    """A body; raises ``Malformed`` for unknown, missing, repeated or ill-formed fields."""
    fields = cbor.fields(item)
    if not fields.keys() <= _KNOWN:
        raise cbor.Malformed(f"unknown body fields {sorted(fields.keys() - _KNOWN)}")
    if missing := _REQUIRED - fields.keys():
        raise cbor.Malformed(f"missing body fields {sorted(int(field) for field in missing)}")

    def optional(field: Field, decode: Callable[[bytes], T]) -> T | None:
        return decode(fields[field]) if field in fields else None

    return Body(
        inputs=_references(fields[Field.INPUTS]),
        outputs=tuple(output_of(output) for output in cbor.items(fields[Field.OUTPUTS])),
        fee=cbor.unsigned(fields[Field.FEE]),
        invalid_after=optional(Field.INVALID_AFTER, cbor.unsigned),
        invalid_before=optional(Field.INVALID_BEFORE, cbor.unsigned),
        certificates=optional(Field.CERTIFICATES, _certificates) or (),
        withdrawals=optional(Field.WITHDRAWALS, _withdrawals) or {},
        auxiliary_data_hash=optional(Field.AUXILIARY_DATA_HASH, _hash_256),
        mint=optional(Field.MINT, _mint) or {},
        script_data_hash=optional(Field.SCRIPT_DATA_HASH, _hash_256),
        collateral=optional(Field.COLLATERAL, _non_empty_references) or (),
        required_signers=optional(Field.REQUIRED_SIGNERS, _key_hashes) or (),
        network_id=optional(Field.NETWORK_ID, _network_id),
        collateral_return=optional(Field.COLLATERAL_RETURN, output_of),
        total_collateral=optional(Field.TOTAL_COLLATERAL, cbor.unsigned),
        reference_inputs=optional(Field.REFERENCE_INPUTS, _non_empty_references) or (),
        treasury=optional(Field.TREASURY, cbor.unsigned),
        donation=optional(Field.DONATION, _positive) or 0,
        has_votes=Field.VOTES in fields,
        has_proposals=Field.PROPOSALS in fields,
    )


def _set(item: bytes, element: Callable[[bytes], T]) -> tuple[T, ...]:
    """A set, whose elements differ in what they say, not just in how they are written."""
    elements = tuple(element(part) for part in cbor.set_items(item))
    if len(set(elements)) != len(elements):
        raise cbor.Malformed("a set with an element twice")
    return elements


def _non_empty_set(item: bytes, element: Callable[[bytes], T]) -> tuple[T, ...]:
    elements = _set(item, element)
    if not elements:
        raise cbor.Malformed("an empty set")
    return elements


def _certificates(item: bytes) -> tuple[Certificate, ...]:
    known = [certificate_of(part) for part in cbor.set_items(item)]
    if all(isinstance(certificate.kind, CertificateKind) for certificate in known):
        return _non_empty_set(item, certificate_of)
    return tuple(known)


def _references(item: bytes) -> tuple[TxIn, ...]:
    return _set(item, _reference)


def _non_empty_references(item: bytes) -> tuple[TxIn, ...]:
    return _non_empty_set(item, _reference)


def _reference(item: bytes) -> TxIn:
    parts = cbor.items(item)
    if len(parts) != 2 or cbor.unsigned(parts[1]) > 0xFFFF:
        raise cbor.Malformed("no output reference")
    return TxIn(cbor.byte_string(parts[0], 32), cbor.unsigned(parts[1]))


def _withdrawals(item: bytes) -> dict[bytes, int]:
    result: dict[bytes, int] = {}
    for account_item, amount in cbor.pairs(item):
        account = cbor.byte_string(account_item)
        if account in result or not is_reward_account(account):
            raise cbor.Malformed("withdrawals are of distinct reward accounts")
        result[account] = cbor.unsigned(amount)
    if not result:
        raise cbor.Malformed("empty withdrawals")
    return result


def _mint(item: bytes) -> dict[AssetId, int]:
    mint = assets_of(item)
    if not mint:
        raise cbor.Malformed("an empty mint")
    if any(not -(2**63) <= quantity < 2**63 for quantity in mint.values()):
        raise cbor.Malformed("a minted quantity beyond 64 bits")
    return mint


def _key_hashes(item: bytes) -> tuple[bytes, ...]:
    return _non_empty_set(item, _hash_224)


def _hash_224(item: bytes) -> bytes:
    return cbor.byte_string(item, 28)


def _hash_256(item: bytes) -> bytes:
    return cbor.byte_string(item, 32)


def _network_id(item: bytes) -> int:
    network_id = cbor.unsigned(item)
    if network_id > 1:
        raise cbor.Malformed("a network id is 0 or 1")
    return network_id


def _positive(item: bytes) -> int:
    number = cbor.unsigned(item)
    if number == 0:
        raise cbor.Malformed("a donation of zero")
    return number
