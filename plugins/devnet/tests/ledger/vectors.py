"""The public ledger vectors: what the Haskell ledger said about real transactions.

They lie beside a checkout, in ``../shared/vectors/ledger``, or where ``MILESTONE_VECTORS`` says.
The layout of a vector is described in the README there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cbor2

from milestone_devnet.ledger import (
    Account,
    Credential,
    Environment,
    ExUnits,
    Language,
    LedgerState,
    Parameters,
    SlotConfig,
    TxIn,
    cbor,
    decode_output,
)

REPOSITORY = Path(__file__).resolve().parents[4]
_DEEP = 100_000
# Governance, committees, pools and delegate representatives are no part of this ledger.
_UNSUPPORTED_CERTIFICATES = {3, 4, 14, 15, 16, 17, 18}
_VOTES, _PROPOSALS, _CERTIFICATES = 19, 20, 4
_NETWORK_ID = 11
_START_OF_VECTORS = 1_600_000_000_000


def vectors_folder() -> Path | None:
    """Where the vectors are, or ``None``."""
    configured = os.environ.get("MILESTONE_VECTORS")
    folder = Path(configured) if configured else REPOSITORY.parent / "shared" / "vectors"
    return folder / "ledger" if (folder / "ledger" / "eras").is_dir() else None


@dataclass(frozen=True)
class Event:
    """A transaction and the real ledger's verdict, at a slot."""

    transaction: bytes
    accepted: bool
    slot: int


@dataclass(frozen=True)
class Vector:
    """One vector: a state, an environment and what is tried in it."""

    name: str
    state: LedgerState
    environment: Environment
    events: tuple[Event, ...]

    def environment_at(self, event: Event) -> Environment:
        """The environment at the slot of an event."""
        return replace(self.environment, slot=event.slot)


def vector_paths(folder: Path) -> list[Path]:
    """The files of all vectors."""
    return sorted(folder.glob("eras/*/*/0"))


def name_of(path: Path) -> str:
    """Era and name of a vector."""
    return f"{path.parent.parent.name}/{path.parent.name}"


def is_core(path: Path) -> bool:
    """Whether a vector needs no votes, proposals, nor certificates but those of stake."""
    with _deep_recursion():
        return all(
            not body.keys() & {_VOTES, _PROPOSALS}
            and not {c[0] for c in body.get(_CERTIFICATES, ())} & _UNSUPPORTED_CERTIFICATES
            for body in map(_body, _transactions(_read(path)))
        )


def load(path: Path) -> Vector:
    """Read a vector."""
    with _deep_recursion():
        config, initial, _, events, _ = _read(path)
    ledger = initial[3][1]
    parameters_file = path.parents[3] / "pparams" / ledger[1][3][3].hex()
    return Vector(
        name_of(path),
        LedgerState(_utxo(path), _accounts(ledger[0][2][0])),
        Environment(
            _parameters(cbor2.loads(parameters_file.read_bytes())),
            config[0],
            SlotConfig(_START_OF_VECTORS),
            config[_NETWORK_ID],
        ),
        tuple(Event(*event[1:]) for event in events if event[0] == 0),
    )


def _read(path: Path) -> list[Any]:
    content: list[Any] = cbor2.loads(path.read_bytes())
    return content


def _transactions(vector: list[Any]) -> Iterator[bytes]:
    return (event[1] for event in vector[3] if event[0] == 0)


def _body(transaction: bytes) -> Mapping[int, Any]:
    body: Mapping[int, Any] = cbor2.loads(transaction)[0]
    return body


def _utxo(path: Path) -> dict[TxIn, Any]:
    """The UTxO set, with every output's bytes as they stand."""
    item = path.read_bytes()
    for index in (1, 3, 1, 1, 0):
        item = cbor.items(item)[index]
    result = {}
    for key, output in cbor.pairs(item):
        transaction_id, index_item = cbor.items(key)
        reference = TxIn(cbor.byte_string(transaction_id), cbor.unsigned(index_item))
        result[reference] = decode_output(output)
    return result


def _accounts(accounts: Any) -> dict[Credential, Account]:
    """Registered stake credentials. No vector that we take starts with any."""
    if any(accounts):
        raise NotImplementedError("a vector that starts with registered credentials")
    return {}


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
    )


@contextmanager
def _deep_recursion() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEP)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
