from __future__ import annotations

import json
import time
from typing import Any

import pytest

from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet, Settings

from .clients import Ogmios
from .wallet import funded_key, id_of, pay


def tip_of(ogmios: Ogmios) -> dict[str, Any]:
    tip: dict[str, Any] = ogmios.result("queryNetwork/tip")
    return tip


def at_tip(ogmios: Ogmios) -> None:
    """Go to the tip and take the roll-back to it."""
    tip = tip_of(ogmios)
    found = ogmios.result("findIntersection", points=[tip])
    assert found["intersection"] == tip
    step = ogmios.result("nextBlock")
    assert (step["direction"], step["point"]) == ("backward", tip)


def test_a_new_connection_follows_the_chain_from_its_origin(devnet: Devnet, ogmios: Ogmios) -> None:
    devnet.advance(seconds=5)
    step = ogmios.result("nextBlock")
    assert (step["direction"], step["point"]) == ("backward", "origin")
    tip = step["tip"]
    first = ogmios.result("nextBlock")["block"]
    assert (first["height"], first["ancestor"], first["transactions"]) == (0, "genesis", [])
    block = first
    while block["height"] < tip["height"]:
        following = ogmios.result("nextBlock")["block"]
        assert following["ancestor"] == block["id"]
        assert following["height"] == block["height"] + 1
        assert following["slot"] > block["slot"]
        block = following
    assert {"slot": block["slot"], "id": block["id"]} == {"slot": tip["slot"], "id": tip["id"]}


def test_the_first_known_point_is_where_it_goes_on(devnet: Devnet, ogmios: Ogmios) -> None:
    past = tip_of(ogmios)
    devnet.advance(seconds=5)
    unknown = {"slot": past["slot"], "id": "00" * 32}
    wrong_slot = {**past, "slot": past["slot"] + 1}
    found = ogmios.result("findIntersection", points=[unknown, wrong_slot, past, "origin"])
    assert found["intersection"] == past
    assert found["tip"]["height"] == ogmios.result("queryNetwork/blockHeight")
    assert ogmios.result("nextBlock")["point"] == past
    step = ogmios.result("nextBlock")
    assert step["block"]["ancestor"] == past["id"]
    assert ogmios.result("findIntersection", points=["origin"])["intersection"] == "origin"
    assert ogmios.result("nextBlock")["point"] == "origin"


def test_without_a_known_point_the_place_stays(devnet: Devnet, ogmios: Ogmios) -> None:
    at_tip(ogmios)
    for points in ([], [{"slot": 5, "id": "00" * 32}]):
        error = ogmios.error("findIntersection", points=points)
        assert error["code"] == 1000
        assert error["data"]["tip"]["id"] == tip_of(ogmios)["id"]
    now = devnet.advance(seconds=5)
    assert ogmios.result("nextBlock")["block"]["id"] == now.hash


def test_at_the_tip_it_waits_for_a_block_and_holds_up_nothing_else(
    devnet: Devnet, ogmios: Ogmios
) -> None:
    at_tip(ogmios)
    for number in range(3):
        ogmios.socket.send(json.dumps({"jsonrpc": "2.0", "method": "nextBlock", "id": number}))
    assert ogmios.result("queryLedgerState/epoch") > 0
    error = ogmios.error("findIntersection", points=["origin"])
    assert error["code"] == 1001
    for number in range(3):
        now = devnet.advance(seconds=5)
        answer = ogmios.receive("nextBlock")
        assert answer["id"] == number
        assert answer["result"]["block"]["id"] == now.hash
    assert ogmios.result("findIntersection", points=["origin"])["intersection"] == "origin"


def test_parameters_of_next_block_do_not_matter(ogmios: Ogmios) -> None:
    shapes: list[Any] = [None, {}, [], "x", {"a": 1}]
    for params in shapes:
        at_tip_again = ogmios.result("findIntersection", points=["origin"])
        assert at_tip_again["intersection"] == "origin"
        assert "result" in ogmios.exchange("nextBlock", params=params)


def test_a_block_tells_its_transactions_whole(devnet: Devnet, ogmios: Ogmios) -> None:
    key, reference = funded_key(devnet)
    at_tip(ogmios)
    cbor = pay(key, reference, 100_000_000, PaymentKey.random().address, 10_000_000)
    submitted = ogmios.submit(cbor)
    block = ogmios.result("nextBlock")["block"]
    (told,) = block["transactions"]
    assert told["id"] == submitted == id_of(cbor).hex()
    assert told["spends"] == "inputs"
    assert told["inputs"] == [{"transaction": {"id": reference[0].hex()}, "index": reference[1]}]
    assert [output["value"]["ada"]["lovelace"] for output in told["outputs"]] == [
        10_000_000,
        89_700_000,
    ]
    assert told["fee"] == {"ada": {"lovelace": 300_000}}
    assert [signatory["key"] for signatory in told["signatories"]] == [key.public.hex()]
    assert ("validityInterval" in told) == (ogmios.version == "v6.14")
    # A block's body is four segments: bodies, witnesses, auxiliary data and invalid ones.
    assert block["size"]["bytes"] == len(cbor) - len(b"\x84\xf5\xf6") + 4


@pytest.mark.parametrize("depth", [1, 3, 9])
def test_after_a_rollback_it_goes_back_to_the_newest_block_that_is_left(
    devnet: Devnet, ogmios: Ogmios, depth: int
) -> None:
    at_tip(ogmios)
    points = [tip_of(ogmios)]
    for _ in range(9):
        devnet.advance(seconds=1)
        block = ogmios.result("nextBlock")["block"]
        points.append({"slot": block["slot"], "id": block["id"]})
    left = points[-1 - depth]
    assert devnet.rollback(depth).hash == left["id"]
    others = [devnet.advance(seconds=1) for _ in range(2)]
    step = ogmios.result("nextBlock")
    assert (step["direction"], step["point"]) == ("backward", left)
    assert step["tip"]["id"] == others[-1].hash
    for other in others:
        assert ogmios.result("nextBlock")["block"]["id"] == other.hash
    assert ogmios.error("findIntersection", points=points[-depth:])["code"] == 1000


def test_who_waits_at_the_tip_is_told_of_a_rollback_at_once(devnet: Devnet, ogmios: Ogmios) -> None:
    left = tip_of(ogmios)
    devnet.advance(seconds=1)
    at_tip(ogmios)
    ogmios.socket.send(json.dumps({"jsonrpc": "2.0", "method": "nextBlock", "id": "waiting"}))
    assert ogmios.result("queryLedgerState/epoch") > 0
    devnet.rollback(1)
    answer = ogmios.receive("nextBlock")
    assert answer["id"] == "waiting"
    assert (answer["result"]["direction"], answer["result"]["point"]) == ("backward", left)


def test_a_chain_that_began_again_is_followed_from_its_origin() -> None:
    with Devnet(Settings(block_time=3600)) as devnet:
        devnet.advance(seconds=100)
        with Ogmios(devnet.ogmios_url) as ogmios:
            at_tip(ogmios)
            # The genesis of a chain of another second has another hash.
            old = ogmios.result("acquireLedgerState", point=tip_of(ogmios))["point"]
            time.sleep(1)
            now = devnet.control.reset()
            step = ogmios.result("nextBlock")
            assert (step["direction"], step["point"]) == ("backward", "origin")
            assert ogmios.result("nextBlock")["block"]["id"] == now.hash
            assert ogmios.result("queryLedgerState/tip") == old
