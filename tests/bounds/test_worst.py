"""The worst that the contract accepts, found by search, can be attested, released from, cancelled
and closed within 80 % of a transaction's limits.

Whoever registers may fill a transaction to its very limits; what he registers must leave room.

The dearest shapes known are tried in every run, and a few random ones; ``make worst`` searches for
hours if told to.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings, target
from hypothesis import strategies as st

from bare import bare
from milestone_core.domain.chain import ADA, AssetId, Output
from milestone_core.domain.distribution import Page, Programme, Row
from milestone_core.domain.release import Claim
from milestone_core.domain.vesting import Vesting
from milestone_core.errors import ScriptRefused
from milestone_core.onchain import datums, plutus_data
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.onchain.sig_structure import cancel_payload, rotate_payload, sig_structure
from milestone_core.services.release import MAX_CLAIMS
from milestone_core.transactions.draft import Draft, ScriptInput
from milestone_core.transactions.reclaim import Ground
from workbench import (
    DAY,
    EXPIRY,
    LIFETIME,
    NOW,
    Promise,
    Workbench,
    base_address,
    proven,
    signing_key,
)

BENCH = Workbench()
EXAMPLES = int(os.environ.get("EXAMPLES", "5"))
SHARE = 0.8
LEAST_UNBALANCED, UNBALANCED = 300, 450
"""Bytes that a transaction lacks without fee, change, collateral and signature: no transaction
lacks less than the one, ours lack no more than the other."""

MILESTONES = [bytes([number]) * 32 for number in range(32)]
ORACLES = [signing_key(number) for number in range(100, 116)]
LONGEST_HEADER = bytes(255)


class Shape(NamedTuple):
    """Pages of one kind of rows, as many as registration takes.

    ``each`` rows are one beneficiary's; every row has the last vesting and milestone.
    """

    each: int
    with_stake: bool
    vestings: int
    milestones: int
    amount_bits: int
    asset: AssetId

    def page(self, rows: int) -> Page:
        least = 255 * (1_100_000 if self.asset.is_ada else 1)
        amount = max(2**self.amount_bits, least)
        people = range((rows - 1) // self.each + 1)
        addresses = [
            base_address(n) if self.with_stake else replace(base_address(n), stake=None)
            for n in people
        ]
        return BENCH.page(
            (
                Row(row // self.each, self.milestones - 1, self.vestings - 1, amount)
                for row in range(rows)
            ),
            addresses,
            [Vesting(NOW - (n + 2) * DAY, 1, 255) for n in range(self.vestings)],
            self.asset,
        )

    def programme(self) -> Programme:
        return BENCH.programme(MILESTONES[: self.milestones], [o.hash for o in ORACLES])


SHAPES = st.builds(
    Shape,
    each=st.integers(1, 8) | st.integers(1, 1_000),
    with_stake=st.booleans(),
    vestings=st.integers(1, 16),
    milestones=st.integers(1, 32),
    amount_bits=st.integers(0, 50),
    asset=st.sampled_from([ADA, AssetId(b"\x00" * 28, b""), AssetId(b"\xff" * 28, b"N" * 32)]),
)


class Load(NamedTuple):
    """Bytes, memory and steps."""

    size: float
    memory: float
    steps: float

    def over(self, divisor: Load) -> Load:
        return Load(*(mine / theirs for mine, theirs in zip(self, divisor, strict=True)))


_MAX, _MAX_UNITS = BENCH.ledger.parameters, BENCH.ledger.parameters.max_units
LIMITS = Load(_MAX.max_transaction_size, _MAX_UNITS.memory, _MAX_UNITS.steps)
BEYOND = Load(2, 2, 2)


def parts(draft: Draft, unbalanced: int = UNBALANCED) -> Load:
    """The parts of the limits that a transaction takes; twice them if it is beyond them."""
    transaction = bare(draft)
    size = len(transaction) + unbalanced
    if size > LIMITS.size:
        return BEYOND
    try:
        units = [answer.units for answer in BENCH.ledger.evaluate(transaction)]
    except ScriptRefused as refusal:
        if "budget" in str(refusal.details):
            return BEYOND
        raise
    return Load(size, sum(u.memory for u in units), sum(u.steps for u in units)).over(LIMITS)


def share(draft: Draft) -> float:
    """The part of the limits that a transaction takes, of the scarcest."""
    return max(parts(draft))


def too_large(shape: Shape) -> Page:
    """A page that has a few rows more than the largest of its shape that can be registered.

    What can be done with it can be done with all that can be. Each row adds about the same, so two
    small pages tell where that is: trying all sizes would take a minute.
    """

    def registering(rows: int) -> Load:
        promise = BENCH.lay(shape.programme(), shape.page(rows))
        return parts(BENCH.register(promise), LEAST_UNBALANCED)

    each = min(shape.each, 100)
    few = each * -(-40 // each)
    small, larger = registering(few), registering(2 * few)
    rows = min(
        int(few + few * (1 - one) / (two - one)) for one, two in zip(small, larger, strict=True)
    )
    while True:
        rows += rows // 100 + 1
        if max(registering(rows)) > 1:
            return shape.page(rows)


def worst(shape: Shape) -> dict[str, float]:
    """What its transactions take, the last row being the one that is farthest to walk to."""
    page, programme = too_large(shape), proven(shape.programme())
    rows = range(len(page.rows))
    fresh = BENCH.lay(programme, page)
    paid = BENCH.lay(programme, page, [255] * len(rows))
    unproven = BENCH.lay(replace(shape.programme(), cancelled=True), page)
    batch = [Claim(row, 255) for row in rows[-MAX_CLAIMS:]]
    spread = [Claim(row, 255) for row in rows[:: max(1, len(rows) // MAX_CLAIMS)]][:MAX_CLAIMS]
    return {
        "one claim": share(BENCH.release(fresh, [Claim(rows[-1], 255)])),
        "a full batch": share(BENCH.release(fresh, batch)),
        "a batch from all over": share(BENCH.release(fresh, spread)),
        "closed as paid": share(BENCH.close(paid, Ground.FULLY_CLAIMED, EXPIRY + 1)),
        "closed as not owed": share(BENCH.close(unproven, Ground.NOTHING_OWED, EXPIRY + 1)),
    }


EXTREMES = {
    "most rows": Shape(1_500, False, 1, 1, 0, AssetId(b"\x00" * 28, b"")),
    "most vestings": Shape(1_500, True, 16, 32, 50, AssetId(b"\xff" * 28, b"N" * 32)),
    "most beneficiaries": Shape(1, False, 16, 32, 0, ADA),
    "longest addresses": Shape(1, True, 16, 32, 50, AssetId(b"\xff" * 28, b"N" * 32)),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", EXTREMES.values(), ids=EXTREMES)
def test_an_extreme_page_can_be_paid_and_closed(shape: Shape) -> None:
    taken = worst(shape)
    assert max(taken.values()) <= SHARE, taken


@pytest.mark.slow
@pytest.mark.timeout(120 + 30 * EXAMPLES)
def test_no_page_that_can_be_registered_is_too_dear_to_pay_or_close() -> None:
    """Hypothesis climbs towards the dearest, if it has the time to."""

    @settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate, Phase.target])
    @given(SHAPES)
    def check(shape: Shape) -> None:
        taken = worst(shape)
        for action, part in taken.items():
            target(part, label=action)
        assert max(taken.values()) <= SHARE, taken

    check()


# The worst programme: the most milestones with the longest ids, the most oracles, all of whom must
# sign, with the longest headers.


def _promise() -> Promise:
    shape = EXTREMES["longest addresses"]
    return BENCH.lay(shape.programme(), shape.page(1))


def _signatures(payload: bytes) -> Data:
    message = sig_structure(LONGEST_HEADER, payload)
    return [
        Constr(0, [index, oracle.verification_key, LONGEST_HEADER, oracle.sign(message)])
        for index, oracle in enumerate(ORACLES)
    ]


def _by_quorum(promise: Promise, redeemer: Data, after: Programme) -> Draft:
    utxo = promise.programme_utxo
    kept = Output(
        utxo.output.address,
        utxo.output.value,
        datum=plutus_data.encode(datums.programme_data(after)),
    )
    return Draft(
        outputs=(kept,),
        script_inputs=(ScriptInput(utxo, lambda _: redeemer, "the quorum's action"),),
        wallet_inputs=(BENCH.purse,),
        reference_inputs=(BENCH.scripts["programme"],),
        valid_until=NOW + LIFETIME,
    )


def attested() -> Draft:
    return BENCH.attest(_promise(), [31], ORACLES, LONGEST_HEADER)


def cancelled() -> Draft:
    promise = _promise()
    signed = _signatures(cancel_payload(promise.page.programme, 0))
    after = replace(promise.programme, cancelled=True)
    return _by_quorum(promise, Constr(2, [signed]), after)


def rotated() -> Draft:
    promise = _promise()
    oracles = [signing_key(number).hash for number in range(200, 216)]
    signed = _signatures(rotate_payload(promise.page.programme, 0, 16, oracles))
    after = replace(promise.programme, oracles=tuple(oracles), round=1)
    return _by_quorum(promise, Constr(1, [list(oracles), 16, signed]), after)


def started() -> Draft:
    promise = _promise()
    return BENCH.start(promise.programme, promise.page)


@pytest.mark.parametrize("build", [started, attested, cancelled, rotated])
def test_the_worst_programme_is_within_the_share(build: Callable[[], Draft]) -> None:
    assert share(build()) <= SHARE
