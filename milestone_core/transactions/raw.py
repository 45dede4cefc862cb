"""What can be read off a transaction's bytes without the library that builds them.

Field numbers are those of the Conway era's CDDL (cardano-ledger, ``conway.cddl``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import cbor2

from milestone_core.domain.chain import OutputReference
from milestone_core.errors import BadInput

INPUTS, VALID_FROM, COLLATERAL, REFERENCE_INPUTS = 0, 8, 13, 18


def body_fields(transaction: bytes) -> Mapping[int, Any]:
    """The fields of a transaction's body, by number.

    :raises BadInput: it is not a transaction.
    """
    try:
        parts = cbor2.loads(transaction)
        body = parts[0]
        if len(parts) != 4 or not isinstance(body, Mapping) or INPUTS not in body:
            raise ValueError("it is not a body, witnesses, validity and auxiliary data")
    except Exception as error:
        raise BadInput(f"this is not a transaction: {error}") from error
    return body


def inputs(transaction: bytes) -> tuple[OutputReference, ...]:
    """The outputs that a transaction spends, unless its scripts fail.

    :raises BadInput: it is not a transaction.
    """
    return _references(body_fields(transaction)[INPUTS])


def looked_at(transaction: bytes) -> tuple[OutputReference, ...]:
    """The outputs that a transaction does not spend, and that have to be there for it to land.

    :raises BadInput: it is not a transaction.
    """
    fields = body_fields(transaction)
    needed = (fields.get(COLLATERAL, ()), fields.get(REFERENCE_INPUTS, ()))
    listed = {reference for group in needed for reference in _references(group)}
    return tuple(sorted(listed - set(_references(fields[INPUTS]))))


def valid_from(transaction: bytes) -> int | None:
    """The first slot in which a transaction is valid, None for any.

    :raises BadInput: it is not a transaction.
    """
    return body_fields(transaction).get(VALID_FROM)


def _references(listed: Iterable[Any]) -> tuple[OutputReference, ...]:
    # Conway tags it as a set, which Python's decoder makes one of; the order is ours.
    return tuple(sorted(OutputReference(bytes(i[0]), int(i[1])) for i in listed))
