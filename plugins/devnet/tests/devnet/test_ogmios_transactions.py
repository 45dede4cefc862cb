from __future__ import annotations

from typing import Any

import cbor2
import pytest

from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger import Language, Script
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.ledger.model import blake2b_256
from milestone_devnet.node import Devnet

from .clients import Kupo, Ogmios
from .wallet import (
    ALWAYS_FALSE,
    ALWAYS_TRUE,
    FEE,
    funded_key,
    id_of,
    pay,
    text_of,
    transaction,
)

UNIT = bytes.fromhex("d87980")


def script_address(code: bytes) -> bytes:
    return b"\x70" + Script(Language.PLUTUS_V3, code).hash


def evaluate(ogmios: Ogmios, cbor: bytes, **more: Any) -> Any:
    return ogmios.result("evaluateTransaction", transaction={"cbor": cbor.hex()}, **more)


def spending(code: bytes, reference: tuple[bytes, int]) -> bytes:
    """An unsigned, unbalanced transaction that spends a script's output."""
    outputs = [{0: script_address(code), 1: 5_000_000}]
    redeemers = {(0, 0): (cbor2.CBORTag(121, []), (0, 0))}
    return transaction([reference], outputs, witnesses={7: [code], 5: redeemers})


def additional(code: bytes, reference: tuple[bytes, int]) -> dict[str, Any]:
    return {
        "transaction": {"id": reference[0].hex()},
        "index": reference[1],
        "address": address_text(script_address(code)),
        "value": {"ada": {"lovelace": 7_000_000}},
        "datum": UNIT.hex(),
    }


def test_a_payment_is_accepted_and_lies_in_a_block_at_once(
    devnet: Devnet, ogmios: Ogmios, kupo: Kupo
) -> None:
    key, reference = funded_key(devnet)
    friend = PaymentKey.random()
    cbor = pay(key, reference, 100_000_000, friend.address, 10_000_000)
    assert ogmios.submit(cbor) == id_of(cbor).hex()
    (match,) = kupo.json(f"/matches/{text_of(friend)}?unspent")
    assert match["value"]["coins"] == 10_000_000


def test_the_same_transaction_again_is_probably_included_already(
    devnet: Devnet, ogmios: Ogmios
) -> None:
    key, reference = funded_key(devnet)
    cbor = pay(key, reference, 100_000_000, key.address, 10_000_000)
    ogmios.submit(cbor)
    error = ogmios.error("submitTransaction", transaction={"cbor": cbor.hex()})
    assert error["code"] == 3997


def test_a_refusal_has_the_ledgers_code_and_data(devnet: Devnet, ogmios: Ogmios) -> None:
    key, reference = funded_key(devnet)
    cheap = transaction([reference], [{0: key.address, 1: 99_999_000}], signers=[key], fee=1000)
    error = ogmios.error("submitTransaction", transaction={"cbor": cheap.hex()})
    assert error["code"] == 3122
    assert error["data"]["providedFee"] == {"ada": {"lovelace": 1000}}
    unsigned = transaction([reference], [{0: key.address, 1: 100_000_000 - FEE}])
    error = ogmios.error("submitTransaction", transaction={"cbor": unsigned.hex()})
    assert error["code"] == 3101
    assert error["data"] == {"missingSignatories": [key.key_hash.hex()]}
    assert len(ogmios.result("queryLedgerState/utxo", addresses=[text_of(key)])) == 1


@pytest.mark.parametrize("method", ["submitTransaction", "evaluateTransaction"])
def test_bytes_that_are_no_transaction_are_told_so_for_the_era(ogmios: Ogmios, method: str) -> None:
    for bad in ("00", "83a0a0f6", "84a400818258", "a0", "f6", "84a0a0f5f6ff"):
        error = ogmios.error(method, transaction={"cbor": bad})
        assert error["code"] == -32602
        assert "conway" in error["data"]


def test_an_unsigned_transaction_is_evaluated_with_additional_outputs(ogmios: Ogmios) -> None:
    reference = (b"\x07" * 32, 3)
    given = additional(ALWAYS_TRUE, reference)
    (unit,) = evaluate(ogmios, spending(ALWAYS_TRUE, reference), additionalUtxo=[given])
    assert unit["validator"] == {"purpose": "spend", "index": 0}
    assert unit["budget"]["memory"] > 0
    assert unit["budget"]["cpu"] > 0


def test_a_script_that_says_no_is_named(ogmios: Ogmios) -> None:
    reference = (b"\x07" * 32, 3)
    error = ogmios.error(
        "evaluateTransaction",
        transaction={"cbor": spending(ALWAYS_FALSE, reference).hex()},
        additionalUtxo=[additional(ALWAYS_FALSE, reference)],
    )
    assert error["code"] == 3010
    (failure,) = error["data"]
    assert failure["validator"] == {"purpose": "spend", "index": 0}
    assert failure["error"]["code"] == 3012


def test_an_evaluation_without_scripts_is_empty_and_null_means_nothing_additional(
    devnet: Devnet, ogmios: Ogmios
) -> None:
    key, reference = funded_key(devnet)
    cbor = pay(key, reference, 100_000_000, key.address, 10_000_000)
    assert evaluate(ogmios, cbor, additionalUtxo=None) == []
    assert evaluate(ogmios, cbor, additionalUtxo=[]) == []


