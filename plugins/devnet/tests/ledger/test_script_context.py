"""The script contexts that we make, beside those that Aiken's evaluator makes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_devnet.judging.vectors import load, reasons_outside, vector_paths
from milestone_devnet.ledger import (
    Environment,
    ExUnits,
    Language,
    Pointer,
    Purpose,
    Script,
    decode_transaction,
    machine,
    validate,
)
from milestone_devnet.ledger.context import ScriptNeed, Surroundings
from milestone_devnet.ledger.data_encoding import byte_string, canonical, integer
from milestone_devnet.ledger.old_script_context import old_script_arguments
from milestone_devnet.ledger.phase_two import units_of_scripts
from milestone_devnet.ledger.script_context import script_context

from .debug_data import data_of, plain
from .schema import ledger_vectors
from .world import (
    ADA,
    ALWAYS_TRUE,
    BOB,
    DATUM,
    DATUM_HASH,
    ENVIRONMENT,
    LOCKED,
    LOCKED_BARE,
    LOCKED_BY_HASH,
    MONEY,
    POLICY,
    STATE,
    TOKENS,
    UNIT,
    UNITS,
    Draft,
    output,
    reference,
    script_address,
    script_hash,
    state,
)

# No function: the evaluator says what it was applied to. (Flat: version 1.1.0, unit.)
SHOWS_ITS_CONTEXT = bytes.fromhex("450101004981")
SHOWN = script_hash(SHOWS_ITS_CONTEXT)
ACCOUNT = b"\xf0" + SHOWN
SHOWN_LOCKED, SHOWN_BY_HASH, SHOWN_BARE, CARRIER, MIXED = map(reference, range(20, 25))
ASSETS = {b"\xff" * 28: {b"b": 1, b"aa": 2, b"": 3}, b"\x01" * 28: {b"z": 4}}
HASH_28, OTHER_28 = b"\xaa" * 28, b"\xbb" * 28
OUTPUTS = {
    SHOWN_LOCKED: output(script_address(SHOWN), 10 * ADA, datum=[DATUM, {1: b"x"}]),
    SHOWN_BY_HASH: output(script_address(SHOWN), 10 * ADA, datum_hash=DATUM_HASH),
    SHOWN_BARE: output(script_address(SHOWN), 10 * ADA),
    CARRIER: output(BOB.address, 10 * ADA, script=(3, SHOWS_ITS_CONTEXT)),
    MIXED: output(BOB.address, [10 * ADA, ASSETS]),
}


def context_of(
    draft: Draft, pointer: Pointer, environment: Environment = ENVIRONMENT
) -> tuple[Any, Any]:
    """The context that we make and the one that Aiken makes."""
    transaction = decode_transaction(draft.finish())
    surroundings = Surroundings(transaction, state(outputs=OUTPUTS).utxo, environment)
    ours = plain(cbor2.loads(script_context(surroundings, pointer)))
    return ours, data_of(applied_to(surroundings))


def applied_to(surroundings: Surroundings, limit: int = 10**9) -> str:
    """What the evaluator says about the first script that is no function."""
    shortened = machine._MAX_ERROR
    machine._MAX_ERROR = limit
    try:
        resolved = surroundings.spent | surroundings.referenced
        with pytest.raises(machine.ScriptFailed) as caught:
            machine.run(
                surroundings.transaction.raw,
                [(cbor2.dumps([*ref]), out.raw) for ref, out in resolved.items()],
                ENVIRONMENT.parameters.cost_models,
                ENVIRONMENT.parameters.max_transaction_units,
                ENVIRONMENT.slot_config,
            )
    finally:
        machine._MAX_ERROR = shortened
    start, end = "NonFunctionalApplication(Con(Unit), Con(Data(", ")))"
    assert caught.value.error.startswith(start)
    return caught.value.error.removeprefix(start).removesuffix(end)


def same(draft: Draft, purpose: Purpose, index: int = 0) -> Any:
    """Our context, which is that of Aiken."""
    ours, theirs = context_of(draft, Pointer(purpose, index))
    assert ours == theirs
    return ours


def spending(locked: Any = SHOWN_LOCKED, **more: Any) -> Draft:
    draft = Draft(utxo=STATE | OUTPUTS, **more)
    return draft.spending_script(locked, SHOWS_ITS_CONTEXT)


def test_spending_with_an_inline_datum() -> None:
    same(spending(), Purpose.SPEND, 1)


def test_spending_with_the_hash_of_a_datum() -> None:
    same(spending(SHOWN_BY_HASH, witnesses={4: [DATUM]}), Purpose.SPEND, 1)


def test_spending_without_a_datum() -> None:
    same(spending(SHOWN_BARE), Purpose.SPEND, 1)


def test_minting_and_burning() -> None:
    mint = {SHOWN: {b"b": 5, b"": 1, b"a" * 32: -2}}
    draft = Draft(body={9: mint, 13: [[*reference(2)]], 1: []})
    draft.witnesses[7] = [SHOWS_ITS_CONTEXT]
    draft.redeemers = {(1, 0): (UNIT, UNITS)}
    same(draft, Purpose.MINT)


def test_withdrawing() -> None:
    draft = Draft(body={5: {b"\xe0" + HASH_28: 3, ACCOUNT: 0}, 13: [[*reference(2)]]}, change=3)
    draft.witnesses[7] = [SHOWS_ITS_CONTEXT]
    draft.redeemers[3, 0] = (UNIT, UNITS)
    same(draft, Purpose.WITHDRAW)


@pytest.mark.parametrize(
    "certificate",
    [
        [1, [1, SHOWN]],
        [2, [1, SHOWN], OTHER_28],
        [9, [1, SHOWN], [0, OTHER_28]],
        [9, [1, SHOWN], [1, SHOWN]],
        [9, [1, SHOWN], [2]],
        [9, [1, SHOWN], [3]],
        [10, [1, SHOWN], OTHER_28, [0, HASH_28]],
        [11, [1, SHOWN], OTHER_28, 2 * ADA],
        [12, [1, SHOWN], [2], 2 * ADA],
        [13, [1, SHOWN], OTHER_28, [1, OTHER_28], 2 * ADA],
        [16, [1, SHOWN], 500 * ADA, None],
        [16, [1, SHOWN], 500 * ADA, ["https://example.org", bytes(32)]],
        [17, [1, SHOWN], 500 * ADA],
        [18, [1, SHOWN], ["https://example.org", bytes(32)]],
    ],
)
def test_publishing(certificate: list[Any]) -> None:
    others: list[Any] = [[0, [0, HASH_28]], [0, [1, OTHER_28]], [1, [0, HASH_28]]]
    draft = Draft(body={4: [*others, certificate], 13: [[*reference(2)]]})
    draft.witnesses[7] = [SHOWS_ITS_CONTEXT]
    draft.redeemers[2, 3] = (UNIT, UNITS)
    same(draft, Purpose.PUBLISH, 3)


@pytest.mark.parametrize(("kind", "number"), [(7, 121), (8, 122)])
def test_since_protocol_version_10_deposits_are_seen(kind: int, number: int) -> None:
    """Aiken shows none, as version 9 did."""
    ours, theirs = context_of(
        spending(body={4: [[kind, [0, HASH_28], 2 * ADA]]}), Pointer(Purpose.SPEND, 1)
    )
    certificates = ours[1][0][1].pop(5)
    assert certificates == [(number, [(121, [HASH_28]), (121, [2 * ADA])])]
    assert theirs[1][0][1].pop(5) == [(number, [(121, [HASH_28]), (122, [])])]
    assert ours == theirs


@pytest.mark.parametrize("kind", [7, 8])
def test_protocol_version_9_hid_deposits(kind: int) -> None:
    parameters = replace(ENVIRONMENT.parameters, protocol_version=(9, 0))
    draft = spending(body={4: [[kind, [0, HASH_28], 2 * ADA]]})
    environment = replace(ENVIRONMENT, parameters=parameters)
    ours, theirs = context_of(draft, Pointer(Purpose.SPEND, 1), environment)
    assert ours == theirs


@pytest.mark.parametrize("bounds", [{}, {8: 5}, {3: 5_000}, {8: 5, 3: 5_000}])
def test_the_validity_interval_in_milliseconds(bounds: dict[int, int]) -> None:
    same(spending(body=dict(bounds)), Purpose.SPEND, 1)


@pytest.mark.parametrize(
    "address",
    [
        b"\x00" + HASH_28 + OTHER_28,
        b"\x10" + HASH_28 + OTHER_28,
        b"\x20" + HASH_28 + OTHER_28,
        b"\x30" + HASH_28 + OTHER_28,
        b"\x40" + HASH_28 + bytes.fromhex("8100830002"),
        b"\x50" + HASH_28 + bytes.fromhex("010203"),
        b"\x60" + HASH_28,
        b"\x70" + HASH_28,
    ],
)
def test_addresses_of_all_kinds(address: bytes) -> None:
    same(spending(outputs=[output(address, 5 * ADA)]), Purpose.SPEND, 1)


def test_everything_at_once() -> None:
    assets = {POLICY: {b"token": 7}}
    draft = spending(
        SHOWN_BY_HASH,
        inputs=[MONEY, TOKENS],
        outputs=[
            output(BOB.address, [5 * ADA, assets], datum={b"k" * 64: [-1, 2**70, -(2**70)]}),
            output(BOB.address, 5 * ADA, datum_hash=DATUM_HASH, script=(3, ALWAYS_TRUE[3])),
        ],
        body={
            3: 9_000,
            5: {b"\xe0" + HASH_28: 0, b"\xe0" + OTHER_28: 0},
            14: [OTHER_28, HASH_28],
            18: [[*LOCKED_BARE], [*LOCKED], [*LOCKED_BY_HASH]],
            21: 0,
            22: 5,
        },
        witnesses={4: [DATUM, [1, [], {}]]},
        change=-5,
    )
    same(draft, Purpose.SPEND, 2)


def test_a_reference_script_of_an_input_is_seen() -> None:
    draft = spending(body={18: [[*CARRIER]]})
    del draft.witnesses[7]
    same(draft, Purpose.SPEND, 1)


def both_units(draft: Draft) -> tuple[list[Any], list[Any]]:
    """The units of a transaction's scripts: of the whole, and of each script alone."""
    transaction = decode_transaction(draft.finish())
    return both_units_of(Surroundings(transaction, state().utxo, ENVIRONMENT))


