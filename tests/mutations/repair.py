"""Everything of a transaction that follows from the rest: so that only the scripts decide.

Fee, change, missing money, least lovelace, indices, units, hashes and signatures.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import cbor2

from milestone_core.domain.chain import OutputReference, Value
from milestone_core.onchain import plutus_data
from milestone_core.transactions.draft import Layout
from milestone_devnet.ledger import (
    Account,
    Credential,
    Environment,
    Language,
    LedgerState,
    SlotConfig,
    TxIn,
    decode_output,
    default_parameters,
)

from .case import Case, Out, Target
from .scripts import KEYS, NATIVE, PLUTUS_V3, PURSE, SCRIPTS

PARAMETERS = default_parameters()
FEE = 4_000_000
_DEPOSIT = PARAMETERS.stake_credential_deposit
_existing = lru_cache(maxsize=4096)(decode_output)
_COLLATERAL = OutputReference(b"\xcc" * 32, 0)
_COST_MODEL = cbor2.dumps({2: list(PARAMETERS.cost_models[Language.PLUTUS_V3])})
_MILLISECONDS = SlotConfig(0, 0, 1)
_TAGS = {"spend": 0, "mint": 1, "publish": 2, "withdraw": 3}
_ONE_ADA = 1_000_000


class Whole(NamedTuple):
    """A transaction's bytes, and the chain that it comes to."""

    transaction: bytes
    state: LedgerState
    environment: Environment


def repair(case: Case) -> Whole:
    """The whole transaction."""
    case = _balanced(replace(case, outputs=tuple(map(_with_least_lovelace, case.outputs))))
    inputs, references = sorted(case.inputs), sorted(case.references)
    redeemers = _redeemers(case, Layout(tuple(inputs), tuple(references)))
    datums = _datums(case)
    body: dict[int, Any] = {
        0: [_reference(r) for r in inputs],
        1: [_output(out) for out in case.outputs],
        2: FEE,
        13: [_reference(_COLLATERAL)],
        11: blake2b(redeemers + datums + _COST_MODEL, digest_size=32).digest(),
    }
    optional: dict[int, Any] = {
        3: case.upper,
        4: list(case.certificates) or None,
        5: dict(case.withdrawals) or None,
        8: case.lower,
        9: _nested(case.minted) or None,
        18: [_reference(r) for r in references] or None,
    }
    body |= {key: item for key, item in optional.items() if item is not None}
    encoded = cbor2.dumps(body)
    witnesses = _witnesses(case, blake2b(encoded, digest_size=32).digest(), redeemers, datums)
    return Whole(b"\x84" + encoded + witnesses + b"\xf5\xf6", _state(case), _environment(case))


def _with_least_lovelace(out: Out) -> Out:
    while True:
        size = 160 + len(cbor2.dumps(_output(out)))
        least = size * PARAMETERS.utxo_cost_per_byte
        if out.value.lovelace >= least:
            return out
        out = out.holding(Value(least - out.value.lovelace))


def _balanced(case: Case) -> Case:
    """The purse pays what is missing, and gets what is left over."""
    registrations = sum(_DEPOSIT for kind, *_ in case.certificates if kind in (0, 7))
    refunds = sum(_DEPOSIT for kind, *_ in case.certificates if kind in (1, 8))
    given = sum((case.utxos[r].value for r in case.inputs), Value(refunds))
    given += Value(0, case.minted)
    wanted = sum((out.value for out in case.outputs), Value(FEE + registrations))
    purse = (wanted - given).positive + Value(100 * _ONE_ADA)
    address = bytes(PURSE.address)
    change = Out(address, given + purse - wanted)
    case = case.spending(case.purse, Out(address, purse))
    return replace(case, outputs=(*case.outputs, change))