def test_additional_outputs_may_repeat_the_ledgers_but_not_contradict_them(
    devnet: Devnet, ogmios: Ogmios
) -> None:
    key, reference = funded_key(devnet)
    known = {"transaction": {"id": reference[0].hex()}, "index": 0}
    (same,) = ogmios.result("queryLedgerState/utxo", outputReferences=[known])
    cbor = pay(key, reference, 100_000_000, key.address, 10_000_000)
    assert evaluate(ogmios, cbor, additionalUtxo=[same]) == []
    other = {**same, "value": {"ada": {"lovelace": 1}}}
    error = ogmios.error(
        "evaluateTransaction", transaction={"cbor": cbor.hex()}, additionalUtxo=[other]
    )
    assert error["code"] == 3002
    assert error["data"] == {"overlappingOutputReferences": [known]}


@pytest.mark.parametrize(
    "script",
    [
        {"language": "plutus:v3", "cbor": ALWAYS_TRUE.hex()},
        {"language": "native", "cbor": "8200581c" + "11" * 28},
        {
            "language": "native",
            "json": {
                "clause": "some",
                "atLeast": 1,
                "from": [
                    {"clause": "signature", "from": "11" * 28},
                    {"clause": "all", "from": [{"clause": "after", "slot": 5}]},
                    {"clause": "any", "from": [{"clause": "before", "slot": 2**63}]},
                ],
            },
        },
        cbor2.dumps([3, ALWAYS_TRUE]).hex(),
        None,
    ],
)
def test_additional_outputs_carry_scripts_in_every_form(ogmios: Ogmios, script: Any) -> None:
    reference = (b"\x07" * 32, 3)
    given = additional(ALWAYS_TRUE, reference) | {"script": script}
    (unit,) = evaluate(ogmios, spending(ALWAYS_TRUE, reference), additionalUtxo=[given])
    assert unit["validator"]["purpose"] == "spend"


def test_a_locked_output_is_spent_through_its_script_and_kupo_tells_the_redeemer(
    devnet: Devnet, ogmios: Ogmios, kupo: Kupo
) -> None:
    key, reference = funded_key(devnet)
    lock = transaction(
        [reference],
        [
            {
                0: script_address(ALWAYS_TRUE),
                1: 20_000_000,
                2: [1, cbor2.CBORTag(24, UNIT)],
            },
            {0: key.address, 1: 80_000_000 - FEE},
        ],
        signers=[key],
    )
    locked = (bytes.fromhex(ogmios.submit(lock)), 0)
    draft = spending(ALWAYS_TRUE, locked)
    (unit,) = evaluate(ogmios, draft)
    budget = [unit["budget"]["memory"], unit["budget"]["cpu"]]
    collateral = (locked[0], 1)
    models = ogmios.result("queryLedgerState/protocolParameters")["plutusCostModels"]
    redeemers = {(0, 0): (cbor2.CBORTag(121, []), tuple(budget))}
    views = cbor2.dumps({2: models["plutus:v3"]})
    integrity = blake2b_256(cbor2.dumps(redeemers) + views)
    spend = transaction(
        [locked],
        [{0: key.address, 1: 20_000_000 - FEE}],
        signers=[key],
        body={11: integrity, 13: [list(collateral)]},
        witnesses={5: redeemers, 7: [ALWAYS_TRUE]},
    )
    ogmios.submit(spend)
    (match,) = kupo.json(f"/matches/0@{locked[0].hex()}?spent&resolve_hashes")
    assert match["spent_at"]["transaction_id"] == id_of(spend).hex()
    assert match["spent_at"]["input_index"] == 0
    assert match["spent_at"]["redeemer"] == cbor2.dumps(cbor2.CBORTag(121, [])).hex()
    assert (match["datum"], match["datum_type"]) == (UNIT.hex(), "inline")
    script_hash = Script(Language.PLUTUS_V3, ALWAYS_TRUE).hash.hex()
    assert kupo.json(f"/scripts/{script_hash}") == {
        "language": "plutus:v3",
        "script": ALWAYS_TRUE.hex(),
    }
    assert kupo.json(f"/datums/{match['datum_hash']}") == {"datum": UNIT.hex()}


def test_a_script_may_ask_for_time_as_far_as_the_era_summaries_reach(
    devnet: Devnet, ogmios: Ogmios
) -> None:
    end = ogmios.result("queryLedgerState/eraSummaries")[-1]["end"]["slot"]
    key, reference = funded_key(devnet)

    def until(slot: int, code: bytes = ALWAYS_TRUE) -> bytes:
        minting = {9: {Script(Language.PLUTUS_V3, code).hash: {b"": 1}}, 3: slot}
        redeemers = {(1, 0): (cbor2.CBORTag(121, []), (0, 0))}
        outputs = [{0: key.address, 1: 5_000_000}]
        return transaction([reference], outputs, body=minting, witnesses={7: [code], 5: redeemers})

    assert evaluate(ogmios, until(end))[0]["validator"] == {"purpose": "mint", "index": 0}
    error = ogmios.error("evaluateTransaction", transaction={"cbor": until(end + 1).hex()})
    assert "TimeTranslationPastHorizon" in error["data"]["reason"]
    ogmios.submit(pay(key, reference, 100_000_000, key.address, 10_000_000, field_3=end + 1))
