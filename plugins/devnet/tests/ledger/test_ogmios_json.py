"""Values in Ogmios's JSON."""

from __future__ import annotations

import cbor2

from milestone_devnet.ledger import decode_output
from milestone_devnet.ledger.ogmios_json import output_json

from .world import ADA, ALICE, ALWAYS_TRUE, DATUM, DATUM_HASH, NATIVE, POLICY, output


def shown(*args: object, **more: object) -> dict[str, object]:
    return output_json(decode_output(cbor2.dumps(output(ALICE.address, *args, **more))))


def test_an_output_with_everything() -> None:
    result = shown([ADA, {POLICY: {b"": 1, b"token": 2}}], datum=DATUM, script=(3, ALWAYS_TRUE[3]))
    assert result == {
        "address": result["address"],
        "value": {
            "ada": {"lovelace": ADA},
            POLICY.hex(): {"": 1, b"token".hex(): 2},
        },
        "datum": cbor2.dumps(DATUM).hex(),
        "script": {"language": "plutus:v3", "cbor": ALWAYS_TRUE[3].hex()},
    }


def test_a_datum_hash_and_a_native_script() -> None:
    result = shown(ADA, datum_hash=DATUM_HASH, script=(0, NATIVE))
    assert result["datumHash"] == DATUM_HASH.hex()
    assert "datum" not in result
    assert result["script"] == {
        "language": "native",
        "json": {"clause": "signature", "from": ALICE.key_hash.hex()},
        "cbor": NATIVE.hex(),
    }
