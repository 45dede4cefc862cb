"""The contexts that we make for Plutus V1 and V2, beside those that Aiken's evaluator makes."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest

from milestone_devnet.ledger import Language, Pointer, Purpose, decode_transaction
from milestone_devnet.ledger.context import Surroundings
from milestone_devnet.ledger.flat import ignoring_arguments
from milestone_devnet.ledger.old_script_context import old_script_arguments

from .debug_data import data_of, plain
from .test_script_context import applied_to
from .world import (
    ADA,
    ALICE,
    BOB,
    DATUM,
    DATUM_HASH,
    ENVIRONMENT,
    LIBRARY,
    MONEY,
    MORE_MONEY,
    NATIVE,
    NATIVE_LOCKED,
    POLICY,
    STATE,
    TOKENS,
    TRUE,
    UNIT,
    UNITS,
    Draft,
    accepted,
    output,
    reference,
    script_address,
    script_hash,
    state,
)

_UNIT_PROGRAM = bytes.fromhex("0100004981")
HASH_28, OTHER_28 = b"\xaa" * 28, b"\xbb" * 28
BY_HASH, BY_DATUM, CARRIER = map(reference, range(30, 33))
FIELDS = {1: 3, 2: 6}
BOTH = pytest.mark.parametrize("language", [1, 2])


def showing(arguments: int) -> bytes:
    """A script that is no function any more where it meets its context, so that it is shown."""
    return cbor2.dumps(ignoring_arguments(_UNIT_PROGRAM, arguments))


SPENDING, OTHER = showing(2), showing(1)


def outputs(language: int) -> dict[Any, Any]:
    address = script_address(script_hash(SPENDING, language))
    return {
        BY_HASH: output(address, 10 * ADA, datum_hash=DATUM_HASH),
        BY_DATUM: output(address, 10 * ADA, datum=[DATUM, {1: b"x"}]),
        CARRIER: output(BOB.address, 10 * ADA, script=(language, SPENDING)),
    }


def same(draft: Draft, language: int, purpose: Purpose, index: int = 0) -> Any:
    """Our context, which is that of Aiken."""
    surroundings = Surroundings(
        decode_transaction(draft.finish()), state(outputs=outputs(language)).utxo, ENVIRONMENT
    )
    arguments = old_script_arguments(
        surroundings, Pointer(purpose, index), Language.of_tag(language)
    )
    ours = plain(cbor2.loads(arguments[-1]))
    assert ours == data_of(applied_to(surroundings))
    return ours


def spending(language: int, locked: Any = BY_HASH, **more: Any) -> Draft:
    draft = Draft(utxo=STATE | outputs(language), **more)
    draft.witnesses.setdefault(4, [DATUM])
    return draft.spending_script(locked, SPENDING, language)


@BOTH
def test_spending_with_the_hash_of_a_datum(language: int) -> None:
    same(spending(language), language, Purpose.SPEND, 1)


def test_v2_spends_with_an_inline_datum_and_sees_references() -> None:
    draft = spending(
        2,
        BY_DATUM,
        outputs=[output(BOB.address, 5 * ADA, datum=DATUM, script=(2, SPENDING))],
        body={18: [[*BY_HASH], [*CARRIER]]},
        witnesses={4: [DATUM]},
    )
    del draft.witnesses[6]
    same(draft, 2, Purpose.SPEND, 1)


@BOTH
def test_minting_and_burning(language: int) -> None:
    policy = script_hash(OTHER, language)
    draft = Draft(body={9: {policy: {b"b": 5, b"": 1, b"a" * 32: -2}}, 13: [[*MORE_MONEY]], 1: []})
    draft.witnesses[FIELDS[language]] = [OTHER]
    draft.redeemers = {(1, 0): (UNIT, UNITS)}
    same(draft, language, Purpose.MINT)


@BOTH
def test_withdrawing(language: int) -> None:
    account = b"\xf0" + script_hash(OTHER, language)
    draft = Draft(body={5: {account: 0}, 13: [[*MORE_MONEY]]})
    draft.witnesses[FIELDS[language]] = [OTHER]
    draft.redeemers[3, 0] = (UNIT, UNITS)
    same(draft, language, Purpose.WITHDRAW)


@BOTH
@pytest.mark.parametrize("certificate", [[1], [2, OTHER_28]])
def test_publishing(certificate: list[Any], language: int) -> None:
    kind, *more = certificate
    own = [kind, [1, script_hash(OTHER, language)], *more]
    others: list[Any] = [[0, [0, HASH_28]], [0, [1, OTHER_28]], [2, [0, HASH_28], HASH_28]]
    draft = Draft(body={4: [*others, own], 13: [[*MORE_MONEY]]})
    draft.witnesses[FIELDS[language]] = [OTHER]
    draft.redeemers[2, 3] = (UNIT, UNITS)
    same(draft, language, Purpose.PUBLISH, 3)


@BOTH
@pytest.mark.parametrize("bounds", [{}, {8: 5}, {3: 5_000}, {8: 5, 3: 5_000}])
def test_the_validity_interval(bounds: dict[int, int], language: int) -> None:
    same(spending(language, body=dict(bounds)), language, Purpose.SPEND, 1)


@BOTH
def test_everything_at_once(language: int) -> None:
    draft = spending(
        language,
        inputs=[MONEY, TOKENS],
        outputs=[
            output(b"\x10" + HASH_28 + OTHER_28, [5 * ADA, {POLICY: {b"token": 7}}]),
            output(b"\x40" + HASH_28 + bytes.fromhex("8100830002"), 5 * ADA, datum_hash=DATUM_HASH),
        ],
        body={3: 9_000, 5: {b"\xe0" + HASH_28: 0}, 14: [OTHER_28, HASH_28]},
        witnesses={4: [DATUM, [1, [], {}]]},
    )
    same(draft, language, Purpose.SPEND, 2)


def test_withdrawals_come_in_the_order_of_plutus() -> None:
    """Keys first; the machine keeps the ledger's order, where scripts are first."""
    account = b"\xf0" + script_hash(OTHER, 2)
    draft = Draft(body={5: {account: 0, b"\xe0" + b"\xff" * 28: 0}, 13: [[*MORE_MONEY]]})
    draft.witnesses[6] = [OTHER]
    draft.redeemers[3, 0] = (UNIT, UNITS)
    surroundings = Surroundings(decode_transaction(draft.finish()), state().utxo, ENVIRONMENT)
    *_, context = old_script_arguments(
        surroundings, Pointer(Purpose.WITHDRAW, 0), Language.PLUTUS_V2
    )
    info = plain(cbor2.loads(context))[1][0]
    kinds = [credential[1][0][0] for credential, _ in info[1][6][1]]
    assert kinds == [121, 122]


