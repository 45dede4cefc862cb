"""Milestone's own Ogmios client, through every method of its port, against both versions."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cbor2
import pytest

from milestone_core.api import (
    Address,
    OutcomeUnknown,
    Output,
    OutputReference,
    ScriptRefused,
    ServiceUnavailable,
    Surroundings,
    TransactionRefused,
    Units,
    Utxo,
    Value,
)
from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger import Language, Script, default_parameters
from milestone_devnet.node import Devnet, Settings
from milestone_ogmios.client import OgmiosClient
from milestone_ogmios.settings import OgmiosSettings

from .wallet import ALWAYS_FALSE, ALWAYS_TRUE, funded_key, id_of, pay, transaction

ADA = 1_000_000
UNIT = bytes.fromhex("d87980")


def client_of(devnet: Devnet) -> OgmiosClient:
    settings = OgmiosSettings(url=devnet.ogmios_url, timeout=5, submit_timeout=5)
    return OgmiosClient(settings, Surroundings(Path("data"), "devnet", "milestone/test"))


@pytest.fixture
def client(devnet: Devnet) -> Iterator[OgmiosClient]:
    client = client_of(devnet)
    yield client
    client.close()


def test_health_network_and_tip(client: OgmiosClient, devnet: Devnet) -> None:
    now = devnet.advance(seconds=5)
    health = client.health()
    assert health.connected
    assert health.tip is not None
    assert health.version in ("v6.14.0", "v7.0.0")
    assert client.network_magic() == 42
    tip = client.tip()
    assert (tip.slot, tip.header.hex()) == (now.slot, now.hash)
    assert health.tip == tip
    assert client.height() == now.block


def test_the_clock_is_the_devnets(client: OgmiosClient, devnet: Devnet) -> None:
    now = devnet.advance(seconds=3_600)
    clock = client.clock()
    assert clock.slot_at(clock.ms_at(now.slot)) == now.slot
    assert clock.ms_at(now.slot) == 1_666_656_000_000 + now.slot * 1000


def test_parameters_are_the_ledgers(client: OgmiosClient) -> None:
    told, ledger = client.parameters(), default_parameters()
    assert (told.fee_per_byte, told.fee_constant) == (44, 155_381)
    assert told.max_transaction_size == ledger.max_transaction_size
    assert told.max_units == Units(*ledger.max_transaction_units)
    assert (told.price_memory, told.price_steps) == (ledger.price_memory, ledger.price_cpu)
    assert told.reference_script_multiplier == Fraction(6, 5)
    assert dict(told.cost_models) == {
        language.value: model for language, model in ledger.cost_models.items()
    }
    assert told.protocol_version == 10


def unsigned(code: bytes) -> tuple[bytes, Utxo]:
    """A transaction that spends what a script locks, and that output, which is not on chain."""
    address = b"\x70" + Script(Language.PLUTUS_V3, code).hash
    locked = OutputReference(b"\x07" * 32, 3)
    redeemers = {(0, 0): (cbor2.CBORTag(121, []), (0, 0))}
    cbor = transaction(
        [(locked.transaction_id, locked.index)],
        [{0: address, 1: 5 * ADA}],
        witnesses={7: [code], 5: redeemers},
    )
    return cbor, Utxo(locked, Output(Address.from_bytes(address), Value(7 * ADA), datum=UNIT))


def test_scripts_are_evaluated_on_outputs_that_are_only_given(client: OgmiosClient) -> None:
    cbor, given = unsigned(ALWAYS_TRUE)
    [evaluated] = client.evaluate(cbor, [given])
    assert (evaluated.purpose, evaluated.index) == ("spend", 0)
    assert evaluated.units.memory > 0
    assert evaluated.units.steps > 0
    with pytest.raises(TransactionRefused):
        client.evaluate(cbor)


def test_a_script_that_says_no_is_told_as_such(client: OgmiosClient) -> None:
    cbor, given = unsigned(ALWAYS_FALSE)
    with pytest.raises(ScriptRefused):
        client.evaluate(cbor, [given])


def test_a_payment_is_submitted_once(client: OgmiosClient, devnet: Devnet) -> None:
    key, reference = funded_key(devnet)
    cbor = pay(key, reference, 100 * ADA, PaymentKey.random().address, 10 * ADA)
    assert client.submit(cbor) == id_of(cbor)
    with pytest.raises(TransactionRefused):
        client.submit(cbor)
    with pytest.raises(TransactionRefused):
        client.submit(b"\x84")


def test_the_mempool_is_asked_again_and_again(client: OgmiosClient, devnet: Devnet) -> None:
    for _ in range(3):
        assert not client.in_mempool(b"\x01" * 32)
    key, reference = funded_key(devnet)
    cbor = pay(key, reference, 100 * ADA, key.address, 10 * ADA)
    client.submit(cbor)
    # A block at once for each transaction: it has left the mempool.
    assert not client.in_mempool(id_of(cbor))


def test_what_is_pending_is_in_the_mempool() -> None:
    with Devnet(Settings(block_time=1)) as devnet:
        client = client_of(devnet)
        key, reference = funded_key(devnet)
        cbor = pay(key, reference, 100 * ADA, key.address, 10 * ADA)
        client.submit(cbor)
        pending = client.in_mempool(id_of(cbor))
        devnet.advance(seconds=1)
        assert pending
        assert not client.in_mempool(id_of(cbor))
        client.close()


def test_an_answer_that_is_lost_leaves_the_outcome_unknown(
    client: OgmiosClient, devnet: Devnet
) -> None:
    key, reference = funded_key(devnet)
    cbor = pay(key, reference, 100 * ADA, key.address, 10 * ADA)
    client.tip()
    devnet.fault("disconnect", server="ogmios", times=1)
    with pytest.raises(OutcomeUnknown):
        client.submit(cbor)
    assert client.tip().slot > 0


def test_a_node_that_is_lost_is_unavailable_and_comes_back(
    client: OgmiosClient, devnet: Devnet
) -> None:
    client.tip()
    devnet.fault("refuse", server="ogmios")
    with pytest.raises(ServiceUnavailable):
        client.tip()
    devnet.fault("clear")
    assert client.tip().slot > 0
