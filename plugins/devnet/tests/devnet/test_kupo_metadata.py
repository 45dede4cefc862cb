"""Metadata of blocks, and the patterns that index by their labels."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest

from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger.model import blake2b_256
from milestone_devnet.node import Devnet, Settings

from .clients import Kupo, Ogmios
from .wallet import FEE, funded_key, id_of, text_of

LABELS: dict[int, Any] = {
    0: -(2**64),
    64: "some text",
    2**64 - 1: b"\x00\xff",
    7: [1, "two", b"three", {"k": {5: b""}}],
}
SCHEMA = {
    "64": {"string": "some text"},
    "0": {"int": -(2**64)},
    str(2**64 - 1): {"bytes": "00ff"},
    "7": {
        "list": [
            {"int": 1},
            {"string": "two"},
            {"bytes": b"three".hex()},
            {
                "map": [
                    {
                        "k": {"string": "k"},
                        "v": {"map": [{"k": {"int": 5}, "v": {"bytes": ""}}]},
                    }
                ]
            },
        ]
    },
}
NATIVE = [0, bytes(28)]
# The three forms of auxiliary data: Shelley's, Allegra's and Alonzo's.
FORMS = [LABELS, [LABELS, [NATIVE]], cbor2.CBORTag(259, {0: LABELS, 1: [NATIVE]})]


def pay_with_metadata(devnet: Devnet, auxiliary: Any) -> tuple[PaymentKey, bytes, bytes]:
    """A payment to the key itself; returns the key, the transaction's id and the auxiliary data."""
    key, spent = funded_key(devnet)
    raw = cbor2.dumps(auxiliary)
    body = {
        0: [list(spent)],
        1: [{0: key.address, 1: 100_000_000 - FEE}],
        2: FEE,
        7: blake2b_256(raw),
    }
    signature = key.sign(blake2b_256(cbor2.dumps(body)))
    witnesses = cbor2.dumps({0: [[key.public, signature]]})
    cbor = b"\x84" + cbor2.dumps(body) + witnesses + b"\xf5" + raw
    with Ogmios(devnet.ogmios_url) as ogmios:
        ogmios.submit(cbor)
    return key, id_of(cbor), raw


@pytest.mark.parametrize("auxiliary", FORMS, ids=["shelley", "allegra", "alonzo"])
def test_metadata_are_told_exactly_in_each_form(devnet: Devnet, kupo: Kupo, auxiliary: Any) -> None:
    _, transaction_id, raw = pay_with_metadata(devnet, auxiliary)
    slot, block = (devnet.control.status()[name] for name in ("slot", "hash"))
    answer = kupo.get(f"/metadata/{slot}")
    assert answer.headers["X-Block-Header-Hash"] == block
    assert answer.json() == [{"hash": blake2b_256(raw).hex(), "raw": raw.hex(), "schema": SCHEMA}]
    path = f"/metadata/{slot}?transaction_id="
    assert kupo.json(path + transaction_id.hex()) == answer.json()
    assert kupo.json(path + "00" * 32) == []


def test_scripts_without_metadata_have_an_empty_schema(devnet: Devnet, kupo: Kupo) -> None:
    pay_with_metadata(devnet, cbor2.CBORTag(259, {1: [NATIVE]}))
    (metadata,) = kupo.json(f"/metadata/{devnet.control.status()['slot']}")
    assert metadata["schema"] == {}


def test_a_slot_without_a_block_tells_of_the_next_one(devnet: Devnet, kupo: Kupo) -> None:
    before = devnet.advance(seconds=1_000)
    devnet.advance(seconds=1_000)
    pay_with_metadata(devnet, LABELS)
    after = devnet.advance(seconds=1_000)
    answer = kupo.get(f"/metadata/{before.slot + 500}")
    assert answer.json() == []
    assert "X-Block-Header-Hash" in answer.headers
    assert kupo.json("/metadata/0") == []
    assert kupo.json("/metadata/1") == []
    assert "ancestor" in kupo.hint(f"/metadata/{after.slot + 1}")


@pytest.mark.parametrize(
    "path",
    [
        "/metadata/x",
        "/metadata/-1",
        f"/metadata/{'9' * 40}",
        "/metadata/5?transaction_id=00",
        "/metadata/5?transaction_id",
        f"/metadata/5?policy_id={'00' * 28}",
        f"/metadata/5?transaction_id={'00' * 32}&output_index=0",
    ],
)
def test_a_wrong_slot_or_filter_is_refused(kupo: Kupo, path: str) -> None:
    assert kupo.hint(path)


def test_metadata_without_a_slot_are_not_found(kupo: Kupo) -> None:
    for path in ("/metadata", "/metadata/1/2"):
        kupo.hint(path, 404)


def test_a_label_indexes_all_outputs_of_its_transactions_and_cannot_be_asked_for() -> None:
    with Devnet(Settings(block_time=0, match=("{64}", "{18446744073709551615}"))) as devnet:
        kupo = Kupo(devnet.kupo_url)
        labelled, _, _ = pay_with_metadata(devnet, LABELS)
        other, _, _ = pay_with_metadata(devnet, {65: 1})
        assert len(kupo.json(f"/matches/{text_of(labelled)}")) == 1
        assert kupo.json(f"/matches/{text_of(other)}") == []
        assert kupo.json("/patterns") == ["{64}", "{18446744073709551615}"]
        assert kupo.json("/patterns/%7B64%7D") == ["{64}"]
        assert "indexing" in kupo.hint("/matches/%7B64%7D")
