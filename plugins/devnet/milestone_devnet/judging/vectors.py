"""Ledger vectors: what the Haskell ledger said about real transactions, and what this one says.

A folder holds ``eras/<era>/<name>/<number>``, one vector each, and ``pparams/<hash>``. The format
is that of the rule-conformance data of pragma-org/amaru, dumped from cardano-ledger's own tests.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cbor2

from milestone_core.api import BadInput
from milestone_devnet.ledger import (
    Account,
    Credential,
    Environment,
    ExUnits,
    Language,
    LedgerState,
    Mandate,
    Parameters,
    SlotConfig,
    TxIn,
    TxOut,
    cbor,
    decode_output,
)
from milestone_devnet.ledger.cbor import Malformed
from milestone_devnet.ledger.certificates import representative_of
from milestone_devnet.ledger.refusals import DeserialisationFailure

_DEEP = 100_000
_TRANSACTION, _PASSAGE_OF_TIME = 0, 1
_CERTIFICATES, _VOTES, _PROPOSALS = 4, 19, 20
# The core is without governance; of it, this ledger knows delegate representatives.
_OUTSIDE_CERTIFICATES: Mapping[int, str] = {
    3: "registers a stake pool",
    4: "retires a stake pool",
    14: "authorises a committee member",
    15: "resigns from the committee",
    16: "registers a delegate representative",
    17: "retires a delegate representative",
    18: "updates a delegate representative",
}
_SLOT, _SLOT_LENGTH, _NETWORK_ID = 0, 1, 11
_START_OF_VECTORS_MS = 1_600_000_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """A transaction and the real ledger's verdict, at a slot."""

    transaction: bytes
    accepted: bool
    slot: int


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector: a state, an environment, what is tried in it, and what remains."""

    name: str
    state: LedgerState
    environment: Environment
    events: tuple[Event, ...]
    remaining: Mapping[TxIn, TxOut]

    def environment_at(self, event: Event) -> Environment:
        """The environment at the slot of an event."""
        return replace(self.environment, slot=event.slot)


def vector_paths(folder: Path) -> list[Path]:
    """The files of all vectors.

    :raises BadInput: there are none.
    """
    found = sorted(path for path in folder.glob("eras/*/*/*") if path.name.isdigit())
    if not found:
        raise BadInput(
            f"{folder} holds no ledger vectors",
            hint="give the folder that holds eras/<era>/<name>/0 and pparams/",
        )
    return found


def name_of(path: Path) -> str:
    """Era and name of a vector; its number where it is not the first."""
    name = f"{path.parent.parent.name}/{path.parent.name}"
    return name if path.name == "0" else f"{name}/{path.name}"


def reasons_outside(path: Path) -> list[str]:
    """What of governance and pools a vector contains, in its order; nothing for one of the core.

    :raises BadInput: the file is no vector.
    """
    with _reading(path):
        _, _, _, events, _ = cbor2.loads(path.read_bytes())
        return list(dict.fromkeys(_reasons_to_be_outside(events)))


def load(path: Path) -> Vector:
    """Read a vector.

    :raises BadInput: the file is no vector, or its protocol parameters are missing.
    """
    with _reading(path):
        return _vector(path)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEP)
    try:
        yield
    except OSError as error:
        raise BadInput(f"{error.filename} cannot be read: {error.strerror}") from error
    except (
        cbor2.CBORDecodeError,
        Malformed,
        DeserialisationFailure,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        raise BadInput(f"{path} is not a ledger vector: {error}") from error
    finally:
        sys.setrecursionlimit(limit)


def _vector(path: Path) -> Vector:
    raw = path.read_bytes()
    config, initial, _, events, _ = cbor2.loads(raw)
    (treasury, _), (certificates, ledger) = initial[3][0], initial[3][1]
    representatives, pools, accounts = certificates
    pparams = path.parents[3] / "pparams" / ledger[3][3].hex()
    return Vector(
        name_of(path),
        LedgerState(_utxo(raw, 1), _accounts(accounts[0][0]), _representatives(representatives[0])),
        Environment(
            _parameters(cbor2.loads(pparams.read_bytes())),
            config[_SLOT],
            SlotConfig(_START_OF_VECTORS_MS, slot_length_ms=config[_SLOT_LENGTH]),
            config[_NETWORK_ID],
            frozenset(pools[0]),
            treasury,
        ),
        tuple(Event(*event[1:]) for event in events if event[0] == _TRANSACTION),
        _utxo(raw, 2),
    )


def _reasons_to_be_outside(events: list[Any]) -> Iterator[str]:
    for kind, *rest in events:
        if kind not in (_TRANSACTION, _PASSAGE_OF_TIME):
            yield "an epoch ends"
        elif kind == _TRANSACTION:
            body = _body(rest[0])
            if _VOTES in body:
                yield "votes"
            if _PROPOSALS in body:
                yield "proposes"
            kinds = [certificate[0] for certificate in body.get(_CERTIFICATES, ())]
            yield from (_OUTSIDE_CERTIFICATES[k] for k in kinds if k in _OUTSIDE_CERTIFICATES)


def _body(transaction: bytes) -> Mapping[int, Any]:
    """A body's fields; none where the bytes are no transaction, which a vector may well try."""
    try:
        body = cbor2.loads(transaction)[0]
    except (cbor2.CBORDecodeError, LookupError, TypeError):
        return {}
    return body if isinstance(body, dict) else {}


