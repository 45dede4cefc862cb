from __future__ import annotations

from typing import Any

import cbor2
import pytest

from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger.addresses import bech32
from milestone_devnet.network import SECURITY_PARAMETER
from milestone_devnet.node import Devnet

from .clients import Ogmios
from .wallet import FEE, funded_key, text_of, transaction

DEPOSIT = 2_000_000


def test_an_acquired_state_stays_while_the_chain_goes_on(devnet: Devnet, ogmios: Ogmios) -> None:
    key, _ = funded_key(devnet)
    point = ogmios.result("queryNetwork/tip")
    before = ogmios.result("queryLedgerState/utxo", addresses=[text_of(key)])
    devnet.fund(text_of(key), lovelace=5_000_000)
    devnet.advance(seconds=3 * 86_400)
    assert ogmios.result("acquireLedgerState", point=point) == {
        "acquired": "ledgerState",
        "point": point,
    }
    assert ogmios.result("queryLedgerState/tip") == point
    assert ogmios.result("queryLedgerState/utxo", addresses=[text_of(key)]) == before
    epoch = ogmios.result("queryLedgerState/epoch")
    assert ogmios.result("queryNetwork/tip") != point
    assert ogmios.result("releaseLedgerState") == {"released": "ledgerState"}
    assert ogmios.result("queryLedgerState/epoch") == epoch + 3
    assert len(ogmios.result("queryLedgerState/utxo", addresses=[text_of(key)])) == 2


def test_a_state_whose_outputs_were_spent_since_is_as_it_was(
    devnet: Devnet, ogmios: Ogmios
) -> None:
    key, reference = funded_key(devnet)
    point = ogmios.result("queryNetwork/tip")
    whole = ogmios.result("queryLedgerState/utxo")
    spend = transaction([reference], [{0: key.address, 1: 100_000_000 - FEE}], signers=[key])
    ogmios.submit(spend)
    assert ogmios.result("queryLedgerState/utxo") != whole
    ogmios.result("acquireLedgerState", point=point)
    assert ogmios.result("queryLedgerState/utxo") == whole


@pytest.mark.slow
def test_a_point_that_is_not_there_or_too_old_is_not_acquired(
    slow_devnet: Devnet,
) -> None:
    with Ogmios(slow_devnet.ogmios_url) as ogmios:
        first = ogmios.result("queryNetwork/tip")
        ogmios.result("acquireLedgerState", point=first)
        missing = {"slot": first["slot"], "id": "00" * 32}
        assert ogmios.error("acquireLedgerState", point=missing)["code"] == 2000
        assert ogmios.error("acquireLedgerState", point="origin")["code"] == 2000
        for _ in range(SECURITY_PARAMETER + 1):
            slow_devnet.advance(seconds=1)
        error = ogmios.error("acquireLedgerState", point=first)
        assert (error["code"], error["data"]) == (2000, "Target point is too old.")


def test_releasing_what_was_never_acquired_is_no_error(ogmios: Ogmios) -> None:
    shapes: list[Any] = [None, {}, []]
    for params in shapes:
        assert "result" in ogmios.exchange("releaseLedgerState", params=params)


def test_a_registered_stake_key_has_a_reward_account(devnet: Devnet, ogmios: Ogmios) -> None:
    key, reference = funded_key(devnet)
    stake = PaymentKey.random()
    query = "queryLedgerState/rewardAccountSummaries"
    forms = [
        stake.key_hash.hex(),
        bech32("stake_vkh", stake.key_hash),
        bech32("stake_test", b"\xe0" + stake.key_hash),
    ]
    assert ogmios.result(query, keys=forms) == []
    register = transaction(
        [reference],
        [{0: key.address, 1: 100_000_000 - FEE - DEPOSIT}],
        signers=[key, stake],
        body={4: [[7, [0, stake.key_hash], DEPOSIT]]},
    )
    ogmios.submit(register)
    account = {
        "from": "verificationKey",
        "credential": stake.key_hash.hex(),
        "rewards": {"ada": {"lovelace": 0}},
        "deposit": {"ada": {"lovelace": DEPOSIT}},
    }
    for form in forms:
        assert ogmios.result(query, keys=[form]) == [account]
    assert ogmios.result(query, keys=forms, scripts=forms[:1]) == [account]
    assert ogmios.result(query, scripts=forms) == []
    assert ogmios.result(query) == []
    assert cbor2.loads(register)[0][4][0][0] == 7
