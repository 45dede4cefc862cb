from __future__ import annotations

from dataclasses import replace

import cbor2
import pytest

from milestone_devnet.chain.chain import Chain
from milestone_devnet.chain.genesis import genesis
from milestone_devnet.chain.mempool import Mempool
from milestone_devnet.chain.store import Store
from milestone_devnet.clock import END_OF_TIME_MS, Clock, iso_time
from milestone_devnet.faucet import FAUCET, TOKEN, payment
from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger import LedgerState, Refused, TxIn, default_parameters
from milestone_devnet.network import SLOT_LENGTH_MS, SYSTEM_START_MS, slots_of

from .wallet import FEE, id_of, pay, transaction

START_MS = SYSTEM_START_MS + 100_000_000_000


class Wall:
    """A machine's clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def chain(wall: Wall) -> Chain:
    clock = Clock(slots_of(SLOT_LENGTH_MS), 0, wall)
    first, outputs = genesis(clock.slot())
    return Chain(Store.in_memory(first, outputs, SLOT_LENGTH_MS), clock, default_parameters())


def fund(chain: Chain, key: PaymentKey, lovelace: int, tokens: int = 0) -> TxIn:
    unspent = chain.mempool.unspent_at(FAUCET.address)
    cbor, _ = payment(unspent, key.address, lovelace, tokens, chain.parameters)
    return TxIn(chain.submit(cbor), 0)


def test_a_chain_starts_with_the_faucets_output_in_a_block(chain: Chain) -> None:
    assert chain.tip.height == 0
    (output,) = chain.state.utxo.values()
    assert output.address == FAUCET.address
    assert output.assets[TOKEN] == 9 * 10**18


def test_blocks_follow_one_another_in_slots_of_their_own(chain: Chain, wall: Wall) -> None:
    before = chain.tip
    blocks = [chain.make_block() for _ in range(3)]
    wall.ms += 60_000
    blocks.append(chain.make_block())
    for parent, block in zip([before, *blocks], blocks, strict=False):
        assert block.parent == parent.hash
        assert block.height == parent.height + 1
        assert block.slot > parent.slot
    # The wall stood still for three blocks, so the clock was moved on by three slots.
    assert chain.clock.offset_ms == 3000
    assert blocks[-1].slot == before.slot + 63
    assert len({block.hash for block in blocks}) == 4


def test_several_payments_before_a_block_build_on_one_another(chain: Chain) -> None:
    key = PaymentKey.random()
    references = [fund(chain, key, 5_000_000, tokens=3) for _ in range(20)]
    assert len(chain.mempool) == 20
    chain.make_block()
    assert all(chain.state.utxo[reference].assets[TOKEN] == 3 for reference in references)
    assert chain.store.state().utxo == chain.state.utxo


def test_a_block_holds_no_more_than_its_bytes(chain: Chain) -> None:
    key = PaymentKey.random()
    size, fee = default_parameters().max_block_body_size, 800_000
    reference, held = fund(chain, key, 10_000_000_000), 10_000_000_000
    sizes: list[int] = []
    chain.make_block()
    while sum(sizes) <= size:
        many = [{0: key.address, 1: 1_000_000}] * 300
        held -= 300_000_000 + fee
        cbor = transaction([reference], [*many, {0: key.address, 1: held}], signers=[key], fee=fee)
        chain.submit(cbor)
        reference = TxIn(id_of(cbor), 300)
        sizes.append(len(cbor) - 1)
    chain.make_block()
    assert len(chain.mempool) == 1
    chain.make_block()
    assert len(chain.mempool) == 0
    assert reference in chain.state.utxo


def test_a_block_bears_so_many_bytes_of_reference_scripts(chain: Chain) -> None:
    key = PaymentKey.random()
    script = cbor2.dumps([1, []])  # a native script of three bytes
    spent = [fund(chain, key, 10_000_000) for _ in range(3)]
    carrier = {0: key.address, 1: 9_700_000, 3: cbor2.CBORTag(24, cbor2.dumps([0, [1, []]]))}
    library = transaction([spent[0]], [carrier], signers=[key])
    chain.submit(library)
    chain.make_block()
    for reference in spent[1:]:
        outputs = [{0: key.address, 1: 9_000_000}]
        referring = {18: [[id_of(library), 0]]}
        chain.submit(transaction([reference], outputs, signers=[key], fee=10**6, body=referring))
    size = len(script)
    for limit, count in ((2 * size, 2), (2 * size - 1, 1), (size - 1, 0)):
        parameters = replace(chain.parameters, max_reference_scripts_size_per_block=limit)
        assert len(chain.mempool.block_body(parameters)) == count


def test_what_is_no_longer_valid_falls_out_with_what_builds_on_it(chain: Chain, wall: Wall) -> None:
    key, friend = PaymentKey.random(), PaymentKey.random()
    mine, kept = fund(chain, key, 100_000_000), fund(chain, friend, 50_000_000)
    chain.make_block()
    end = chain.clock.slot() + 10
    short = pay(key, mine, 100_000_000, friend.address, 2_000_000, field_3=end)
    child = pay(key, TxIn(id_of(short), 1), 98_000_000 - FEE, friend.address, 2_000_000)
    other = pay(friend, kept, 50_000_000, key.address, 2_000_000)
    for cbor in (short, child, other):
        chain.submit(cbor)
    wall.ms += 10_000
    chain.make_block()
    assert len(chain.mempool) == 0
    assert TxIn(id_of(other), 0) in chain.state.utxo
    assert chain.state.utxo[mine].coin == 100_000_000
    assert TxIn(id_of(child), 0) not in chain.state.utxo


def test_what_ends_in_the_next_slot_still_gets_into_the_block_of_this_one(
    chain: Chain, wall: Wall
) -> None:
    key = PaymentKey.random()
    mine = fund(chain, key, 100_000_000)
    chain.make_block()
    wall.ms += 5_000
    end = chain.clock.slot() + 1
    chain.submit(pay(key, mine, 100_000_000, key.address, 2_000_000, field_3=end))
    chain.make_block()
    assert mine not in chain.state.utxo


def test_advancing_takes_what_is_pending_into_a_block_before_time_jumps(chain: Chain) -> None:
    key = PaymentKey.random()
    mine = fund(chain, key, 100_000_000)
    chain.make_block()
    end = chain.clock.slot() + 100
    chain.submit(pay(key, mine, 100_000_000, key.address, 2_000_000, field_3=end))
    before = chain.tip
    tip = chain.advance(86_400_000)
    assert mine not in chain.state.utxo
    assert tip.height == before.height + 2
    assert 86_400 <= tip.slot - before.slot <= 86_402


def test_a_lower_bound_in_the_future_is_refused_until_time_has_come(chain: Chain) -> None:
    key = PaymentKey.random()
    mine = fund(chain, key, 100_000_000)
    chain.make_block()
    start = chain.clock.slot() + 3600
    early = pay(key, mine, 100_000_000, key.address, 2_000_000, field_8=start)
    with pytest.raises(Refused) as refusal:
        chain.submit(early)
    assert refusal.value.code == 3118
    chain.advance(3_600_000)
    chain.submit(early)
    chain.make_block()
    assert mine not in chain.state.utxo


def test_time_goes_neither_back_nor_beyond_the_year_9999(wall: Wall) -> None:
    clock = Clock(slots_of(SLOT_LENGTH_MS), 0, wall)
    with pytest.raises(ValueError, match="never goes back"):
        clock.skip(-1)
    clock.skip(END_OF_TIME_MS - clock.now_ms())
    assert iso_time(clock.now_ms()) == "9999-12-31T23:59:59Z"
    with pytest.raises(ValueError, match="9999"):
        clock.skip(1)
    assert clock.now_ms() == END_OF_TIME_MS


def test_cutting_off_blocks_undoes_what_they_did(chain: Chain) -> None:
    key = PaymentKey.random()
    mine = fund(chain, key, 100_000_000)
    kept = chain.make_block()
    state = chain.store.state()
    cbor = pay(key, mine, 100_000_000, key.address, 2_000_000)
    chain.submit(cbor)
    chain.make_block()
    chain.make_block()
    assert chain.store.state().utxo != state.utxo
    chain.store.truncate(kept.height)
    assert chain.store.tip() == kept
    assert chain.store.state() == state
    assert chain.store.height_of(id_of(cbor)) is None


def test_an_empty_state_knows_no_outputs() -> None:
    mempool = Mempool(LedgerState())
    assert mempool.utxo.get(TxIn(bytes(32), 0)) is None
    assert mempool.unspent_at(FAUCET.address) == {}