def _utxo(vector: bytes, state: int) -> dict[TxIn, TxOut]:
    """The UTxO set of the initial (1) or final (2) state, with every output's bytes as they are."""
    item = vector
    for index in (state, 3, 1, 1, 0):
        item = cbor.items(item)[index]
    return utxo_of(item)


def utxo_of(item: bytes) -> dict[TxIn, TxOut]:
    """A UTxO set from the CBOR of a map from input to output.

    :raises Malformed: it is no such map.
    :raises DeserialisationFailure: something in it is no output.
    """
    result = {}
    for key, output in cbor.pairs(item):
        transaction_id, index = cbor.items(key)
        reference = TxIn(cbor.byte_string(transaction_id, 32), cbor.unsigned(index))
        result[reference] = decode_output(output)
    return result


def _accounts(accounts: Mapping[Any, Any]) -> dict[Credential, Account]:
    """Stake credentials: ``{credential: [[[rewards, deposit]], pointers, [pool], [drep]]}``.

    What is not set is an empty list, as also the first is of a credential that only has pointers.
    """
    return {
        _credential(credential): Account(
            registered[0][1],
            registered[0][0],
            pool[0] if pool else None,
            representative_of(cbor2.dumps(representative[0])) if representative else None,
        )
        for credential, (registered, _, pool, representative) in accounts.items()
        if registered
    }


def _representatives(representatives: Mapping[Any, Any]) -> dict[Credential, Mandate]:
    """Delegate representatives: ``{credential: [expiry, anchor, deposit, delegators]}``."""
    return {
        _credential(credential): Mandate(deposit)
        for credential, (_, _, deposit, _) in representatives.items()
    }


def _credential(item: Any) -> Credential:
    kind, digest = item
    return Credential(kind == 0, digest)


def _parameters(values: list[Any]) -> Parameters:
    models = {Language.of_tag(tag + 1): tuple(model) for tag, model in values[15].items()}
    return Parameters(
        cost_models=models,
        protocol_version=(values[12][0], values[12][1]),
        min_fee_coefficient=values[0],
        min_fee_constant=values[1],
        min_fee_reference_scripts_base=values[30],
        max_transaction_size=values[3],
        max_block_body_size=values[2],
        max_value_size=values[19],
        max_transaction_units=ExUnits(*values[17]),
        max_block_units=ExUnits(*values[18]),
        price_memory=values[16][0],
        price_cpu=values[16][1],
        utxo_cost_per_byte=values[14],
        collateral_percentage=values[20],
        max_collateral_inputs=values[21],
        stake_credential_deposit=values[5],
        stake_pool_deposit=values[6],
        drep_deposit=values[28],
    )
