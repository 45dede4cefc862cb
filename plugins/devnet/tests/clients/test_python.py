"""Python's clients: pyogmios (v7), ogmios and pycardano's and pccontext's contexts (v6)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from milestone_devnet.node import Devnet

from .conftest import package
from .wallets import ALWAYS_TRUE, Wallet, host

pytestmark = pytest.mark.slow

FAUCET = "addr_test1vqzy54hm3u706fchurv3p4e8vpdywvzdmandpd705v3al2cnzfsed"


def test_pyogmios_reads_everything_there_is(v7: Devnet, wallet: Wallet) -> None:
    pyogmios = package("pyogmios")
    wallet.fund(v7, tokens=5)
    with pyogmios.Client(v7.ogmios_url) as client:
        network, ledger = client.network, client.ledger_state
        for era in ("byron", "shelley", "alonzo", "conway", "dijkstra"):
            assert network.genesis_configuration(era=era).era == era
        assert network.start_time().year == 2022
        assert network.tip() == ledger.tip()
        assert network.block_height() > 0
        assert ledger.epoch() > 0
        assert ledger.era_start().slot == 0
        assert len(ledger.era_summaries()) == 7
        parameters = ledger.protocol_parameters()
        assert {len(model) for model in parameters.plutus_cost_models.values()} == {166, 175, 297}
        assert ledger.utxo(addresses=[wallet.address])[0].value.ada.lovelace == 100_000_000
        assert ledger.reward_account_summaries(keys=["11" * 28]) == []
        for query in (
            ledger.constitution,
            ledger.constitutional_committee,
            ledger.delegate_representatives,
            ledger.governance_proposals,
            ledger.live_stake_distribution,
            ledger.nonces,
            ledger.operational_certificates,
            ledger.stake_pools,
            ledger.treasury_and_reserves,
        ):
            query()
        with pytest.raises(pyogmios.OgmiosError):
            ledger.rewards_provenance()
        with client.ledger_state_at(network.tip()) as state:
            assert state.epoch() == ledger.epoch()
        assert client.health().version == "v7.0.0"


def test_pyogmios_submits_follows_the_chain_and_watches_the_mempool(
    v7: Devnet, wallet: Wallet
) -> None:
    pyogmios = package("pyogmios")
    cbor = wallet.payment(v7)
    with pyogmios.Client(v7.ogmios_url) as client:
        tip = client.network.tip()
        assert client.evaluate_transaction(cbor) == []
        submitted = client.submit_transaction(cbor).transaction.id
        with client.chain_sync([tip]) as chain:
            backward, forward = next(chain), next(chain)
        assert backward.point == tip
        assert [transaction.id for transaction in forward.block.transactions] == [submitted]
        with pytest.raises(pyogmios.OgmiosError) as refused:
            client.submit_transaction(cbor)
        assert refused.value.code == 3997
        with client.mempool_snapshot(full=True) as mempool:
            assert mempool.size().transactions.count == 0


def test_the_ogmios_package_reads_follows_and_submits(v6: Devnet, wallet: Wallet) -> None:
    ogmios = package("ogmios")
    cbor = wallet.payment(v6)
    with ogmios.Client(*host(v6.ogmios_url)) as client:
        tip, _ = client.query_network_tip.execute()
        height, _ = client.query_block_height.execute()
        assert height > 0
        assert client.query_epoch.execute()[0] > 0
        assert len(client.query_era_summaries.execute()[0]) == 7
        parameters, _ = client.query_protocol_parameters.execute()
        assert parameters.min_fee_coefficient == 44
        for era in (ogmios.Era.shelley, ogmios.Era.alonzo, ogmios.Era.conway):
            client.query_genesis_configuration.execute(era.value)
        for query in (
            client.query_ledger_tip,
            client.query_start_time,
            client.query_era_start,
            client.query_constitution,
            client.query_constitutional_committee,
            client.query_treasury_and_reserves,
        ):
            query.execute()
        assert client.query_utxo.execute([ogmios.Address(FAUCET)])[0]
        submitted, _ = client.submit_transaction.execute(cbor.hex())
        point, found, _ = client.find_intersection.execute([ogmios.Point(tip.slot, tip.id)])
        assert (point.slot, point.id) == (tip.slot, tip.id)
        assert found.height == height + 1
        client.next_block.execute()
        _, _, block, _ = client.next_block.execute()
        assert [transaction["id"] for transaction in block.transactions] == [submitted]
        client.acquire_mempool.execute()
        assert client.next_transaction.execute()[0] is None
        client.size_of_mempool.execute()
        client.release_mempool.execute()


def _pycardano_context(devnet: Devnet) -> Any:
    backend = package("pycardano.backend.ogmios_v6")
    name, port = host(devnet.ogmios_url)
    return backend.KupoOgmiosV6ChainContext(name, port, "", False, kupo_url=devnet.kupo_url)


def _pccontext_context(devnet: Devnet) -> Any:
    backend = package("pccontext.backend.ogmios")
    name, port = host(devnet.ogmios_url)
    return backend.KupoOgmiosV6ChainContext(name, port, False, kupo_url=devnet.kupo_url)


def _let_the_cached_tip_expire() -> None:
    """These contexts remember the tip for a second, and outputs for as long as it is the tip."""
    time.sleep(1.1)


CONTEXTS = pytest.mark.parametrize("make", [_pycardano_context, _pccontext_context])


@CONTEXTS
def test_a_context_builds_signs_and_submits_a_payment(
    v6: Devnet, wallet: Wallet, make: Any
) -> None:
    py, context = package("pycardano"), make(v6)
    wallet.fund(v6, tokens=7)
    key = py.PaymentSigningKey(wallet.seed)
    address = py.Address.from_primitive(wallet.address)
    friend = py.Address.from_primitive(Wallet().address)
    builder = py.TransactionBuilder(context)
    builder.add_input_address(address)
    builder.add_output(py.TransactionOutput(friend, 5_000_000))
    builder.ttl = context.last_block_slot + 1000
    signed = builder.build_and_sign([key], change_address=address)
    context.submit_tx(signed)
    (received,) = context.utxos(str(friend))
    assert received.output.amount.coin == 5_000_000
    (change,) = context.utxos(str(address))
    assert sum(change.output.amount.multi_asset.to_primitive().popitem()[1].values()) == 7


@CONTEXTS
def test_a_context_evaluates_and_submits_a_script_spend(
    v6: Devnet, wallet: Wallet, make: Any
) -> None:
    py, context = package("pycardano"), make(v6)
    for _ in range(2):
        wallet.fund(v6, 20_000_000)
    key = py.PaymentSigningKey(wallet.seed)
    address = py.Address.from_primitive(wallet.address)
    script = py.PlutusV3Script(ALWAYS_TRUE)
    locked_at = py.Address(py.plutus_script_hash(script), network=py.Network.TESTNET)

    lock = py.TransactionBuilder(context)
    lock.add_input_address(address)
    lock.add_output(py.TransactionOutput(locked_at, 5_000_000, datum=py.Unit()))
    locking = lock.build_and_sign([key], change_address=address)
    context.submit_tx(locking)
    _let_the_cached_tip_expire()
    (locked,) = (u for u in context.utxos(str(locked_at)) if u.input.transaction_id == locking.id)

    spend = py.TransactionBuilder(context)
    spend.add_script_input(locked, script, redeemer=py.Redeemer(py.Unit()))
    spend.add_input_address(address)
    spend.add_output(py.TransactionOutput(address, 4_000_000))
    context.submit_tx(spend.build_and_sign([key], change_address=address))
    _let_the_cached_tip_expire()
    assert locked.input not in [unspent.input for unspent in context.utxos(str(locked_at))]


def test_pycardanos_ogmios_context_works_without_kupo(v6: Devnet, wallet: Wallet) -> None:
    backend = package("pycardano.backend.ogmios_v6")
    wallet.fund(v6, tokens=7)
    name, port = host(v6.ogmios_url)
    # A path that is not the root: people pass "False" here by mistake.
    context = backend.OgmiosV6ChainContext(name, port, "False", False)
    (unspent,) = context.utxos(wallet.address)
    assert unspent.output.amount.coin == 100_000_000
    assert context.epoch > 0
    assert context.genesis_param.network_magic == 42
    assert context.protocol_param.max_tx_size == 16384


def test_pccontext_reads_the_state_of_the_chain(v6: Devnet, wallet: Wallet) -> None:
    backend = package("pccontext.backend.ogmios")
    name, port = host(v6.ogmios_url)
    context = backend.OgmiosChainContext(name, port)
    transaction = wallet.fund(v6)
    assert context.epoch > 0
    assert context.chain_tip.slot == context.last_block_slot
    assert context.utxo_by_tx_id(transaction, 0).output.amount.coin == 100_000_000
    assert context.genesis_param.network_magic == 42
    assert context.treasury() == 0
    assert context.gov_actions_all() == []
    assert context.committee_state().members == []
    assert context.drep_stake_distribution() is not None