def arguments(surroundings: Surroundings, need: ScriptNeed) -> list[bytes]:
    language = surroundings.scripts[need.script_hash].language
    if language is not Language.PLUTUS_V3:
        return old_script_arguments(surroundings, need.pointer, language)
    return [script_context(surroundings, need.pointer)]


def both_units_of(surroundings: Surroundings) -> tuple[list[Any], list[Any]]:
    parameters = ENVIRONMENT.parameters
    alone = [
        (
            *need.pointer,
            *machine.run_alone(
                surroundings.scripts[need.script_hash],
                arguments(surroundings, need),
                parameters.cost_models,
                parameters.max_transaction_units,
            ),
        )
        for need in surroundings.plutus_needs
    ]
    return [tuple(evaluation) for evaluation in units_of_scripts(surroundings)], alone


def test_a_script_uses_alone_what_it_uses_in_its_transaction() -> None:
    whole, alone = both_units(Draft().spending_script())
    assert whole == alone


@pytest.mark.skipif(ledger_vectors() is None, reason="no ledger vectors")
def test_scripts_of_the_vectors_use_alone_what_they_use_in_their_transactions() -> None:
    compared = 0
    for path in vector_paths(ledger_vectors() or Path()):
        vector = load(path)
        for event in vector.events if not reasons_outside(path) else ():
            if not event.accepted:
                continue
            transaction = decode_transaction(event.transaction)
            surroundings = Surroundings(transaction, vector.state.utxo, ENVIRONMENT)
            if transaction.is_valid and transaction.witnesses.redeemers:
                whole, alone = both_units_of(surroundings)
                assert whole == alone
                compared += 1
            vector.state.apply(validate(transaction, vector.state, vector.environment_at(event)))
    assert compared > 10


