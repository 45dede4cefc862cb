"""Transactions without fee, change and signatures: enough to run their scripts, made faster."""

from __future__ import annotations

from collections.abc import Iterable

import cbor2

from milestone_core.domain.chain import Output, OutputReference, Value
from milestone_core.onchain import plutus_data
from milestone_core.transactions import encoding
from milestone_core.transactions.draft import Draft, Layout

_SPEND, _MINT = 0, 1
_SOME_LOVELACE = 2_000_000


def bare(draft: Draft) -> bytes:
    """A draft as a transaction. Outputs without lovelace get 2 ADA."""
    spent = [item.utxo for item in draft.script_inputs] + list(draft.wallet_inputs)
    layout = Layout(
        tuple(sorted(utxo.reference for utxo in spent)),
        tuple(sorted(utxo.reference for utxo in draft.reference_inputs)),
    )
    body = {
        0: _references(layout.inputs),
        1: [_output(output) for output in draft.outputs],
        2: 0,
        3: draft.valid_until,
        8: draft.valid_from,
        9: _assets(draft.minted) or None,
        18: _references(layout.reference_inputs),
    }
    policies = sorted(minting.policy for minting in draft.minting)
    redeemers = [
        ((_SPEND, layout.input_index(item.utxo.reference)), item.redeemer(layout))
        for item in draft.script_inputs
    ] + [((_MINT, policies.index(m.policy)), m.redeemer(layout)) for m in draft.minting]
    content = {key: part for key, part in body.items() if part is not None}
    return encoding.encode_transaction(cbor2.dumps(content), _witnesses(redeemers))


def _witnesses(redeemers: list[tuple[tuple[int, int], plutus_data.Data]]) -> bytes:
    no_units = cbor2.dumps([0, 0])
    entries = [
        cbor2.dumps(pointer) + b"\x82" + plutus_data.encode(data) + no_units
        for pointer, data in sorted(redeemers, key=lambda entry: entry[0])
    ]
    return b"\xa1\x05" + bytes([0xA0 + len(entries)]) + b"".join(entries)


def _references(references: Iterable[OutputReference]) -> list[list[object]]:
    return [[r.transaction_id, r.index] for r in references]


def _output(output: Output) -> dict[int, object]:
    lovelace, assets = output.value.lovelace or _SOME_LOVELACE, _assets(output.value)
    content: dict[int, object] = {
        0: bytes(output.address),
        1: [lovelace, assets] if assets else lovelace,
    }
    if output.datum is not None:
        content[2] = [1, cbor2.CBORTag(24, output.datum)]
    return content


def _assets(value: Value) -> dict[bytes, dict[bytes, int]]:
    assets: dict[bytes, dict[bytes, int]] = {}
    for asset, quantity in value.assets.items():
        assets.setdefault(asset.policy, {})[asset.name] = quantity
    return assets
