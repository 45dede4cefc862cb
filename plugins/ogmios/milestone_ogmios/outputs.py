"""Our outputs in Ogmios's JSON, for ``additionalUtxo``: flat entries of reference and output."""

from __future__ import annotations

from milestone_core.api import Utxo, Value


def utxo_json(utxo: Utxo) -> dict[str, object]:
    """One entry. A datum is inline or a hash, never both."""
    output = utxo.output
    entry: dict[str, object] = {
        "transaction": {"id": utxo.reference.transaction_id.hex()},
        "index": utxo.reference.index,
        "address": str(output.address),
        "value": value_json(output.value),
    }
    if output.datum is not None:
        entry["datum"] = output.datum.hex()
    elif output.datum_hash is not None:
        entry["datumHash"] = output.datum_hash.hex()
    if output.script is not None:
        entry["script"] = {"language": output.script.language, "cbor": output.script.code.hex()}
    return entry


def value_json(value: Value) -> dict[str, dict[str, int]]:
    """``{"ada": {"lovelace": n}, policy: {name: n}}``, in hex."""
    json: dict[str, dict[str, int]] = {"ada": {"lovelace": value.lovelace}}
    for asset, quantity in value.assets.items():
        json.setdefault(asset.policy.hex(), {})[asset.name.hex()] = quantity
    return json
