"""Milestone's own Kupo client, through every method of its port, at the root and under /v1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cbor2
import pytest

from milestone_core.api import ServiceUnavailable, Surroundings
from milestone_devnet.faucet import TOKEN
from milestone_devnet.ledger import Language, Script
from milestone_devnet.ledger.model import blake2b_256
from milestone_devnet.node import Devnet, Settings
from milestone_kupo.client import KupoClient
from milestone_kupo.settings import KupoSettings
from milestone_ogmios.client import OgmiosClient
from milestone_ogmios.settings import OgmiosSettings

from .wallet import ALWAYS_TRUE, FEE, funded_key, id_of, text_of, transaction

ADA = 1_000_000
SURROUNDINGS = Surroundings(Path("data"), "devnet", "milestone/test")
SCRIPT = Script(Language.PLUTUS_V3, ALWAYS_TRUE)
DATUM = cbor2.dumps(42)


def client_of(url: str) -> KupoClient:
    return KupoClient(KupoSettings(url=url, timeout=3), SURROUNDINGS)


@pytest.fixture(params=["", "/", "/v1", "/v1/"])
def client(request: pytest.FixtureRequest, devnet: Devnet) -> Iterator[KupoClient]:
    client = client_of(f"{devnet.kupo_url}{request.param}")
    yield client
    client.close()


def submit(devnet: Devnet, cbor: bytes) -> None:
    ogmios = OgmiosClient(OgmiosSettings(url=devnet.ogmios_url), SURROUNDINGS)
    ogmios.submit(cbor)
    ogmios.close()


def test_it_has_indexed_all_and_watches_all(client: KupoClient, devnet: Devnet) -> None:
    now = devnet.advance(seconds=5)
    health = client.health()
    assert (health.connected, health.checkpoint) == (True, now.slot)
    assert health.version.startswith("v2.")
    assert client.tracks("*")
    assert client.tracks(f"{TOKEN.policy.hex()}.*")


def test_unspent_outputs_have_their_tokens_datums_and_scripts(
    client: KupoClient, devnet: Devnet
) -> None:
    key, reference = funded_key(devnet, lovelace=100 * ADA, tokens=7)
    outputs: list[dict[int, object]] = [
        {0: key.address, 1: [50 * ADA, {TOKEN.policy: {TOKEN.name: 7}}]},
        {0: key.address, 1: 20 * ADA, 2: [1, cbor2.CBORTag(24, DATUM)]},
        {0: key.address, 1: 10 * ADA, 2: [0, blake2b_256(DATUM)]},
        {0: key.address, 1: 20 * ADA - FEE, 3: cbor2.CBORTag(24, cbor2.dumps([3, ALWAYS_TRUE]))},
    ]
    cbor = transaction([reference], outputs, signers=[key])
    submit(devnet, cbor)
    snapshot = client.unspent(text_of(key))
    assert snapshot.checkpoint == devnet.control.status()["slot"]
    assert [u.reference.index for u in snapshot.utxos] == [0, 1, 2, 3]
    assert {u.reference.transaction_id for u in snapshot.utxos} == {id_of(cbor)}
    tokens, inline, hashed, carrier = snapshot.utxos
    assert list(tokens.output.value.assets.values()) == [7]
    assert inline.output.datum == DATUM
    assert hashed.output.datum_hash == blake2b_256(DATUM)
    assert carrier.script_hash == SCRIPT.hash
    assert carrier.output.script is not None
    assert carrier.output.script.code == ALWAYS_TRUE
    assert client.datum(blake2b_256(DATUM)) == DATUM
    script = client.script(SCRIPT.hash)
    assert script == carrier.output.script
    asset = f"{TOKEN.policy.hex()}.{TOKEN.name.hex()}"
    assert tokens in client.unspent(asset).utxos
    assert client.unspent(f"3@{id_of(cbor).hex()}").utxos == (carrier,)
    assert client.unspent(f"*@{id_of(cbor).hex()}").utxos == snapshot.utxos
    assert client.datum(b"\x01" * 32) is None
    assert client.script(b"\x01" * 28) is None


def test_history_tells_what_was_spent_and_by_what(client: KupoClient, devnet: Devnet) -> None:
    key, reference = funded_key(devnet)
    locked = transaction(
        [reference],
        [
            {0: b"\x70" + SCRIPT.hash, 1: 40 * ADA, 2: [1, cbor2.CBORTag(24, DATUM)]},
            {0: key.address, 1: 60 * ADA - FEE},
        ],
        signers=[key],
    )
    submit(devnet, locked)
    [whole] = [
        entry
        for entry in client.history(text_of(key))
        if entry.utxo.reference.transaction_id == reference[0]
    ]
    assert whole.spent_by == id_of(locked)
    assert whole.spent_at is not None
    assert whole.redeemer is None
    unspent = [entry for entry in client.history(text_of(key)) if entry.spent_at is None]
    assert [entry.utxo.reference.transaction_id for entry in unspent] == [id_of(locked)]


def test_what_was_rolled_back_is_gone(client: KupoClient, devnet: Devnet) -> None:
    key, _ = funded_key(devnet)
    assert len(client.unspent(text_of(key)).utxos) == 1
    devnet.rollback(1)
    assert client.unspent(text_of(key)).utxos == ()


def test_a_server_that_breaks_off_is_asked_again_or_unavailable(devnet: Devnet) -> None:
    client = client_of(devnet.kupo_url)
    devnet.fault("disconnect", server="kupo", times=1)
    assert client.health().connected
    devnet.fault("garbage", server="kupo")
    with pytest.raises(ServiceUnavailable):
        client.unspent("*")
    devnet.fault("clear")
    client.close()


def test_only_what_is_matched_is_tracked() -> None:
    policy = TOKEN.policy.hex()
    with Devnet(Settings(block_time=0, match=(f"{policy}.*",))) as devnet:
        for path in ("", "/v1"):
            client = client_of(f"{devnet.kupo_url}{path}")
            assert client.tracks(f"{policy}.{TOKEN.name.hex()}")
            assert not client.tracks("*")
            client.close()
