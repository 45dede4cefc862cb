"""Blocks that are undone, chains that begin again, and what Kupo tells of it."""

from __future__ import annotations

import cbor2
import pytest
import requests

from milestone_core.api import BadInput
from milestone_devnet.faucet import FAUCET, TOKEN, payment
from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger import TxIn, decode_output, default_parameters
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.node import Devnet, Settings

from .clients import DEADLINE, Kupo, Ogmios
from .wallet import funded_key, id_of, pay, text_of


def _fund_in_a_block(devnet: Devnet, key: PaymentKey) -> None:
    """Pay from the faucet by hand, for ``fund`` would wait for a block that nobody makes.

    Two blocks come of it: that of the payment, and the one after time has advanced.
    """
    (found,) = Kupo(devnet.kupo_url).json(f"/matches/{address_text(FAUCET.address)}?unspent")
    reference = TxIn(bytes.fromhex(found["transaction_id"]), found["output_index"])
    value = found["value"]
    (quantity,) = value["assets"].values()
    assets = {TOKEN.policy: {TOKEN.name: quantity}}
    output = decode_output(cbor2.dumps({0: FAUCET.address, 1: [value["coins"], assets]}))
    cbor, _ = payment({reference: output}, key.address, 100_000_000, 0, default_parameters())
    with Ogmios(devnet.ogmios_url) as ogmios:
        ogmios.submit(cbor)
    devnet.advance(seconds=1)


def test_undone_blocks_take_their_outputs_and_spends_with_them(devnet: Devnet, kupo: Kupo) -> None:
    key, reference = funded_key(devnet)
    before = devnet.control.status()
    cbor = pay(key, reference, 100_000_000, key.address, 40_000_000)
    with Ogmios(devnet.ogmios_url) as ogmios:
        ogmios.submit(cbor)
        assert len(kupo.json(f"/matches/{text_of(key)}?unspent")) == 2
        now = devnet.rollback(1)
        assert (now.block, now.slot, now.hash) == tuple(
            before[name] for name in ("block", "slot", "hash")
        )
        assert kupo.get("/matches").headers["ETag"] == before["hash"]
        (match,) = kupo.json(f"/matches/{text_of(key)}")
        assert (match["transaction_id"], match["spent_at"]) == (reference[0].hex(), None)
        assert kupo.json(f"/matches/*@{id_of(cbor).hex()}") == []
        # The same bytes are taken again, into another block.
        ogmios.submit(cbor)
        tip = ogmios.result("queryNetwork/tip")
    assert tip["slot"] > now.slot
    created = [match["created_at"] for match in kupo.json(f"/matches/*@{id_of(cbor).hex()}")]
    assert created == 2 * [{"slot_no": tip["slot"], "header_hash": tip["id"]}]


def test_time_goes_on_after_a_rollback(devnet: Devnet) -> None:
    advanced = devnet.advance(seconds=1_000)
    assert devnet.rollback(1).time >= advanced.time
    assert devnet.advance(seconds=1).slot > advanced.slot


def test_undone_transactions_can_go_back_into_the_mempool(slow_devnet: Devnet) -> None:
    key = PaymentKey.random()
    with Ogmios(slow_devnet.ogmios_url) as ogmios:
        _fund_in_a_block(slow_devnet, key)
        slow_devnet.rollback(2, keep=True)
        ogmios.result("acquireMempool")
        assert ogmios.result("sizeOfMempool")["transactions"]["count"] == 1
    slow_devnet.advance(seconds=1)
    assert len(Kupo(slow_devnet.kupo_url).json(f"/matches/{text_of(key)}")) == 1
    slow_devnet.rollback(2)
    slow_devnet.advance(seconds=1)
    assert Kupo(slow_devnet.kupo_url).json(f"/matches/{text_of(key)}") == []


def test_what_is_pending_stays_if_it_still_can(slow_devnet: Devnet) -> None:
    key = PaymentKey.random()
    _fund_in_a_block(slow_devnet, key)
    (match,) = Kupo(slow_devnet.kupo_url).json(f"/matches/{text_of(key)}")
    reference = (bytes.fromhex(match["transaction_id"]), match["output_index"])
    cbor = pay(key, reference, 100_000_000, key.address, 40_000_000)
    with Ogmios(slow_devnet.ogmios_url) as ogmios:
        ogmios.submit(cbor)
        slow_devnet.rollback(2, keep=True)
        ogmios.result("acquireMempool")
        assert ogmios.result("hasTransaction", id=id_of(cbor).hex())
        slow_devnet.advance(seconds=1)
        ogmios.result("releaseMempool")
        slow_devnet.rollback(2)
        assert slow_devnet.control.status()["mempool"] == 0


def test_no_more_is_undone_than_there_is(devnet: Devnet) -> None:
    height = devnet.control.status()["block"]
    for blocks in (height + 1, 10**9):
        with pytest.raises(BadInput, match=f"there are {height} blocks"):
            devnet.rollback(blocks)
    for body in ({}, {"blocks": 0}, {"blocks": -1}, {"blocks": True}, {"blocks": 1, "keep": 1}):
        answer = requests.post(f"{devnet.endpoints.control}/rollback", json=body, timeout=DEADLINE)
        assert answer.status_code == 400
    assert devnet.control.status()["block"] == height


def test_a_reset_leaves_nothing_but_the_faucet() -> None:
    with Devnet(Settings(block_time=0)) as own:
        key, _ = funded_key(own)
        own.advance(seconds=10**6)
        before = own.control.status()
        now = own.control.reset()
        assert (now.block, now.slot < before["slot"]) == (0, True)
        kupo = Kupo(own.kupo_url)
        assert kupo.json(f"/matches/{text_of(key)}") == []
        assert len(kupo.json("/matches")) == 1
        assert len(kupo.json("/checkpoints")) == 1
        own.fund(text_of(key), lovelace=5_000_000)
        assert len(kupo.json(f"/matches/{text_of(key)}")) == 1
