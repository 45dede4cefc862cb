"""Valid transactions of all kinds, for the differential test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cbor2
from hypothesis import strategies as st

from .fields import (
    AFTER,
    BEFORE,
    CERTIFICATES,
    COLLATERAL,
    COLLATERAL_RETURN,
    DATUMS,
    DONATION,
    MINT,
    MINTING,
    NATIVE_SCRIPTS,
    NETWORK,
    REFERENCES,
    SIGNERS,
    SPEND,
    TOTAL_COLLATERAL,
    V1_SCRIPTS,
    V2_SCRIPTS,
    V3_SCRIPTS,
    WITHDRAWALS,
    WITHDRAWING,
)
from .world import (
    ADA,
    ALICE,
    ALWAYS_TRUE,
    BOB,
    BOBS,
    DATUM,
    DATUM_HASH,
    LIBRARY,
    LOCKED,
    LOCKED_BARE,
    LOCKED_BY_HASH,
    MORE_MONEY,
    NATIVE,
    NATIVE_LOCKED,
    OLD_BARE,
    SLOT,
    TOKENS,
    TRUE,
    UNIT,
    UNITS,
    V1_LOCKED,
    V2_LOCKED,
    Draft,
    output,
    script_address,
    script_hash,
)

NATIVE_POLICY = script_hash(NATIVE, 0)
ACCOUNT, REWARDS = b"\xf0" + TRUE, 3 * ADA
"""The account of a script, which both ledgers know, and what it holds."""
_ADDRESSES = [
    ALICE.address,
    BOB.address,
    script_address(TRUE),
    b"\x00" + BOB.key_hash + ALICE.key_hash,
    b"\x30" + TRUE + NATIVE_POLICY,
    b"\x40" + BOB.key_hash + bytes.fromhex("8100830002"),
]

Draw = Callable[[st.SearchStrategy[Any]], Any]


def _values() -> st.SearchStrategy[int]:
    return st.integers(2 * ADA, 20 * ADA)


@st.composite
def outputs(draw: Draw) -> dict[int, Any]:
    """An output with lovelace and perhaps a datum or a reference script."""
    address = draw(st.sampled_from(_ADDRESSES))
    more = draw(
        st.sampled_from(
            [
                {},
                {"datum": DATUM},
                {"datum": [1, b"bytes", {2: []}]},
                {"datum_hash": DATUM_HASH},
                {"script": (3, ALWAYS_TRUE[3])},
                {"script": (0, NATIVE)},
                {"script": (2, ALWAYS_TRUE[2]), "datum": DATUM},
            ]
        )
    )
    return output(address, draw(_values()), **more)


@st.composite
def valid_drafts(draw: Draw) -> Draft:
    """A transaction that the ledger takes."""
    draft = Draft(
        outputs=draw(st.lists(outputs(), max_size=3)), fee=draw(st.integers(10**6, 6 * ADA))
    )
    for extend in draw(st.lists(st.sampled_from(_EXTENSIONS), unique=True, max_size=5)):
        extend(draft, draw)
    if _old_languages(draft):
        _leave_out_what_old_scripts_do_not_know(draft)
    return draft


def _old_languages(draft: Draft) -> set[int]:
    return {1, 2} & set(draft.languages)


def _leave_out_what_old_scripts_do_not_know(draft: Draft) -> None:
    draft.change += draft.body.pop(DONATION, 0)
    for number, certificate in enumerate(draft.body.get(CERTIFICATES, [])):
        if certificate[0] == 12:
            draft.body[CERTIFICATES][number] = [7, certificate[1], certificate[3]]
    if 1 in draft.languages:
        draft.outputs = [out for out in draft.outputs if out.get(2, [0])[0] == 0]
        draft.inputs = [LOCKED_BARE if ref == LOCKED else ref for ref in draft.inputs]


def _more_inputs(draft: Draft, draw: Draw) -> None:
    wanted = draw(st.lists(st.sampled_from([TOKENS, BOBS]), unique=True))
    draft.inputs += wanted
    if BOBS in wanted:
        draft.signers.append(BOB)


def _validity(draft: Draft, draw: Draw) -> None:
    draft.body[BEFORE] = SLOT - draw(st.integers(0, SLOT))
    draft.body[AFTER] = SLOT + draw(st.integers(1, 10_000))


def _metadata(draft: Draft, draw: Draw) -> None:
    value = st.integers(-(2**63), 2**63) | st.text(max_size=16) | st.binary(max_size=64)
    labels = draw(st.dictionaries(st.integers(0, 2**64 - 1), value, max_size=3))
    tagged = draw(st.booleans())
    draft.auxiliary_data = cbor2.dumps(cbor2.CBORTag(259, {0: labels}) if tagged else labels)


def _named_signer(draft: Draft, _draw: Draw) -> None:
    draft.body[SIGNERS] = [ALICE.key_hash]


def _network(draft: Draft, _draw: Draw) -> None:
    draft.body[NETWORK] = 0


def _native_mint(draft: Draft, draw: Draw) -> None:
    name = draw(st.binary(max_size=32))
    draft.body.setdefault(MINT, {})[NATIVE_POLICY] = {name: draw(st.integers(1, 2**62))}
    draft.witnesses.setdefault(NATIVE_SCRIPTS, [cbor2.loads(NATIVE)])


def _native_spend(draft: Draft, _draw: Draw) -> None:
    draft.inputs.append(NATIVE_LOCKED)
    draft.witnesses.setdefault(NATIVE_SCRIPTS, [cbor2.loads(NATIVE)])


def _registration(draft: Draft, draw: Draw) -> None:
    credential = [0, ALICE.key_hash]
    deposit = 2 * ADA
    kinds = [[0, credential], [7, credential, deposit], [12, credential, [2], deposit]]
    draft.body[CERTIFICATES] = [draw(st.sampled_from(kinds))]
    if draw(st.booleans()):
        draft.body[CERTIFICATES].append([8, credential, deposit])
    else:
        draft.change -= deposit


def _donation(draft: Draft, draw: Draw) -> None:
    draft.body[DONATION] = draw(st.integers(1, ADA))
    draft.change -= draft.body[DONATION]


def _script_withdrawal(draft: Draft, draw: Draw) -> None:
    draft.body[WITHDRAWALS] = {ACCOUNT: REWARDS}
    draft.change += REWARDS
    _run_true(draft, draw)


def _old_script_spend(draft: Draft, draw: Draw) -> None:
    """Plutus V1 or V2, which see no donation, no vote and, V1, no inline datum."""
    language = draw(st.sampled_from([1, 2]))
    draft.inputs.append({1: V1_LOCKED, 2: V2_LOCKED}[language])
    draft.witnesses[{1: V1_SCRIPTS, 2: V2_SCRIPTS}[language]] = [ALWAYS_TRUE[language]]
    if language == 1:
        draft.witnesses[DATUMS] = [DATUM]
    draft.body.setdefault(COLLATERAL, [[*MORE_MONEY]])
    draft.languages = (*draft.languages, language)


def _reference_input(draft: Draft, _draw: Draw) -> None:
    draft.body.setdefault(REFERENCES, []).append([*OLD_BARE])


def _script_spend(draft: Draft, draw: Draw) -> None:
    locked = draw(st.sampled_from([LOCKED, LOCKED_BARE, LOCKED_BY_HASH]))
    draft.inputs.append(locked)
    if locked is LOCKED_BY_HASH:
        draft.witnesses[DATUMS] = [DATUM]
    _run_true(draft, draw)


def _script_mint(draft: Draft, draw: Draw) -> None:
    draft.body.setdefault(MINT, {})[TRUE] = {b"made": draw(st.integers(1, 1000))}
    _run_true(draft, draw)


def _run_true(draft: Draft, draw: Draw) -> None:
    """Provide the script, once: in a witness or in an output that is referenced."""
    draft.languages = (*draft.languages, 3)
    references = draft.body.setdefault(REFERENCES, [])
    if V3_SCRIPTS not in draft.witnesses and [*LIBRARY] not in references:
        if draw(st.booleans()):
            draft.witnesses[V3_SCRIPTS] = [ALWAYS_TRUE[3]]
        else:
            references.append([*LIBRARY])
    if not references:
        del draft.body[REFERENCES]
    draft.body.setdefault(COLLATERAL, [[*MORE_MONEY]])


def _collateral_is_told(draft: Draft, draw: Draw) -> None:
    total = 2 * draft.fee
    if total > 9 * ADA:
        return
    draft.body[COLLATERAL] = [[*MORE_MONEY]]
    draft.body[COLLATERAL_RETURN] = output(ALICE.address, 10 * ADA - total)
    if draw(st.booleans()):
        draft.body[TOTAL_COLLATERAL] = total


_EXTENSIONS: list[Callable[[Draft, Draw], None]] = [
    _more_inputs,
    _validity,
    _metadata,
    _named_signer,
    _network,
    _native_mint,
    _native_spend,
    _registration,
    _reference_input,
    _script_spend,
    _script_mint,
    _script_withdrawal,
    _old_script_spend,
    _donation,
    _collateral_is_told,
]


def settled(draft: Draft) -> Draft:
    """The draft with a redeemer for each script, at the index that it has in the end."""
    inputs = sorted(draft.inputs)
    if ACCOUNT in draft.body.get(WITHDRAWALS, {}):
        draft.redeemers[WITHDRAWING, 0] = (UNIT, UNITS)
    for locked in (LOCKED, LOCKED_BARE, LOCKED_BY_HASH, V1_LOCKED, V2_LOCKED):
        if locked in inputs:
            draft.redeemers[SPEND, inputs.index(locked)] = (UNIT, UNITS)
    policies = sorted(draft.body.get(MINT, {}))
    if TRUE in policies:
        draft.redeemers[MINTING, policies.index(TRUE)] = (UNIT, UNITS)
    return draft
