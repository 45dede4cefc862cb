"""Whatever is drafted, what is built is exactly what the ledger wants, or a clear refusal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import Any

import cbor2
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import (
    AssetId,
    Output,
    OutputReference,
    RedeemerUnits,
    Utxo,
    Value,
)
from milestone_core.errors import BadAnswer, BadInput, InsufficientFunds, Refused, ScriptRefused
from milestone_core.onchain.plutus_data import Constr, encode
from milestone_core.transactions import builder, encoding, fees
from milestone_core.transactions.draft import Draft, Minting, ScriptInput
from milestone_core.transactions.review import review
from milestone_core.transactions.unsigned import Unsigned
from milestone_devnet.ledger import Effect, decode_transaction
from milestone_devnet.ledger import Refused as LedgerRefused
from milestone_devnet.ledger.fees import minimum_lovelace

from .world import (
    ADA,
    ALWAYS_TRUE,
    LEDGER,
    LIBRARY,
    NEVER_TRUE,
    SLOT,
    TRUE_ADDRESS,
    TRUE_POLICY,
    World,
    as_stored,
    key,
    parameters,
    resigned,
    script_hash,
    token,
)

PARAMETERS = parameters()
FEE_TOO_SMALL = 3122
UNIT = encode(Constr(0))


quantities = st.dictionaries(st.integers(0, 40).map(token), st.integers(1, 2**63 - 1), max_size=3)
stakes = st.none() | st.binary(min_size=28, max_size=28).map(Credential.key)


@st.composite
def owned(draw: st.DrawFn, number: int) -> Utxo:
    """An output of one of the wallet's three keys."""
    owner = key(draw(st.integers(0, 2)))
    lovelace = draw(st.sampled_from([2 * ADA, 3 * ADA]) | st.integers(ADA, 200 * ADA))
    address = Address(0, owner.credential, draw(stakes))
    reference = OutputReference(draw(st.binary(min_size=31, max_size=31)) + bytes([number]), number)
    return Utxo(reference, Output(address, Value(lovelace, draw(quantities))))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A wallet of up to three keys and eight outputs, and two outputs that a script locks."""
    own = [draw(owned(number)) for number in range(draw(st.integers(1, 8)))]
    locked = [
        Utxo(
            OutputReference(draw(st.binary(min_size=31, max_size=31)) + bytes([200 + n]), n),
            Output(TRUE_ADDRESS, Value(3 * ADA, draw(quantities)), datum=UNIT),
        )
        for n in range(2)
    ]
    return World([*own, *locked], [key(0), key(1), key(2)])


@st.composite
def drafts(draw: st.DrawFn, world: World) -> Draft:
    """Payments, with or without script inputs and minting."""
    held = [a for u in world.wallet.utxos for a in u.output.value.assets]
    outputs = []
    for _ in range(draw(st.integers(0, 4))):
        address = Address(0, Credential.key(draw(st.binary(min_size=28, max_size=28))))
        some = draw(st.sets(st.sampled_from(held), max_size=2)) if held else set()
        assets = {asset: draw(st.integers(1, 1000)) for asset in some}
        outputs.append(Output(address, Value(draw(st.sampled_from([0, 5 * ADA])), assets)))
    locked = [u for u in world.utxos if u.output.datum is not None]
    spent = draw(st.lists(st.sampled_from(locked), unique_by=lambda u: u.reference, max_size=2))
    minted = draw(st.dictionaries(st.binary(max_size=32), st.integers(1, 2**40), max_size=2))
    minting = (Minting(TRUE_POLICY, minted, lambda _: Constr(1), "minting"),) if minted else ()
    return Draft(
        outputs=tuple(outputs),
        script_inputs=tuple(ScriptInput(u, lambda _: Constr(0), "spending") for u in spent),
        minting=minting,
        reference_inputs=(LIBRARY,) if spent or minting else (),
        valid_from=draw(st.none() | st.just(SLOT - 5)),
        valid_until=draw(st.none() | st.just(SLOT + 5)),
    )


def build(world: World, draft: Draft) -> Unsigned:
    return builder.build(draft, world.wallet, PARAMETERS, world.evaluate)


@st.composite
def built(draw: st.DrawFn) -> tuple[World, Unsigned]:
    world = draw(worlds())
    try:
        return world, build(world, draw(drafts(world)))
    except InsufficientFunds:
        assume(False)
        raise


@settings(max_examples=15, deadline=None)
@given(built())
def test_whatever_is_built_is_exact(made: tuple[World, Unsigned]) -> None:
    world, unsigned = made
    effect = world.judge(unsigned.sign())
    assert effect.valid
    assert len(unsigned.sign()) == unsigned.signed_size
    one_lovelace_less_of_fee_is_refused(world, unsigned)
    units_are_declared_as_used(world, unsigned)
    collateral_is_150_percent(unsigned)
    the_review_of_the_bytes_is_what_happens(unsigned, effect)


def one_lovelace_less_of_fee_is_refused(world: World, unsigned: Unsigned) -> None:
    body = cbor2.loads(unsigned.body)
    if len(body[1]) == len(unsigned.draft.outputs):
        return  # there is no change to give the lovelace to
    body[2] -= 1
    change = body[1][-1]
    amount = change[1]
    change[1] = [amount[0] + 1, amount[1]] if isinstance(amount, list) else amount + 1
    with pytest.raises(LedgerRefused) as refusal:
        world.judge(resigned(unsigned, cbor2.dumps(body)))
    assert refusal.value.code == FEE_TOO_SMALL


def units_are_declared_as_used(world: World, unsigned: Unsigned) -> None:
    used = {(e.purpose, e.index): e.units for e in world.evaluate(unsigned.sign())}
    assert {(r.purpose, r.index): r.units for r in unsigned.redeemers} == used


def collateral_is_150_percent(unsigned: Unsigned) -> None:
    signed = decode_transaction(unsigned.sign())
    if not unsigned.redeemers:
        assert not signed.body.collateral
        return
    total = ceil(Fraction(unsigned.fee * 150, 100))
    assert signed.body.total_collateral == total
    put_up = sum((u.output.value for u in unsigned.put_up), Value())
    assert put_up - collateral_return(unsigned) == Value(total), "no token is at risk"
    assert len(unsigned.put_up) <= LEDGER.parameters.max_collateral_inputs


def collateral_return(unsigned: Unsigned) -> Value:
    """What comes back of the collateral, from the bytes."""
    amount = cbor2.loads(unsigned.body)[16][1]
    if isinstance(amount, int):
        return Value(amount)
    assets = {AssetId(p, n): q for p, names in amount[1].items() for n, q in names.items()}
    return Value(amount[0], assets)


def the_review_of_the_bytes_is_what_happens(unsigned: Unsigned, effect: Effect) -> None:
    read = review(unsigned.cbor(), unsigned.resolved)
    assert read == review(unsigned.sign(), unsigned.resolved)
    assert (read.id, read.fee) == (effect.transaction_id, effect.fee)
    spent = {(u.reference.transaction_id, u.reference.index) for u in read.spent}
    assert spent == set(effect.spent)
    produced = [effect.produced[reference] for reference in sorted(effect.produced)]
    assert [as_stored(output) for output in read.outputs] == produced
    consumed = sum((u.output.value for u in read.spent), Value()) + read.minted
    assert consumed == sum((o.value for o in read.outputs), Value(read.fee)), "nothing is lost"


def test_a_collateral_that_only_a_lower_fee_allows_does_not_raise_the_fee() -> None:
    """It is the smallest that will do, and makes the transaction dearer, so that it will not do."""
    locked = Utxo(OutputReference(bytes(32), 0), Output(TRUE_ADDRESS, Value(3 * ADA), datum=UNIT))
    purse = Utxo(OutputReference(bytes(32), 1), Output(key(0).address(0), Value(100 * ADA)))
    spending = (ScriptInput(locked, lambda _: Constr(0), "spending"),)
    draft = replace(pay(5 * ADA), script_inputs=spending, reference_inputs=(LIBRARY,))
    alone = World([locked, purse], [key(0)])
    fee = build(alone, draft).fee

    tokens = {token(number): 1 for number in range(1, 6)}
    returned = builder.with_least_ada(Output(key(0).address(0), Value(0, tokens)), PARAMETERS)
    just_enough = returned.value + Value(fees.collateral_for(PARAMETERS, fee))
    burden = Utxo(OutputReference(bytes(32), 2), Output(key(0).address(0), just_enough))
    world = World([locked, purse, burden], [key(0)])
    unsigned = build(world, draft)
    assert unsigned.fee == fee
    assert world.judge(unsigned.sign()).valid


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_wallet_with_enough_is_never_told_that_it_lacks_something(data: st.DataObject) -> None:
    world = data.draw(worlds())
    draft = data.draw(drafts(world))
    # 3 ADA for fee and collateral, and no more for each output that carries tokens.
    needs = sum((o.value for o in draft.outputs), Value())
    ample = needs + Value((3 + 3 * (len(draft.outputs) + 1)) * ADA)
    if (ample - world.wallet.balance).positive == Value():
        assert world.judge(build(world, draft).sign()).valid
        return
    with suppress(InsufficientFunds):
        assert world.judge(build(world, draft).sign()).valid


def single(lovelace: int) -> World:
    utxo = Utxo(OutputReference(bytes(32), 0), Output(key(0).address(0), Value(lovelace)))
    return World([utxo], [key(0)])


def pay(lovelace: int) -> Draft:
    return Draft(outputs=(Output(key(9).address(0), Value(lovelace)),))


@pytest.mark.parametrize("left", [1, 100_000, 500_000])
def test_a_change_below_the_least_is_a_shortfall_not_a_higher_fee(left: int) -> None:
    fee = build(single(50 * ADA), pay(5 * ADA)).fee
    with pytest.raises(InsufficientFunds) as lacking:
        build(single(5 * ADA + fee + left), pay(5 * ADA))
    more = int(str(lacking.value.details["lovelace"]))
    enough = build(single(5 * ADA + fee + left + more), pay(5 * ADA))
    assert single(5 * ADA + fee + left + more).judge(enough.sign()).valid


def test_without_collateral_nothing_is_built() -> None:
    """ADA enough for the fee, but each output is too full of tokens to be put up."""
    locked = Utxo(
        OutputReference(bytes([200]) * 32, 0), Output(TRUE_ADDRESS, Value(50 * ADA), datum=UNIT)
    )
    utxo = Utxo(OutputReference(bytes(32), 0), Output(key(0).address(0), Value(ADA)))
    world = World([utxo, locked], [key(0)])
    spend = ScriptInput(locked, lambda _: Constr(0), "spending")
    draft = Draft(script_inputs=(spend,), reference_inputs=(LIBRARY,))
    with pytest.raises(InsufficientFunds, match="collateral") as lacking:
        build(world, draft)
    needed, available = (int(str(lacking.value.details[k])) for k in ("needed", "available"))
    assert available == ADA
    assert needed < ADA, "the rest of it would have to be an output of its own"


def test_a_refusal_names_what_the_script_guards() -> None:
    address = Address(0, Credential.script(script_hash(NEVER_TRUE)))
    locked = Utxo(OutputReference(bytes([9]) * 32, 0), Output(address, Value(5 * ADA), datum=UNIT))
    world = single(50 * ADA)
    world = World([*world.utxos[:1], locked], [key(0)])

    def evaluate(_cbor: bytes) -> list[RedeemerUnits]:
        raise ScriptRefused("no", redeemers=[("spend", 0)])

    draft = Draft(
        script_inputs=(ScriptInput(locked, lambda _: Constr(0), "the last door"),),
        scripts=(NEVER_TRUE,),
        purpose="escape",
    )
    with pytest.raises(ScriptRefused, match="the last door"):
        builder.build(draft, world.wallet, PARAMETERS, evaluate)


def test_a_transaction_that_is_too_large_is_refused_with_the_figures() -> None:
    outputs = tuple(Output(key(9).address(0), Value(ADA)) for _ in range(450))
    with pytest.raises(Refused) as refusal:
        build(single(5000 * ADA), Draft(outputs=outputs))
    assert refusal.value.details["limit"] == PARAMETERS.max_transaction_size
    assert int(str(refusal.value.details["size"])) > PARAMETERS.max_transaction_size


def test_units_above_the_limit_are_refused_with_the_figures() -> None:
    locked = Utxo(OutputReference(bytes([9]) * 32, 0), Output(TRUE_ADDRESS, Value(5 * ADA), UNIT))
    world = World([*single(50 * ADA).utxos[:1], locked], [key(0)])
    tight = replace(PARAMETERS, max_units=replace(PARAMETERS.max_units, memory=10))
    spend = ScriptInput(locked, lambda _: Constr(0), "spending")
    draft = Draft(script_inputs=(spend,), reference_inputs=(LIBRARY,))
    with pytest.raises(Refused, match="memory"):
        builder.build(draft, world.wallet, tight, world.evaluate)


def test_a_fee_that_no_honest_chain_asks_is_not_paid() -> None:
    greedy = replace(PARAMETERS, fee_constant=30 * ADA)
    draft = Draft(outputs=(Output(key(9).address(0), Value(2 * ADA)),))
    world = single(500 * ADA)
    with pytest.raises(BadAnswer, match="nothing honest asks for more"):
        builder.build(draft, world.wallet, greedy, world.evaluate)


def test_a_collateral_that_no_honest_chain_asks_is_not_put_up() -> None:
    """A node that also lies about what the scripts say could have it taken."""
    locked = Utxo(OutputReference(bytes([9]) * 32, 0), Output(TRUE_ADDRESS, Value(5 * ADA), UNIT))
    world = World([*single(500 * ADA).utxos[:1], locked], [key(0)])
    spend = ScriptInput(locked, lambda _: Constr(0), "spending")
    draft = Draft(script_inputs=(spend,), reference_inputs=(LIBRARY,))
    dear = replace(PARAMETERS, fee_constant=12 * ADA, collateral_percentage=150)
    assert builder.build(draft, world.wallet, dear, world.evaluate)
    greedy = replace(PARAMETERS, fee_constant=14 * ADA, collateral_percentage=150)
    with pytest.raises(BadAnswer, match="stakes a collateral of"):
        builder.build(draft, world.wallet, greedy, world.evaluate)


@pytest.mark.parametrize(
    ("parameter", "dear", "too_dear"),
    [("lovelace_per_utxo_byte", 12_930, 12_931), ("collateral_percentage", 450, 451)],
)
def test_parameters_that_no_honest_chain_has_are_not_followed(
    parameter: str, dear: int, too_dear: int
) -> None:
    """Three times mainnet's may come; a node that asks for more would give away the payer's ADA."""
    draft = Draft(outputs=(Output(key(9).address(0), Value()),))
    world = single(500 * ADA)
    fields: dict[str, Any] = {parameter: dear}
    assert builder.build(draft, world.wallet, replace(PARAMETERS, **fields), world.evaluate)
    fields = {parameter: too_dear}
    with pytest.raises(BadAnswer, match="nothing is signed"):
        builder.build(draft, world.wallet, replace(PARAMETERS, **fields), world.evaluate)


def test_carried_scripts_are_paid_for_as_referenced_ones() -> None:
    locked = Utxo(OutputReference(bytes([9]) * 32, 0), Output(TRUE_ADDRESS, Value(5 * ADA), UNIT))
    world = World([*single(50 * ADA).utxos[:1], locked], [key(0)])
    spend = ScriptInput(locked, lambda _: Constr(0), "spending")
    unsigned = build(world, Draft(script_inputs=(spend,), scripts=(ALWAYS_TRUE,)))
    assert world.judge(unsigned.sign()).valid


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_what_is_no_transaction_is_bad_input(noise: bytes) -> None:
    with pytest.raises(BadInput):
        review(noise, ())


def test_an_input_that_was_not_looked_up_is_refused() -> None:
    unsigned = build(single(50 * ADA), pay(5 * ADA))
    with pytest.raises(BadInput, match="was not looked up"):
        review(unsigned.cbor(), ())


@settings(max_examples=100, deadline=None)
@given(lovelace=st.integers(0, 2**62), assets=quantities)
def test_the_least_ada_of_an_output_is_the_ledgers(
    lovelace: int, assets: dict[AssetId, int]
) -> None:
    output = Output(key(9).address(0), Value(lovelace, assets))
    least = fees.least_lovelace(PARAMETERS, encoding.output_size(output))
    assert least == minimum_lovelace(as_stored(output), LEDGER.parameters)