TRUE_FOR_ALL = {1: bytes.fromhex("46010000222499"), 2: bytes.fromhex("46010000222499")}


@BOTH
def test_native_scripts_and_plutus_go_together(language: int) -> None:
    draft = Draft().spending_script(*_locked(language))
    draft.inputs.append(NATIVE_LOCKED)
    draft.witnesses[1] = [cbor2.loads(NATIVE)]
    draft.redeemers = {(0, sorted(draft.inputs).index(reference(40))): (UNIT, UNITS)}
    assert accepted(_known(draft, language), _ledger(language)).valid


@BOTH
def test_reference_scripts_that_nobody_needs_do_no_harm(language: int) -> None:
    draft = Draft(body={18: [[*LIBRARY]]}).spending_script(*_locked(language))
    assert accepted(_known(draft, language), _ledger(language)).valid


@BOTH
def test_a_registration_may_state_its_deposit(language: int) -> None:
    credential = [1, script_hash(TRUE_FOR_ALL[language], language)]
    draft = Draft(body={4: [[7, credential, 2 * ADA]], 13: [[*MORE_MONEY]]}, change=-2 * ADA)
    draft.witnesses[FIELDS[language]] = [TRUE_FOR_ALL[language]]
    draft.redeemers[2, 0] = (UNIT, UNITS)
    draft.languages = (language,)
    assert accepted(draft).valid


def test_scripts_of_all_versions_run_in_one_transaction() -> None:
    draft = Draft(body={9: {TRUE: {b"": 1}, script_hash(TRUE_FOR_ALL[1], 1): {b"": 1}}})
    draft = _known(draft.spending_script(*_locked(2)), 2)
    draft.witnesses |= {3: [TRUE_FOR_ALL[1]], 7: [bytes.fromhex("450101002499")]}
    draft.redeemers |= {(1, 0): (UNIT, UNITS), (1, 1): (UNIT, UNITS)}
    draft.languages = (1, 2, 3)
    assert accepted(draft, _ledger(2)).valid
    draft.body[18] = [[*LIBRARY]]
    del draft.witnesses[7]
    assert accepted(draft, _ledger(2)).valid


@BOTH
def test_a_script_fails_on_a_context_of_ours_as_on_one_of_the_machine(language: int) -> None:
    draft = Draft(body={18: [[*LIBRARY]]}).spending_script(*_locked(language))
    draft.redeemers[0, 1] = (UNIT, (1, 1))
    draft.is_valid = False
    assert not accepted(_known(draft, language), _ledger(language)).valid


def _locked(language: int) -> tuple[Any, bytes, int]:
    return reference(40), TRUE_FOR_ALL[language], language


def _known(draft: Draft, language: int) -> Draft:
    draft.utxo = STATE | _locked_output(language)
    draft.witnesses[4] = [DATUM]
    draft.signers = [ALICE]
    return draft


def _locked_output(language: int) -> dict[Any, Any]:
    address = script_address(script_hash(TRUE_FOR_ALL[language], language))
    return {reference(40): output(address, 10 * ADA, datum_hash=DATUM_HASH)}


def _ledger(language: int) -> Any:
    return state(outputs=_locked_output(language))


@BOTH
@pytest.mark.parametrize("script", [(0, NATIVE), (2, SPENDING)])
def test_outputs_may_carry_scripts(language: int, script: tuple[int, bytes]) -> None:
    carrying = output(BOB.address, 5 * ADA, script=script)
    draft = Draft(outputs=[carrying]).spending_script(*_locked(language))
    assert accepted(_known(draft, language), _ledger(language)).valid


@BOTH
def test_a_script_with_bytes_after_its_end_runs(language: int) -> None:
    script = TRUE_FOR_ALL[language] + b"\0"
    policy = script_hash(script, language)
    draft = Draft(body={9: {policy: {b"": 1}}, 13: [[*MORE_MONEY]]})
    draft.witnesses[FIELDS[language]] = [script]
    draft.redeemers[1, 0] = (UNIT, UNITS)
    draft.languages = (language,)
    assert accepted(draft).valid
    draft.body[18] = [[*LIBRARY]]
    assert accepted(draft).valid
