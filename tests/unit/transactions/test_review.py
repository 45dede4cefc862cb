"""Nothing is signed that the review did not show: every change of the bytes is seen or refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestone_core.cli import review as shown
from milestone_core.cli.amounts import Denomination
from milestone_core.domain.address import Address, Credential, RewardAccount
from milestone_core.domain.chain import (
    AssetId,
    Era,
    Output,
    OutputReference,
    SlotClock,
    Utxo,
    Value,
)
from milestone_core.errors import BadInput
from milestone_core.onchain.blueprint import load_blueprint
from milestone_core.onchain.contract import load_contract
from milestone_core.onchain.plutus_data import Constr, encode
from milestone_core.services import reviewing
from milestone_core.transactions import builder, decoding, encoding
from milestone_core.transactions.draft import Draft, Minting, ScriptInput, Withdrawal
from milestone_core.transactions.encoding import Body
from milestone_core.transactions.review import review
from milestone_core.transactions.unsigned import Unsigned

from .world import (
    ADA,
    ALWAYS_TRUE,
    LIBRARY,
    SLOT,
    TRUE_ADDRESS,
    TRUE_POLICY,
    World,
    key,
    parameters,
)

CONTRACT = load_contract(load_blueprint(Path(__file__).parents[3] / "contracts/plutus.json"), 0)
CLOCK = SlotClock((Era(1_700_000_000_000, 0, 1_000),))
STRANGER = Address(0, Credential.key(bytes([77]) * 28))
VAULT = CONTRACT.distribution_address
LOCKED = Utxo(
    OutputReference(bytes([9]) * 32, 0), Output(TRUE_ADDRESS, Value(5 * ADA), encode(Constr(0)))
)
OWN = tuple(
    Utxo(OutputReference(bytes([n]) * 32, n), Output(key(0).address(0), Value(50 * ADA)))
    for n in range(3)
)


def whole() -> Unsigned:
    """A transaction with something of all that this program ever makes."""
    given_nothing = lambda _: Constr(0)  # noqa: E731
    world = World([*OWN, LOCKED], [key(0)])
    draft = Draft(
        outputs=(
            Output(VAULT, Value(3 * ADA), datum=encode(Constr(1))),
            Output(STRANGER, Value(2 * ADA, {AssetId(TRUE_POLICY, b"t"): 5})),
            Output(TRUE_ADDRESS, Value(4 * ADA), script=ALWAYS_TRUE),
        ),
        script_inputs=(ScriptInput(LOCKED, given_nothing, "spending"),),
        minting=(Minting(TRUE_POLICY, {b"t": 5}, given_nothing, "minting"),),
        withdrawals=(Withdrawal(TRUE_POLICY, 7, given_nothing, "withdrawing"),),
        reference_inputs=(LIBRARY,),
        valid_from=SLOT - 5,
        valid_until=SLOT + 5,
    )
    return builder.build(draft, world.wallet, parameters(), world.evaluate)


WHOLE = whole()
BODY = decoding.decode(WHOLE.cbor())


def screen(unsigned: Unsigned) -> list[str]:
    """What is shown, but for the line with the transaction's id, which any change changes."""
    found = reviewing.screen(unsigned, CONTRACT, CLOCK)
    lines = list(shown.lines(found, Denomination(), "devnet"))
    document = shown.document(found)
    assert document.pop("transaction") == unsigned.id.hex()
    return [*lines[1:], str(document)]


SCREEN = screen(WHOLE)


def with_body(body: Body) -> Unsigned:
    return replace(WHOLE, body=encoding.encode_body(body))


def with_output(number: int, **changes: Any) -> Body:
    outputs = list(BODY.outputs)
    outputs[number] = replace(outputs[number], **changes)
    return replace(BODY, outputs=tuple(outputs))


def returned(**changes: Any) -> Body:
    assert BODY.collateral_return is not None
    return replace(BODY, collateral_return=replace(BODY.collateral_return, **changes))


