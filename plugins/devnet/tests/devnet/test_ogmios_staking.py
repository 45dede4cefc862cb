"""Accounts, pools and representatives over Ogmios, and what is kept of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet, Settings
from milestone_devnet.ogmios.versions import Version
from milestone_devnet.producer import POOL

from .clients import Ogmios
from .wallet import FEE, Input, funded_key, id_of, transaction

ADA = 1_000_000
HELD = 1_000 * ADA
CARD = ["https://example.org/me", b"h" * 32]


class Person:
    """A key with money, who certifies."""

    def __init__(self, devnet: Devnet) -> None:
        self.key: PaymentKey
        self.spent: Input
        self.key, self.spent = funded_key(devnet, lovelace=HELD)
        self.held = HELD
        self.credential = [0, self.key.key_hash]
        self.id = self.key.key_hash.hex()

    def certifying(self, *certificates: list[Any], paid: int = 0) -> bytes:
        self.held -= FEE + paid
        cbor = transaction(
            [self.spent],
            [{0: self.key.address, 1: self.held}],
            signers=[self.key],
            body={4: list(certificates)},
        )
        self.spent = (id_of(cbor), 0)
        return cbor

    def account(self, ogmios: Ogmios) -> dict[str, Any]:
        [account] = ogmios.result("queryLedgerState/rewardAccountSummaries", keys=[self.id])
        return dict(account)


@pytest.fixture
def person(devnet: Devnet) -> Person:
    return Person(devnet)


def pool_id(ogmios: Ogmios) -> str:
    [(pool, view)] = ogmios.result("queryLedgerState/stakePools").items()
    assert view["id"] == pool
    return str(pool)


def test_there_is_one_pool_and_it_makes_the_blocks(ogmios: Ogmios) -> None:
    pool = pool_id(ogmios)
    queried = ogmios.result("queryLedgerState/stakePools", stakePools=[{"id": pool}])
    by_hex = {"stakePools": [{"id": POOL.hex()}], "includeStake": True}
    assert ogmios.result("queryLedgerState/stakePools", **by_hex) == {
        pool: queried[pool] | {"stake": {"ada": {"lovelace": 0}}}
    }
    nobody = [{"id": bytes(28).hex()}]
    assert ogmios.result("queryLedgerState/stakePools", stakePools=nobody) == {}
    genesis = ogmios.result("queryNetwork/genesisConfiguration", era="shelley")
    assert genesis["initialStakePools"]["stakePools"] == queried
    for nonsense in ("pool1", "ab", 3):
        assert ogmios.error("queryLedgerState/stakePools", stakePools=[{"id": nonsense}])


def test_an_account_tells_where_it_delegates(ogmios: Ogmios, person: Person) -> None:
    ogmios.submit(person.certifying([7, person.credential, 2 * ADA], paid=2 * ADA))
    assert not {"stakePool", "delegateRepresentative"} & person.account(ogmios).keys()
    ogmios.submit(person.certifying([10, person.credential, POOL, [2]]))
    account = person.account(ogmios)
    assert account["stakePool"] == {"id": pool_id(ogmios)}
    assert account["delegateRepresentative"] == {"type": "abstain"}
    representatives = ogmios.result("queryLedgerState/delegateRepresentatives")
    [abstaining] = [r for r in representatives if r["type"] == "abstain"]
    assert {"credential": person.id, "from": "verificationKey"} in abstaining["delegators"]


def test_representatives_are_listed_with_who_delegates_to_them(
    ogmios: Ogmios, person: Person, devnet: Devnet
) -> None:
    other = Person(devnet)
    ogmios.submit(person.certifying([16, person.credential, 500 * ADA, CARD], paid=500 * ADA))
    ogmios.submit(
        other.certifying([12, other.credential, person.credential, 2 * ADA], paid=2 * ADA)
    )
    epoch = ogmios.result("queryLedgerState/epoch")
    method = "queryLedgerState/delegateRepresentatives"
    registered, *votes = ogmios.result(method, keys=[person.id])
    assert registered == {
        "type": "registered",
        "id": person.id,
        "from": "verificationKey",
        "mandate": {"epoch": epoch + 20},
        "deposit": {"ada": {"lovelace": 500 * ADA}},
        "stake": {"ada": {"lovelace": 0}},
        "metadata": {"url": CARD[0], "hash": (b"h" * 32).hex()},
        "delegators": [{"from": "verificationKey", "credential": other.id}],
    }
    assert [vote["type"] for vote in votes] == ["abstain", "noConfidence"]
    assert ogmios.result(method, scripts=[person.id]) == votes
    ogmios.submit(person.certifying([17, person.credential, 500 * ADA], paid=-500 * ADA))
    assert ogmios.result(method, keys=[person.id]) == votes
    assert "delegateRepresentative" not in other.account(ogmios)


def test_blocks_tell_a_registration_with_delegation_as_two(ogmios: Ogmios, person: Person) -> None:
    point = ogmios.result("queryLedgerState/tip")
    certificates = [
        [13, person.credential, POOL, [3], 2 * ADA],
        [16, person.credential, 500 * ADA, None],
        [18, person.credential, None],
        [18, person.credential, CARD],
        [17, person.credential, 500 * ADA],
    ]
    ogmios.submit(person.certifying(*certificates, paid=2 * ADA))
    ogmios.result("findIntersection", points=[{"slot": point["slot"], "id": point["id"]}])
    ogmios.result("nextBlock")
    [told] = ogmios.result("nextBlock")["block"]["transactions"]
    assert [certificate["type"] for certificate in told["certificates"]] == [
        "stakeCredentialRegistration",
        "stakeDelegation",
        "delegateRepresentativeRegistration",
        "delegateRepresentativeUpdate",
        "delegateRepresentativeUpdate",
        "delegateRepresentativeRetirement",
    ]
    assert [c.get("metadata", "none") for c in told["certificates"][3:5]] == [
        None,
        {"url": CARD[0], "hash": (b"h" * 32).hex()},
    ]


def test_delegations_survive_a_restart_and_are_rolled_back(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path / "chain", block_time=0, ogmios_version=Version.V7_0)
    with Devnet(settings) as devnet, Ogmios(devnet.ogmios_url) as ogmios:
        person = Person(devnet)
        registration = [13, person.credential, POOL, person.credential, 2 * ADA]
        mandate = [16, person.credential, 500 * ADA, CARD]
        ogmios.submit(person.certifying(mandate, registration, paid=502 * ADA))
        account = person.account(ogmios)
        listed = ogmios.result("queryLedgerState/delegateRepresentatives", keys=[person.id])
    with Devnet(settings) as devnet, Ogmios(devnet.ogmios_url) as ogmios:
        assert person.account(ogmios) == account
        method = "queryLedgerState/delegateRepresentatives"
        assert ogmios.result(method, keys=[person.id]) == listed
        ogmios.result("acquireLedgerState", point=ogmios.result("queryLedgerState/tip"))
        devnet.rollback(1)
        assert person.account(ogmios) == account
        ogmios.result("releaseLedgerState")
        assert ogmios.result("queryLedgerState/rewardAccountSummaries", keys=[person.id]) == []
        assert len(ogmios.result(method)) == 2


def test_what_is_pending_counts_for_the_next_transaction() -> None:
    with Devnet(Settings(block_time=1)) as devnet, Ogmios(devnet.ogmios_url) as ogmios:
        person = Person(devnet)
        mandate = [16, person.credential, 500 * ADA, None]
        delegation = [12, person.credential, person.credential, 2 * ADA]
        retirement = [17, person.credential, 500 * ADA]
        ogmios.submit(person.certifying(mandate, paid=500 * ADA))
        ogmios.submit(person.certifying(delegation, paid=2 * ADA))
        ogmios.submit(person.certifying(retirement, paid=-500 * ADA))
        refused = person.certifying([9, person.credential, person.credential])
        error = ogmios.error("submitTransaction", transaction={"cbor": refused.hex()})
        assert error["code"] == 3146
