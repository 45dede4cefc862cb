"""Which scripts there must be, and native scripts."""

from __future__ import annotations

import json
from typing import Any

import cbor2
import pytest

from milestone_devnet.ledger import DeserialisationFailure, decode_transaction
from milestone_devnet.ledger.native_scripts import native_script_json

from .world import (
    ADA,
    ALICE,
    ALWAYS_TRUE,
    BOB,
    IMPOSSIBLE,
    LIBRARY,
    LOCKED,
    MONEY,
    NATIVE,
    NATIVE_LOCKED,
    NEVER_TRUE,
    SLOT,
    STATE,
    TRUE,
    Draft,
    accepted,
    output,
    reference,
    refused,
    script_address,
    script_hash,
    state,
)

KEY_A, KEY_B = [0, ALICE.key_hash], [0, BOB.key_hash]


def test_a_script_must_be_there() -> None:
    draft = Draft().spending_script()
    del draft.witnesses[7]
    draft.languages = ()  # as the ledger sees it
    refusal = refused(draft)
    assert refusal.code == 3102
    assert refusal.data == {"missingScripts": [TRUE.hex()]}


def test_a_referenced_script_is_there() -> None:
    draft = Draft(body={18: [[*LIBRARY]]}).spending_script()
    del draft.witnesses[7]
    assert accepted(draft).valid


def test_a_script_that_an_input_carries_is_there() -> None:
    draft = Draft(inputs=[MONEY, LIBRARY], signers=[ALICE, BOB]).spending_script()
    del draft.witnesses[7]
    assert accepted(draft).valid


def test_a_script_that_is_referenced_may_not_be_witnessed_too() -> None:
    refusal = refused(Draft(body={18: [[*LIBRARY]]}).spending_script())
    assert refusal.code == 3104
    assert refusal.data == {"extraneousScripts": [TRUE.hex()]}


def test_a_script_that_nobody_needs_may_not_be_witnessed() -> None:
    refusal = refused(Draft(witnesses={7: [ALWAYS_TRUE[3]]}))
    assert refusal.code == 3104


@pytest.mark.parametrize("field", [3, 6, 7])
def test_a_witness_that_is_no_plutus_script_is_refused(field: int) -> None:
    refusal = refused(Draft(witnesses={field: [b"\x43abc"]}))
    assert refusal.code == 3116


def test_an_output_may_not_carry_what_is_no_plutus_script() -> None:
    refusal = refused(Draft(outputs=[output(BOB.address, 5 * ADA, script=(3, b"invalid"))]))
    assert refusal.code == 3116
    assert refusal.data == {"malformedScripts": [script_hash(b"invalid").hex()]}


def test_an_output_may_carry_a_script() -> None:
    carrying = output(BOB.address, 5 * ADA, script=(3, NEVER_TRUE))
    effect = accepted(Draft(outputs=[carrying]))
    script = next(iter(effect.produced.values())).script
    assert script is not None
    assert script.hash == script_hash(NEVER_TRUE)


def spending_native(clause: list[Any], **draft: Any) -> tuple[Draft, Any]:
    script = cbor2.dumps(clause)
    locked = {reference(60): output(script_address(script_hash(script, 0)), 10 * ADA)}
    made = Draft(inputs=[MONEY, *locked], witnesses={1: [clause]}, utxo=STATE | locked, **draft)
    return made, state(outputs=locked)


@pytest.mark.parametrize(
    ("clause", "draft"),
    [
        (KEY_A, {}),
        ([1, [KEY_A]], {}),
        ([1, []], {}),
        ([2, [KEY_B, KEY_A]], {}),
        ([3, 1, [KEY_A, KEY_B]], {}),
        ([3, 0, []], {}),
        ([3, 2, [KEY_A, KEY_B]], {"signers": [ALICE, BOB]}),
        ([4, SLOT - 5], {"body": {8: SLOT - 5}}),
        ([5, SLOT + 5], {"body": {3: SLOT + 5}}),
    ],
)
def test_a_native_script_agrees(clause: list[Any], draft: dict[str, Any]) -> None:
    assert accepted(*spending_native(clause, **draft)).valid


@pytest.mark.parametrize(
    ("clause", "draft"),
    [
        (KEY_B, {}),
        ([1, [KEY_A, KEY_B]], {}),
        ([2, []], {}),
        ([3, 2, [KEY_A, KEY_B]], {}),
        ([4, SLOT - 5], {}),
        ([4, SLOT - 5], {"body": {8: SLOT - 6}}),
        ([5, SLOT + 5], {}),
        ([5, SLOT + 5], {"body": {3: SLOT + 6}}),
    ],
)
def test_a_native_script_disagrees(clause: list[Any], draft: dict[str, Any]) -> None:
    refusal = refused(*spending_native(clause, **draft))
    assert refusal.code == 3103
    digest = script_hash(cbor2.dumps(clause), 0).hex()
    assert refusal.data == {"failingNativeScripts": [digest]}


def test_a_native_script_needs_no_redeemer_nor_collateral() -> None:
    draft = Draft(inputs=[MONEY, NATIVE_LOCKED], witnesses={1: [cbor2.loads(NATIVE)]})
    assert accepted(draft).valid


def test_a_native_script_may_be_referenced() -> None:
    carrier = reference(61)
    extra = {carrier: output(BOB.address, 10 * ADA, script=(0, NATIVE))}
    draft = Draft(inputs=[MONEY, NATIVE_LOCKED], body={18: [[*carrier]]})
    assert accepted(draft, state(outputs=extra)).valid


def native_beside(draft: Draft) -> Draft:
    draft.inputs.append(NATIVE_LOCKED)
    draft.witnesses[1] = [cbor2.loads(NATIVE)]
    return draft


def test_a_native_and_a_plutus_script_work_in_one_transaction() -> None:
    effect = accepted(native_beside(Draft()).spending_script())
    assert list(effect.spent) == [MONEY, LOCKED, NATIVE_LOCKED]


def test_a_plutus_script_beside_a_native_one_is_really_run() -> None:
    refusal = refused(native_beside(Draft()).spending_script(IMPOSSIBLE, NEVER_TRUE))
    assert refusal.code == 3136


@pytest.mark.parametrize(("depth", "is_decoded"), [(250, True), (251, False)])
def test_native_scripts_are_nested_as_deep_as_they_may(depth: int, is_decoded: bool) -> None:
    clause: list[Any] = [0, ALICE.key_hash]
    for _ in range(depth):
        clause = [1, [clause]]
    if not is_decoded:
        with pytest.raises(DeserialisationFailure):
            decode_transaction(Draft(witnesses={1: [clause]}).finish())
        return
    assert accepted(*spending_native(clause)).valid
    told = json.dumps(native_script_json(cbor2.dumps(clause)))
    assert told.count('"all"') == depth