def test_a_script_alone_keeps_to_its_budget() -> None:
    draft = Draft().spending_script()
    surroundings = Surroundings(decode_transaction(draft.finish()), state().utxo, ENVIRONMENT)
    context = [script_context(surroundings, Pointer(Purpose.SPEND, 1))]
    script = Script(Language.PLUTUS_V3, ALWAYS_TRUE[3])
    models = ENVIRONMENT.parameters.cost_models
    used = machine.run_alone(script, context, models, ExUnits(500, 64_100))
    assert used == (500, 64_100)
    for budget in (ExUnits(499, 64_100), ExUnits(500, 64_099)):
        with pytest.raises(machine.ScriptFailed) as caught:
            machine.run_alone(script, context, models, budget)
        assert caught.value.out_of_budget


data = st.recursive(
    st.integers(-(2**80), 2**80) | st.binary(max_size=150),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(0, 9), inner, max_size=3)
        | st.builds(
            lambda n, f: cbor2.CBORTag(121 + n, f), st.integers(0, 6), st.lists(inner, max_size=3)
        )
        | st.builds(
            lambda n, f: cbor2.CBORTag(102, [n, f]), st.integers(200, 9999), st.lists(inner)
        )
    ),
    max_leaves=12,
)


@given(data)
def test_data_written_anew_are_the_same_data(value: Any) -> None:
    written = canonical(cbor2.dumps(value))
    assert cbor2.loads(written) == value
    assert canonical(written) == written


