from __future__ import annotations

import threading

from milestone_devnet.chain.mempool import CAPACITY_IN_BLOCKS
from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger import default_parameters
from milestone_devnet.node import Devnet

from .clients import Kupo, Ogmios
from .wallet import FEE, Input, id_of, pay, text_of, transaction


def slowly_funded(devnet: Devnet) -> tuple[PaymentKey, Input]:
    """``fund`` waits for a block, so make the payment pending and then let time pass."""
    key = PaymentKey.random()
    paid: list[str] = []
    funding = threading.Thread(
        target=lambda: paid.append(devnet.fund(text_of(key), lovelace=100_000_000).transaction)
    )
    funding.start()
    with Ogmios(devnet.ogmios_url) as ogmios:
        ogmios.result("acquireMempool")
        if not ogmios.result("sizeOfMempool")["transactions"]["count"]:
            ogmios.result("acquireMempool")  # waits for the change
    devnet.advance(seconds=1)
    funding.join()
    return key, (bytes.fromhex(paid[0]), 0)


def test_a_chain_of_transactions_spends_what_is_still_pending(slow_devnet: Devnet) -> None:
    key, reference = slowly_funded(slow_devnet)
    friend = PaymentKey.random()
    held, ids = 100_000_000, []
    with Ogmios(slow_devnet.ogmios_url) as ogmios:
        for _ in range(5):
            cbor = pay(key, reference, held, friend.address, 2_000_000)
            ids.append(ogmios.submit(cbor))
            reference, held = (id_of(cbor), 1), held - 2_000_000 - FEE
        # Nothing is in a block, so the queries still show the state before.
        assert ogmios.result("queryLedgerState/utxo", addresses=[text_of(friend)]) == []
        slow_devnet.advance(seconds=1)
        assert len(ogmios.result("queryLedgerState/utxo", addresses=[text_of(friend)])) == 5
    matches = Kupo(slow_devnet.kupo_url).json(f"/matches/{text_of(friend)}?order=oldest_first")
    assert [match["transaction_id"] for match in matches] == ids
    assert [match["transaction_index"] for match in matches] == [0, 1, 2, 3, 4]


def test_two_that_spend_the_same_conflict_before_any_block(slow_devnet: Devnet) -> None:
    key, reference = slowly_funded(slow_devnet)
    with Ogmios(slow_devnet.ogmios_url) as ogmios:
        first = pay(key, reference, 100_000_000, key.address, 2_000_000)
        ogmios.submit(first)
        second = pay(key, reference, 100_000_000, key.address, 3_000_000)
        error = ogmios.error("submitTransaction", transaction={"cbor": second.hex()})
        assert error["code"] == 3997
        # With one input spent and another not, the ledger itself names the missing one.
        both = transaction(
            [reference, (id_of(first), 0)],
            [{0: key.address, 1: 102_000_000 - FEE}],
            signers=[key],
        )
        error = ogmios.error("submitTransaction", transaction={"cbor": both.hex()})
        assert error["code"] == 3117
        missing = {"transaction": {"id": reference[0].hex()}, "index": 0}
        assert error["data"] == {"unknownOutputReferences": [missing]}


def test_the_mempool_is_acquired_listed_and_released(slow_devnet: Devnet) -> None:
    key, reference = slowly_funded(slow_devnet)
    cbor = pay(key, reference, 100_000_000, key.address, 2_000_000)
    with Ogmios(slow_devnet.ogmios_url) as ogmios:
        for method in ("nextTransaction", "sizeOfMempool", "releaseMempool"):
            assert ogmios.error(method)["code"] == 4000
        assert ogmios.error("hasTransaction", id="00" * 32)["code"] == 4000
        submitted = ogmios.submit(cbor)
        assert ogmios.result("acquireMempool")["acquired"] == "mempool"
        assert ogmios.result("hasTransaction", id=submitted) is True
        assert ogmios.result("hasTransaction", id="00" * 32) is False
        assert ogmios.result("nextTransaction") == {"transaction": {"id": submitted}}
        assert ogmios.result("nextTransaction") == {"transaction": None}
        capacity = CAPACITY_IN_BLOCKS * default_parameters().max_block_body_size
        assert ogmios.result("sizeOfMempool") == {
            "maxCapacity": {"bytes": capacity},
            "currentSize": {"bytes": len(cbor)},
            "transactions": {"count": 1},
        }
        assert ogmios.result("releaseMempool") == {"released": "mempool"}
        assert ogmios.error("sizeOfMempool")["code"] == 4000


def test_pending_transactions_are_told_whole_when_asked(slow_devnet: Devnet) -> None:
    key, reference = slowly_funded(slow_devnet)
    cbor = pay(key, reference, 100_000_000, key.address, 2_000_000)
    with Ogmios(slow_devnet.ogmios_url) as ogmios:
        submitted = ogmios.submit(cbor)
        ogmios.result("acquireMempool")
        told = ogmios.result("nextTransaction", fields="all")["transaction"]
        assert told["id"] == submitted
        assert told["outputs"][0]["address"] == text_of(key)
        assert ogmios.result("nextTransaction", fields="all") == {"transaction": None}
        assert ogmios.error("nextTransaction", fields="some")["code"] == -32600


def test_acquiring_again_waits_for_a_change_and_holds_up_nothing_else(
    slow_devnet: Devnet,
) -> None:
    with Ogmios(slow_devnet.ogmios_url) as ogmios:
        ogmios.result("acquireMempool")
        ogmios.socket.send('{"jsonrpc":"2.0","method":"acquireMempool","id":"later"}')
        assert ogmios.result("queryNetwork/blockHeight") == 0
        slow_devnet.advance(seconds=5)
        answer = ogmios.receive("acquireMempool")
        assert answer["id"] == "later"
        assert answer["result"]["slot"] == ogmios.result("queryNetwork/tip")["slot"] + 1
