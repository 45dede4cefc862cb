"""Ways to spoil a valid transaction, and the cases of the differential test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cbor2
from hypothesis import strategies as st

from milestone_devnet.ledger import decode_output, decode_transaction
from milestone_devnet.ledger.context import Context
from milestone_devnet.ledger.fees import minimum_fee, minimum_lovelace

from .drafts import ACCOUNT, NATIVE_POLICY, REWARDS, Draw, settled, valid_drafts
from .fields import (
    AFTER,
    BEFORE,
    CERTIFICATES,
    COLLATERAL,
    COLLATERAL_RETURN,
    DATUMS,
    DONATION,
    INPUTS,
    INTEGRITY,
    METADATA_HASH,
    MINT,
    NATIVE_SCRIPTS,
    NETWORK,
    REFERENCES,
    SIGNERS,
    SPEND,
    TOTAL_COLLATERAL,
    TREASURY,
    V2_SCRIPTS,
    V3_SCRIPTS,
    WITHDRAWALS,
)
from .world import (
    ADA,
    ALICE,
    ALWAYS_TRUE,
    BOB,
    BOBS,
    ENDLESS,
    ENDLESS_LOCKED,
    ENVIRONMENT,
    IMPOSSIBLE,
    LIBRARY,
    LOCKED,
    MONEY,
    MORE_MONEY,
    NATIVE,
    NEVER_TRUE,
    OLD_BARE,
    POLICY,
    SLOT,
    TOKENS,
    UNIT,
    UNITS,
    Draft,
    output,
    reference,
    state,
)


@dataclass
class Case:
    """A transaction in its bytes, and what was done to it (for the report)."""

    transaction: bytes
    spoiled_by: str


def _spoil_fee(draft: Draft) -> None:
    draft.fee = 100_000


def _least_fee(draft: Draft) -> None:
    """Not spoiled, just at the limit; where the two compute it differently, one of them refuses."""
    draft.fee = _fee_needed(draft)


def _less_than_the_least_fee(draft: Draft) -> None:
    draft.fee = _fee_needed(draft) - 1


def _fee_needed(draft: Draft) -> int:
    transaction = decode_transaction(draft.finish())
    return minimum_fee(Context(transaction, state().utxo, ENVIRONMENT, state()))


def _least_ada(draft: Draft) -> None:
    draft.outputs.append(output(BOB.address, _ada_needed(), datum=[b"padding" * 7]))


def _less_than_the_least_ada(draft: Draft) -> None:
    draft.outputs.append(output(BOB.address, _ada_needed() - 1, datum=[b"padding" * 7]))


def _ada_needed() -> int:
    padded = output(BOB.address, 2 * ADA, datum=[b"padding" * 7])
    return minimum_lovelace(decode_output(cbor2.dumps(padded)), ENVIRONMENT.parameters)


def _spoil_balance(draft: Draft) -> None:
    draft.change += 1


def _spoil_min_ada(draft: Draft) -> None:
    draft.outputs.append(output(BOB.address, 500_000))


def _spoil_signature(draft: Draft) -> None:
    draft.signers = [BOB]


def _add_signer(draft: Draft) -> None:
    draft.signers = [*{id(p): p for p in [*draft.signers, BOB]}.values()]


def _spoil_named_signer(draft: Draft) -> None:
    draft.body[SIGNERS] = [bytes(28)]


def _too_early(draft: Draft) -> None:
    draft.body[BEFORE] = SLOT + 1


def _too_late(draft: Draft) -> None:
    draft.body[AFTER] = SLOT


def _ends_at_once(draft: Draft) -> None:
    draft.body[AFTER] = SLOT + 1


def _wrong_network(draft: Draft) -> None:
    draft.body[NETWORK] = 1


def _output_on_mainnet(draft: Draft) -> None:
    draft.outputs.append(output(b"\x61" + BOB.key_hash, 5 * ADA))


def _spoil_metadata_hash(draft: Draft) -> None:
    draft.auxiliary_data = cbor2.dumps({1: "a"})
    draft.body[METADATA_HASH] = bytes(32)


def _metadata_hash_alone(draft: Draft) -> None:
    draft.auxiliary_data = None
    draft.body[METADATA_HASH] = bytes(32)


def _long_metadata(draft: Draft) -> None:
    draft.auxiliary_data = cbor2.dumps({1: "a" * 65})


def _unknown_input(draft: Draft) -> None:
    draft.utxo = {**draft.utxo, reference(99): output(ALICE.address, 5 * ADA)}
    draft.inputs.append(reference(99))


def _unknown_reference(draft: Draft) -> None:
    draft.body[REFERENCES] = [[*reference(99)]]


def _reads_what_it_spends(draft: Draft) -> None:
    draft.body[REFERENCES] = [[*MONEY]]


def _input_twice(draft: Draft) -> None:
    draft.body[INPUTS] = [[*MONEY], [*MONEY]]


def _no_inputs(draft: Draft) -> None:
    draft.body[INPUTS] = []


def _large_value(draft: Draft) -> None:
    names = {bytes([n // 256, n % 256]) * 16: 1 for n in range(200)}
    draft.body[MINT] = {NATIVE_POLICY: names}
    draft.witnesses[NATIVE_SCRIPTS] = [cbor2.loads(NATIVE)]
    draft.outputs.append(output(ALICE.address, [50 * ADA, {NATIVE_POLICY: names}]))


def _mint_without_script(draft: Draft) -> None:
    draft.body[MINT] = {NATIVE_POLICY: {b"": 1}}
    draft.witnesses.pop(NATIVE_SCRIPTS, None)


def _mint_of_nobody(draft: Draft) -> None:
    draft.body[MINT] = {POLICY: {b"token": 1}}


def _script_that_nobody_needs(draft: Draft) -> None:
    draft.witnesses[NATIVE_SCRIPTS] = [
        [0, BOB.key_hash],
        *draft.witnesses.get(NATIVE_SCRIPTS, []),
    ]


def _datum_that_nobody_needs(draft: Draft) -> None:
    draft.witnesses[DATUMS] = [7, *draft.witnesses.get(DATUMS, [])]


def _no_datum(draft: Draft) -> None:
    draft.witnesses.pop(DATUMS, None)


def _no_redeemers(draft: Draft) -> None:
    draft.redeemers.clear()


def _redeemer_too_many(draft: Draft) -> None:
    draft.redeemers[SPEND, 40] = (UNIT, UNITS)


def _few_units(draft: Draft) -> None:
    draft.redeemers = {key: (data, (100, 100)) for key, (data, _) in draft.redeemers.items()}


def _many_units(draft: Draft) -> None:
    many = (16_500_001, 10_000_000)
    draft.fee = 10 * ADA
    draft.redeemers = {key: (data, many) for key, (data, _) in draft.redeemers.items()}


def _spoil_integrity_hash(draft: Draft) -> None:
    draft.body[INTEGRITY] = bytes(32)


def _no_collateral(draft: Draft) -> None:
    draft.body.pop(COLLATERAL, None)


def _collateral_with_tokens(draft: Draft) -> None:
    draft.body[COLLATERAL] = [[*TOKENS]]
    draft.body.pop(COLLATERAL_RETURN, None)
    draft.body.pop(TOTAL_COLLATERAL, None)


def _collateral_of_a_script(draft: Draft) -> None:
    draft.body[COLLATERAL] = [[*LOCKED]]


def _small_collateral(draft: Draft) -> None:
    draft.body[COLLATERAL] = [[*MORE_MONEY]]
    draft.body[COLLATERAL_RETURN] = output(ALICE.address, 10 * ADA - draft.fee)


def _spoil_total_collateral(draft: Draft) -> None:
    draft.body[COLLATERAL] = [[*MORE_MONEY]]
    draft.body[TOTAL_COLLATERAL] = 5 * ADA


def _four_collaterals(draft: Draft) -> None:
    draft.body[COLLATERAL] = [[*ref] for ref in (MONEY, MORE_MONEY, BOBS, LIBRARY)]
    draft.signers = [ALICE, BOB]


def _claims_to_fail(draft: Draft) -> None:
    draft.is_valid = False


def _fails(draft: Draft) -> None:
    _run_another(draft, IMPOSSIBLE, NEVER_TRUE)


def _fails_and_says_so(draft: Draft) -> None:
    _run_another(draft, IMPOSSIBLE, NEVER_TRUE)
    draft.is_valid = False


def _never_ends(draft: Draft) -> None:
    _run_another(draft, ENDLESS_LOCKED, ENDLESS)


def _run_another(draft: Draft, locked: Any, script: bytes) -> None:
    draft.inputs.append(locked)
    draft.witnesses.setdefault(V3_SCRIPTS, []).append(script)
    draft.languages = (3,)
    draft.body.setdefault(COLLATERAL, [[*MORE_MONEY]])
    draft.redeemers.clear()
    settled(draft)
    draft.redeemers[SPEND, sorted(draft.inputs).index(locked)] = (UNIT, UNITS)


def _deregisters_nobody(draft: Draft) -> None:
    draft.body[CERTIFICATES] = [[1, [0, ALICE.key_hash]]]
    draft.change = 2 * ADA


def _wrong_deposit(draft: Draft) -> None:
    draft.body[CERTIFICATES] = [[7, [0, ALICE.key_hash], ADA]]
    draft.change = -ADA


def _registers_twice(draft: Draft) -> None:
    draft.body[CERTIFICATES] = [[0, [0, ALICE.key_hash]], [7, [0, ALICE.key_hash], 2 * ADA]]
    draft.change = -4 * ADA


def _withdraws_nothing(draft: Draft) -> None:
    draft.body[WITHDRAWALS] = {b"\xe0" + ALICE.key_hash: 0}


def _unspendable(draft: Draft) -> None:
    draft.inputs.append(OLD_BARE)
    draft.redeemers.clear()
    settled(draft)
    draft.redeemers[SPEND, sorted(draft.inputs).index(OLD_BARE)] = (UNIT, UNITS)
    draft.witnesses[V2_SCRIPTS] = [ALWAYS_TRUE[2]]
    draft.languages = (*draft.languages, 2)
    draft.body.setdefault(COLLATERAL, [[*MORE_MONEY]])


def _bad_reference_script(draft: Draft) -> None:
    draft.outputs.append(output(BOB.address, 5 * ADA, script=(3, b"\x43abc")))


def _script_of_another_language(draft: Draft) -> None:
    """A version of Plutus Core that only V3 has."""
    draft.outputs.append(output(BOB.address, 5 * ADA, script=(2, ALWAYS_TRUE[3])))


def _poor_collateral_return(draft: Draft) -> None:
    draft.body[COLLATERAL] = [[*MORE_MONEY]]
    draft.body[COLLATERAL_RETURN] = output(ALICE.address, 500_000)
    draft.body.pop(TOTAL_COLLATERAL, None)


def _unknown_collateral(draft: Draft) -> None:
    draft.body[COLLATERAL] = [[*reference(99)]]


def _wrong_treasury(draft: Draft) -> None:
    draft.body[TREASURY] = 1


def _donates_nothing(draft: Draft) -> None:
    draft.body[DONATION] = 0


def _mints_nothing(draft: Draft) -> None:
    draft.body[MINT] = {NATIVE_POLICY: {b"": 0}}
    draft.witnesses[NATIVE_SCRIPTS] = [cbor2.loads(NATIVE)]


def _mints_too_much(draft: Draft) -> None:
    draft.body[MINT] = {NATIVE_POLICY: {b"": 2**63}}
    draft.witnesses[NATIVE_SCRIPTS] = [cbor2.loads(NATIVE)]


def _unknown_pool(draft: Draft) -> None:
    _certify(draft, [11, [0, ALICE.key_hash], bytes(28), 2 * ADA], -2 * ADA)


def _unknown_representative(draft: Draft) -> None:
    _certify(draft, [12, [0, ALICE.key_hash], [0, bytes(28)], 2 * ADA], -2 * ADA)


def _wrong_refund(draft: Draft) -> None:
    _certify(draft, [7, [0, ALICE.key_hash], 2 * ADA], 0)
    draft.body[CERTIFICATES].append([8, [0, ALICE.key_hash], 3 * ADA])


def _retires_nobody(draft: Draft) -> None:
    _certify(draft, [17, [0, ALICE.key_hash], 500 * ADA], 0)


def _certify(draft: Draft, certificate: Any, change: int) -> None:
    if CERTIFICATES in draft.body and len(draft.body[CERTIFICATES]) == 1:
        draft.change += 2 * ADA
    draft.body[CERTIFICATES] = [certificate]
    draft.change += change


def _withdraws_too_little(draft: Draft) -> None:
    _withdraw(draft, REWARDS - 1)


def _withdraws_all(draft: Draft) -> None:
    _withdraw(draft, REWARDS)


def _withdraw(draft: Draft, amount: int) -> None:
    if WITHDRAWALS in draft.body:
        draft.change -= REWARDS
    draft.body[WITHDRAWALS] = {ACCOUNT: amount}
    draft.change += amount
    settled(draft)


def _output_of_no_address(draft: Draft) -> None:
    draft.outputs.append(output(b"\x62" + BOB.key_hash, 5 * ADA))


def _output_with_an_endless_pointer(draft: Draft) -> None:
    draft.outputs.append(output(b"\x40" + BOB.key_hash + b"\x81" * 6 + b"\x01\x01\x01", 5 * ADA))


def _negative_tokens(draft: Draft) -> None:
    draft.outputs.append(output(BOB.address, [5 * ADA, {NATIVE_POLICY: {b"": -1}}]))


def _script_twice(draft: Draft) -> None:
    draft.witnesses[V3_SCRIPTS] = [ALWAYS_TRUE[3]] * 2


def _nothing(_draft: Draft) -> None:
    pass


SPOILERS: list[Callable[[Draft], None]] = [
    _spoil_fee,
    _least_fee,
    _less_than_the_least_fee,
    _least_ada,
    _less_than_the_least_ada,
    _spoil_balance,
    _spoil_min_ada,
    _spoil_signature,
    _add_signer,
    _spoil_named_signer,
    _too_early,
    _too_late,
    _ends_at_once,
    _wrong_network,
    _output_on_mainnet,
    _spoil_metadata_hash,
    _metadata_hash_alone,
    _long_metadata,
    _unknown_input,
    _unknown_reference,
    _reads_what_it_spends,
    _input_twice,
    _no_inputs,
    _large_value,
    _mint_without_script,
    _mint_of_nobody,
    _script_that_nobody_needs,
    _datum_that_nobody_needs,
    _no_datum,
    _no_redeemers,
    _redeemer_too_many,
    _few_units,
    _many_units,
    _spoil_integrity_hash,
    _no_collateral,
    _collateral_with_tokens,
    _collateral_of_a_script,
    _small_collateral,
    _spoil_total_collateral,
    _four_collaterals,
    _claims_to_fail,
    _fails,
    _fails_and_says_so,
    _never_ends,
    _deregisters_nobody,
    _wrong_deposit,
    _registers_twice,
    _withdraws_nothing,
    _unspendable,
    _bad_reference_script,
    _script_of_another_language,
    _poor_collateral_return,
    _unknown_collateral,
    _wrong_treasury,
    _donates_nothing,
    _mints_nothing,
    _mints_too_much,
    _unknown_pool,
    _unknown_representative,
    _wrong_refund,
    _retires_nobody,
    _withdraws_too_little,
    _withdraws_all,
    _output_of_no_address,
    _output_with_an_endless_pointer,
    _negative_tokens,
    _script_twice,
]


@st.composite
def cases(draw: Draw, spoiler: Callable[[Draft], None]) -> Case:
    """A valid transaction, then spoiled, and now and then with a byte changed as well."""
    draft = settled(draw(valid_drafts()))
    spoiler(draft)
    transaction = draft.finish()
    if draw(st.integers(0, 19)) == 0:
        place = draw(st.integers(0, len(transaction) - 1))
        changed = transaction[place] ^ draw(st.integers(1, 255))
        transaction = transaction[:place] + bytes([changed]) + transaction[place + 1 :]
        return Case(transaction, f"{spoiler.__name__}, byte {place} changed")
    return Case(transaction, spoiler.__name__)


def unspoiled() -> st.SearchStrategy[Case]:
    """A transaction that the ledger takes."""
    return cases(_nothing)


def utxo_bytes(utxo: Any) -> bytes:
    """A UTxO set as the CBOR of a map from input to output."""
    return cbor2.dumps({(ref.transaction_id, ref.index): out for ref, out in utxo.items()})