OTHER_STAKE = replace(STRANGER, stake=Credential.key(bytes(28)))
ACCOUNT = bytes(RewardAccount(0, Credential.script(TRUE_POLICY)))
CHANGES: dict[str, Body] = {
    "one output more": replace(BODY, outputs=(*BODY.outputs, Output(STRANGER, Value(1_000_000)))),
    "one output less": replace(BODY, outputs=BODY.outputs[:-1]),
    "another address": with_output(1, address=VAULT),
    "another stake part": with_output(1, address=OTHER_STAKE),
    "another amount": with_output(1, value=BODY.outputs[1].value + Value(1)),
    "another asset": with_output(1, value=Value(2 * ADA, {AssetId(TRUE_POLICY, b"u"): 5})),
    "another datum": with_output(0, datum=encode(Constr(2))),
    "a datum where none was": with_output(1, datum=encode(Constr(2))),
    "no script": with_output(2, script=None),
    "a script where none was": with_output(1, script=ALWAYS_TRUE),
    "an input less": replace(BODY, inputs=BODY.inputs[1:]),
    "the script's input less": replace(
        BODY, inputs=tuple(i for i in BODY.inputs if i != LOCKED.reference)
    ),
    "nothing looked at": replace(BODY, reference_inputs=()),
    "something else looked at": replace(BODY, reference_inputs=(LOCKED.reference,)),
    "another fee": replace(BODY, fee=BODY.fee + 1),
    "more minted": replace(BODY, mint={AssetId(TRUE_POLICY, b"t"): 6}),
    "something else minted": replace(BODY, mint={AssetId(TRUE_POLICY, b"t" * 32): 5}),
    "something burned": replace(BODY, mint={AssetId(TRUE_POLICY, b"t"): -5}),
    "nothing minted": replace(BODY, mint={}),
    "no withdrawal": replace(BODY, withdrawals={}),
    "another withdrawal": replace(BODY, withdrawals={ACCOUNT: 8}),
    "one withdrawal more": replace(
        BODY,
        withdrawals={**BODY.withdrawals, bytes(RewardAccount(0, Credential.key(bytes(28)))): 1},
    ),
    "other collateral": replace(BODY, collateral=(LOCKED.reference,)),
    "no collateral": replace(BODY, collateral=()),
    "less collateral back": returned(value=Value(1)),
    "collateral back to somebody else": returned(address=STRANGER),
    "no collateral back": replace(BODY, collateral_return=None),
    "another beginning": replace(BODY, valid_from=SLOT),
    "no beginning": replace(BODY, valid_from=None),
    "another end": replace(BODY, valid_until=SLOT + 6),
    "no end": replace(BODY, valid_until=None),
    "something else for the scripts": replace(BODY, integrity_hash=bytes(32)),
    "nothing for the scripts": replace(BODY, integrity_hash=None),
}


def test_the_review_shows_what_is_there() -> None:
    text = "\n".join(SCREEN)
    for part in ("withdrawn", "minted", "collateral", "fee", "valid", "contract", "signed by"):
        assert part in text
    assert str(STRANGER) in text
    assert key(0).hash.hex() in text
    assert encoding.body_of(WHOLE.sign()) == WHOLE.body, "what was shown is what is signed"


@pytest.mark.parametrize("body", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_is_changed_is_shown(body: Body) -> None:
    assert body != BODY, "the change changes something"
    *text, document = screen(with_body(body))
    assert text != SCREEN[:-1], "to people"
    assert document != SCREEN[-1], "and to programs"


def test_every_field_of_a_body_is_among_the_changes() -> None:
    changed = {
        name
        for body in CHANGES.values()
        for name in Body.__dataclass_fields__
        if getattr(body, name) != getattr(BODY, name)
    }
    # The total is what the ledger computes from the rest; the loss that is shown is computed too.
    assert changed == set(Body.__dataclass_fields__) - {"total_collateral"}


UNSEEN: dict[str, tuple[int, Any]] = {
    "certificates": (4, [[1, [0, bytes(28)]]]),
    "metadata": (7, bytes(32)),
    "required signers": (14, [bytes(28)]),
    "network id": (15, 0),
    "votes": (19, {}),
    "proposals": (20, []),
    "treasury": (21, 1),
    "donation": (22, 1_000_000),
    "field 99": (99, 1),
}


def changed(change: Callable[[dict[int, Any]], None]) -> Unsigned:
    fields = cbor2.loads(WHOLE.body)
    change(fields)
    return replace(WHOLE, body=cbor2.dumps(fields))


@pytest.mark.parametrize("what", UNSEEN)
def test_what_no_review_shows_is_not_signed(what: str) -> None:
    number, content = UNSEEN[what]
    with pytest.raises(BadInput, match=what) as refusal:
        screen(changed(lambda fields: fields.__setitem__(number, content)))
    assert "not signed" in refusal.value.message


def test_an_entry_that_stands_there_twice_is_refused() -> None:
    assert WHOLE.body[0] == 0xA0 + len(cbor2.loads(WHOLE.body)), "the map's count is one byte"
    a_second_fee = bytes([WHOLE.body[0] + 1]) + bytes.fromhex("0200") + WHOLE.body[1:]
    with pytest.raises(BadInput):
        screen(replace(WHOLE, body=a_second_fee))


def test_a_datum_that_is_only_named_is_refused() -> None:
    """This program's datums lie inline: for one that is not shown, nobody can answer."""
    with pytest.raises(BadInput, match="not what it seems"):
        screen(changed(lambda fields: fields[1][1].__setitem__(2, [0, bytes(32)])))


@pytest.mark.parametrize("tail", [b"\xf4\xf6", b"\xf5\xa1\x01\x02", b"\xf5\xf6\xf6", b"\xf5"])
def test_metadata_and_a_mark_of_failure_are_refused(tail: bytes) -> None:
    with pytest.raises(BadInput):
        review(WHOLE.cbor()[:-2] + tail, WHOLE.resolved)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_byte_can_be_changed_unseen(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(WHOLE.body) - 1))
    content = bytearray(WHOLE.body)
    content[place] ^= data.draw(st.integers(1, 255))
    other = replace(WHOLE, body=bytes(content))
    try:
        seen = screen(other)
    except BadInput:
        return
    read = decoding.decode(other.cbor())
    # The declared total is the ledger's to compare with the rest; the loss that is shown is exact.
    assert seen != SCREEN or read == replace(BODY, total_collateral=read.total_collateral)