def _redeemers(case: Case, layout: Layout) -> bytes:
    share = 1 + len(case.redeemers)
    units = [limit // share for limit in PARAMETERS.max_transaction_units]
    entries = sorted(
        (_pointer(case, target, layout), plutus_data.encode(make(layout)))
        for target, make in case.redeemers.items()
    )
    parts = [
        cbor2.dumps(list(pointer)) + b"\x82" + data + cbor2.dumps(units)
        for pointer, data in entries
    ]
    return cbor2.dumps(dict.fromkeys(range(len(parts)), 0))[:1] + b"".join(parts)


def _pointer(case: Case, target: Target, layout: Layout) -> tuple[int, int]:
    purpose, subject = target
    if purpose == "spend":
        index = layout.input_index(subject)
    elif purpose == "mint":
        index = sorted({asset.policy for asset in case.minted}).index(subject)
    elif purpose == "withdraw":
        # The ledger's order: scripts (f0) before keys (e0).
        ordered = sorted(case.withdrawals, key=lambda account: (-account[0], account))
        index = ordered.index(subject)
    else:
        index = subject
    return _TAGS[purpose], index


def _datums(case: Case) -> bytes:
    hashed = [case.utxos[r].hashed for r in case.inputs]
    datums = [plutus_data.encode(data) for data in hashed if data is not None]
    return bytes([0x80 | len(datums)]) + b"".join(datums) if datums else b""


def _witnesses(case: Case, transaction_id: bytes, redeemers: bytes, datums: bytes) -> bytes:
    spent = [case.utxos[reference] for reference in case.inputs]
    wanted = {out.address[1:29] for out in spent} | {PURSE.hash}
    wanted |= {asset.policy for asset in case.minted}
    wanted |= {account[1:] for account in case.withdrawals}
    wanted |= {credential[1] for _, credential, *_ in case.certificates}
    shown = [out.script for out in spent] + [case.utxos[r].script for r in case.references]
    carried = {blake2b(b"\x03" + code, digest_size=28).digest() for code in shown if code}
    scripts = [s for h, s in SCRIPTS.items() if h in wanted - carried]
    keys = {KEYS[h] for h in wanted & KEYS.keys()} | {s.signer for s in scripts if s.signer}
    fields = {
        0: cbor2.dumps([[key.public, key.sign(transaction_id)] for key in keys]),
        1: _scripts_field([s.code for s in scripts if s.language == NATIVE]),
        4: datums,
        5: redeemers if case.redeemers else b"",
        7: cbor2.dumps([s.code for s in scripts if s.language == PLUTUS_V3]),
    }
    kept = {n: raw for n, raw in fields.items() if raw not in (b"", b"\x80")}
    return bytes([0xA0 | len(kept)]) + b"".join(bytes([n]) + raw for n, raw in kept.items())


def _scripts_field(codes: list[bytes]) -> bytes:
    return bytes([0x80 | len(codes)]) + b"".join(codes)


def _output(out: Out) -> dict[int, Any]:
    item: dict[int, Any] = {0: out.address, 1: _value(out.value)}
    if out.datum is not None:
        item[2] = [1, cbor2.CBORTag(24, plutus_data.encode(out.datum))]
    elif out.hashed is not None:
        item[2] = [0, blake2b(plutus_data.encode(out.hashed), digest_size=32).digest()]
    if out.script is not None:
        item[3] = cbor2.CBORTag(24, cbor2.dumps([PLUTUS_V3, out.script]))
    return item


def _value(value: Value) -> Any:
    return [value.lovelace, _nested(value.assets)] if value.assets else value.lovelace


def _nested(assets: Any) -> dict[bytes, dict[bytes, int]]:
    nested: dict[bytes, dict[bytes, int]] = {}
    for asset, quantity in assets.items():
        nested.setdefault(asset.policy, {})[asset.name] = quantity
    return nested


def _reference(reference: OutputReference) -> list[Any]:
    return [reference.transaction_id, reference.index]


def _state(case: Case) -> LedgerState:
    purse = {_COLLATERAL: Out(bytes(PURSE.address), Value(3 * FEE))}
    return LedgerState(
        {
            TxIn(r.transaction_id, r.index): _existing(cbor2.dumps(_output(out)))
            for r, out in {**case.utxos, **purse}.items()
        },
        {Credential(False, h): Account(_DEPOSIT) for h in case.accounts},
    )


def _environment(case: Case) -> Environment:
    now = case.lower if case.lower is not None else (case.upper or 1) - 1
    return Environment(PARAMETERS, now, _MILLISECONDS)