def test_data_are_written_as_the_ledger_writes_them() -> None:
    assert canonical(cbor2.dumps([])) == b"\x80"
    assert canonical(cbor2.dumps([1])) == b"\x9f\x01\xff"
    assert canonical(cbor2.dumps({1: 2})) == b"\xa1\x01\x02"
    assert canonical(cbor2.dumps(cbor2.CBORTag(121, []))) == b"\xd8\x79\x80"
    assert canonical(cbor2.dumps(cbor2.CBORTag(102, [7, [1]]))) == b"\xd9\x05\x00\x9f\x01\xff"
    assert byte_string(bytes(65)) == b"\x5f\x58\x40" + bytes(64) + b"\x41\x00\xff"
    assert integer(2**64) == b"\xc2\x49\x01" + bytes(8)
    assert integer(-(2**64)) == b"\x3b" + b"\xff" * 8


def test_redeemers_are_seen_in_the_order_of_their_purposes() -> None:
    """Whatever their order among the witnesses; Plutus reads a map as a list."""
    account = b"\xf0" + script_hash(ALWAYS_TRUE[3])
    draft = spending(body={9: {script_hash(ALWAYS_TRUE[3]): {b"": 1}}, 5: {account: 0}}, outputs=[])
    draft.witnesses[7] = [ALWAYS_TRUE[3], SHOWS_ITS_CONTEXT]
    draft.redeemers = {
        (3, 0): (UNIT, UNITS),
        **draft.redeemers,
        (1, 0): (UNIT, UNITS),
    }
    context = same(draft, Purpose.SPEND, 1)
    purposes = [purpose[0] for purpose, _ in context[1][0][1][9][1]]
    assert purposes == [122, 121, 123]


def test_assets_are_seen_in_the_order_of_policies_and_names() -> None:
    draft = spending(inputs=[MONEY, MIXED], outputs=[output(BOB.address, [5 * ADA, ASSETS])])
    context = same(draft, Purpose.SPEND, 1)
    value = context[1][0][1][2][0][1][1]
    assert [policy for policy, _ in value[1]] == [b"", b"\x01" * 28, b"\xff" * 28]
    assert [name for name, _ in value[1][2][1][1]] == [b"", b"aa", b"b"]
