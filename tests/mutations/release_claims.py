"""Mutations 31 to 54a: claims, time, references, and what else runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from milestone_core.domain.chain import AssetId, Value
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.transactions.draft import Layout

from .actions import RELEASE, RELEASE_OBSERVED
from .case import Case, Entries, Target
from .mutation import NO_ELEMENT, NOT_SUCH_DATA, Change, mutation
from .output import Out, with_field
from .scripts import FOREIGN, OTHER_OBSERVER, OWNERS_SCRIPT
from .worlds import released

ALONE = ("only_the_observer_runs_too", "the_observer_withdraws")
EVIDENCE = b"\x66" * 32


def spend(case: Case) -> Target:
    return "spend", case.named["vault"]


def field(index: int, value: Any) -> Change:
    """Another field in the redeemer."""
    return lambda case, _: case.redeemer(spend(case), lambda data: with_field(data, index, value))


def claiming(case: Case, *claims: tuple[Data, Data]) -> Case:
    return case.redeemer(spend(case), lambda data: with_field(data, 2, Entries(*claims)))


def everything_due(case: Case) -> Case:
    """The same with every milestone proven and every step vested."""
    latest = max(vesting.end for vesting in case.facts.plan.vestings) + 1
    proven: list[Data] = [
        with_field(milestone, 1, EVIDENCE) for milestone in case.utxo("programme").fields[0]
    ]
    case = case.existing("programme", lambda out: out.saying(0, proven))
    return replace(case, lower=latest, upper=latest + 1000)


def paid(case: Case, row: int, before: int, after: int) -> int:
    """What the formula makes of any two counts, sensible or not."""
    plan = case.facts.plan
    amount, count = plan.rows[row].amount, plan.vesting(row).count
    return int(amount * after // count - amount * before // count)


def honoured(case: Case, row: int, before: int, after: int) -> Case | None:
    """Payout and vault as if ``row`` were claimed up to ``after`` rather than ``before``.

    None where its payee gets nothing here, or there is not enough for that.
    """
    asset, payees = case.facts.plan.asset, case.facts.payees
    address = case.facts.plan.rows[row].address
    if address not in payees or not 0 <= after <= 255:
        return None
    due = paid(case, row, before, after)
    place = 1 + payees.index(address)
    left = case.outputs[0].value.quantity(asset) - due
    if left < 0 or case.outputs[place].value.quantity(asset) + due < 1_000_000:
        return None
    claimed = bytearray(case.outputs[0].fields[1])
    claimed[row] = after
    case = case.output(0, lambda out: out.holding(Value.of(asset, -due)).saying(1, bytes(claimed)))
    return case.output(place, lambda out: out.holding(Value.of(asset, due)))


def with_claim(case: Case, row: int, steps: int) -> list[tuple[int, int]]:
    claims: dict[int, int] = dict(case.facts.claims)
    return sorted({**claims, row: steps}.items())


@mutation(RELEASE, "31 row of another address", "payout_as_due")
def _row_of_another(case: Case, _: Random) -> Case | None:
    facts = replace(case.facts, claims=case.facts.claims[:1])
    case = released(facts, case.contract)
    for row, before in enumerate(facts.claimed):
        is_another = facts.plan.rows[row].address not in facts.payees
        payee = facts.plan.addresses[facts.plan.rows[row].address]
        is_unpaid = before < facts.plan.vesting(row).count
        if is_another and is_unpaid and bytes(payee) != case.outputs[1].address:
            return claiming(everything_due(case), (row, before + 1))
    return None


@mutation(RELEASE, "32 row out of range", NO_ELEMENT)
def _row_out_of_range(case: Case, rng: Random) -> Case:
    row = len(case.facts.plan.rows) + rng.choice([0, 1, 7, 8, 255])
    return claiming(case, *case.facts.claims, (row, 1))


@mutation(RELEASE, "32 row negative", NO_ELEMENT)
def _row_negative(case: Case, rng: Random) -> Case:
    return claiming(case, (-rng.randint(1, 9), 1), *case.facts.claims)


@mutation(RELEASE, "33 row twice with the same count", "more_than_before")
def _row_twice(case: Case, rng: Random) -> Case:
    claims = list(case.facts.claims)
    place = rng.randrange(len(claims))
    return claiming(case, *claims[: place + 1], *claims[place:])


@mutation(RELEASE, "34 claims descending", NO_ELEMENT)
def _descending(case: Case, _: Random) -> Case | None:
    if len(case.facts.claims) < 2:
        return None
    kept, *payouts = case.outputs
    claims = reversed(case.facts.claims)
    return claiming(replace(case, outputs=(kept, *reversed(payouts))), *claims)


def _more_claims(case: Case, rng: Random, less: int) -> Case | None:
    """One more claim, honoured in full, of a row that has been paid as far before."""
    claimed = {row for row, _ in case.facts.claims}
    rows = [row for row in range(len(case.facts.claimed)) if row not in claimed]
    rng.shuffle(rows)
    for row in rows:
        before = case.facts.claimed[row]
        changed = honoured(everything_due(case), row, before, before - less)
        if changed is not None:
            return claiming(changed, *with_claim(case, row, before - less))
    return None


mutation(RELEASE, "35 count unchanged", "more_than_before")(
    lambda case, rng: _more_claims(case, rng, 0)
)
mutation(RELEASE, "36 count lowered", "more_than_before")(
    lambda case, rng: _more_claims(case, rng, 1)
)


def _further(case: Case, row: int, steps: int) -> Case | None:
    """A claim that goes further, honoured in full."""
    changed = honoured(case, row, dict(case.facts.claims)[row], steps)
    return None if changed is None else claiming(changed, *with_claim(case, row, steps))


@mutation(RELEASE, "37 one step more than vested", "vested")
def _not_vested(case: Case, rng: Random) -> Case | None:
    plan, now = case.facts.plan, case.facts.now
    for row, steps in rng.sample(case.facts.claims, len(case.facts.claims)):
        vesting = plan.vesting(row)
        if steps < vesting.count:
            # One millisecond before the step, and after all that is claimed beside.
            last = vesting.step_at(steps + 1) - 1
            changed = _further(case, row, steps + 1)
            if changed is not None and last >= now:
                return replace(changed, lower=last, upper=last + 1000)
    return None


@mutation(RELEASE, "38 more steps than there are", "not_more_than_all")
def _more_than_all(case: Case, rng: Random) -> Case | None:
    for row, _ in rng.sample(case.facts.claims, len(case.facts.claims)):
        count = case.facts.plan.vesting(row).count
        changed = _further(everything_due(case), row, count + 1)
        if changed is not None:
            # When the step beyond the last would have vested, and everything claimed beside has.
            late = max(changed.lower, case.facts.plan.vesting(row).step_at(count + 1))
            return replace(changed, lower=late, upper=late + 1)
    return None


@mutation(RELEASE, "39 no claims", "payout_as_due")
def _no_claims(case: Case, _: Random) -> Case:
    same = case.utxo("vault")
    return claiming(replace(case, outputs=(same,)))


@mutation(RELEASE, "39 no claims, and no payout", ("payout_as_due"))
def _no_claims_and_payouts(case: Case, _: Random) -> Case:
    same = replace(case.utxo("vault"), datum=None)
    return claiming(replace(case, outputs=(same,)))


@mutation(RELEASE, "40 lower bound infinite", NO_ELEMENT)
def _no_lower_bound(case: Case, _: Random) -> Case:
    return replace(case, lower=None)


@mutation(RELEASE, "41 one millisecond before the step", "vested")
def _too_early(case: Case, _: Random) -> Case:
    plan = case.facts.plan
    latest = max(plan.vesting(row).step_at(steps) for row, steps in case.facts.claims)
    return replace(case, lower=latest - 1)


# References ---------------------------------------------------------------------------------------


def _other(case: Case, name: str, change: Callable[[Out], Out], place: int) -> Case:
    """A look-alike read instead: field ``place`` of the redeemer points to it."""
    reference = case.facts.plan.reference("another " + name)
    case = case.reading(reference, change(case.utxo(name)))
    make = case.redeemers[spend(case)]

    def pointing(layout: Layout) -> Data:
        return with_field(make(layout), place, layout.reference_index(reference))

    return replace(case, redeemers={**case.redeemers, spend(case): pointing})


def renamed(policy: bytes) -> Callable[[Out], Out]:
    """The same output with another token of the policy."""

    def change(out: Out) -> Out:
        [token] = [asset for asset in out.value.assets if asset.policy == policy]
        return out.holding(Value(0, {token: -1, AssetId(policy, b"\x12" * 32): 1}))

    return change


def without(policy: bytes) -> Callable[[Out], Out]:
    """The same output without the policy's token."""

    def change(out: Out) -> Out:
        [token] = [asset for asset in out.value.assets if asset.policy == policy]
        return out.holding(Value(0, {token: -1}))

    return change


@mutation(RELEASE, "42 schedule of another distribution", "schedule_of_the_vault")
def _other_schedule(case: Case, _: Random) -> Case:
    return _other(case, "schedule", renamed(case.contract.registry.hash), 0)


@mutation(RELEASE, "43 schedule without token", NO_ELEMENT)
def _forged_schedule(case: Case, _: Random) -> Case:
    return _other(case, "schedule", without(case.contract.registry.hash), 0)


@mutation(RELEASE, "44 programme of another name", "programme_of_the_schedule")
def _other_programme(case: Case, _: Random) -> Case:
    return _other(case, "programme", renamed(case.contract.programme.hash), 1)


@mutation(RELEASE, "45 programme without token", NO_ELEMENT)
def _forged_programme(case: Case, _: Random) -> Case:
    return _other(case, "programme", without(case.contract.programme.hash), 1)


@mutation(RELEASE, "46 milestone not proven", "milestone_proven")
def _not_proven(case: Case, rng: Random) -> Case:
    row, _ = rng.choice(case.facts.claims)
    milestone = case.facts.plan.rows[row].milestone
    milestones = list(case.utxo("programme").fields[0])
    milestones[milestone] = with_field(milestones[milestone], 1, bytes(32))
    return case.existing("programme", lambda out: out.saying(0, milestones))


@mutation(RELEASE, "47 indices swapped", NO_ELEMENT)
def _indices_swapped(case: Case, _: Random) -> Case:
    def swap(data: Any) -> Data:
        schedule, programme, claims = data.fields
        return Constr(0, [programme, schedule, claims])

    return case.redeemer(spend(case), swap)


for _place, _what in enumerate(("schedule", "programme")):
    mutation(RELEASE, f"47 index of the {_what} out of range", NO_ELEMENT)(field(_place, 3))
    mutation(RELEASE, f"47 index of the {_what} negative", NO_ELEMENT)(field(_place, -1))


# What else runs -----------------------------------------------------------------------------------


@mutation(RELEASE, "48 second vault", ALONE)
def _second_vault(case: Case, _: Random) -> Case:
    """Of another distribution, which is to be content with the same payouts."""
    plan, rename = case.facts.plan, renamed(case.contract.registry.hash)
    schedule, vault = plan.reference("second schedule"), plan.reference("second vault")
    case = case.reading(schedule, rename(case.utxo("schedule")))
    make = case.redeemers[spend(case)]

    def pointing(layout: Layout) -> Data:
        return with_field(make(layout), 0, layout.reference_index(schedule))

    return case.spending(vault, rename(case.utxo("vault")), pointing)


@mutation(RELEASE, "49 foreign Plutus input", ALONE)
def _foreign_input(case: Case, _: Random) -> Case:
    out = Out(bytes(FOREIGN.address), Value(5_000_000), datum=0)
    return case.spending(case.facts.plan.reference("foreign"), out, lambda _: 0)


@mutation(RELEASE, "49 foreign withdrawal", ALONE)
def _foreign_withdrawal(case: Case, _: Random) -> Case:
    return case.withdrawing(FOREIGN.hash)


@mutation(RELEASE, "49 foreign certificate", ALONE)
def _foreign_certificate(case: Case, _: Random) -> Case:
    certificate = [7, [1, FOREIGN.hash], 2_000_000]
    redeemers: Any = {**case.redeemers, ("publish", 0): lambda _: 0}
    return replace(case, certificates=(certificate,), redeemers=redeemers)


@mutation(RELEASE, "50 Plutus mint", ALONE)
def _mint(case: Case, rng: Random) -> Case:
    return case.minting(AssetId(FOREIGN.hash, b"new"), rng.randint(1, 9), lambda _: 0)


@mutation(RELEASE, "50 Plutus burn", ALONE)
def _burn(case: Case, rng: Random) -> Case:
    return case.minting(AssetId(FOREIGN.hash, b"old"), -rng.randint(1, 9), lambda _: 0)


def _unobserved(case: Case) -> Case:
    redeemers = {t: make for t, make in case.redeemers.items() if t[0] != "withdraw"}
    return replace(case, withdrawals={}, redeemers=redeemers)


@mutation(RELEASE_OBSERVED, "51 observer missing", NO_ELEMENT)
def _observer_missing(case: Case, _: Random) -> Case:
    return _unobserved(case)


@mutation(RELEASE_OBSERVED, "51 another's withdrawal instead of the observer's", ALONE)
def _another_observer(case: Case, _: Random) -> Case:
    return _unobserved(case).withdrawing(OTHER_OBSERVER.hash)


@mutation(RELEASE_OBSERVED, "51 a native script's withdrawal instead", NO_ELEMENT)
def _native_observer(case: Case, _: Random) -> Case:
    """It has no redeemer."""
    observer = OWNERS_SCRIPT.hash
    case = replace(_unobserved(case), accounts=frozenset({observer}))
    return replace(case, withdrawals={b"\xf0" + observer: 0})


@mutation(RELEASE, "52 close without a burn", "both_tokens_burned")
def _close(case: Case, rng: Random) -> Case:
    return case.redeemer(spend(case), lambda _: Constr(rng.choice([1, 2, 7])))


@mutation(RELEASE, "53 redeemer without claims", NO_ELEMENT)
def _shorter_redeemer(case: Case, _: Random) -> Case:
    return case.redeemer(spend(case), lambda data: Constr(0, data.fields[:2]))


@mutation(RELEASE, "53 claims as a list", NOT_SUCH_DATA)
def _claims_as_a_list(case: Case, _: Random) -> Case:
    claims: list[Data] = [Constr(0, [row, steps]) for row, steps in case.facts.claims]
    return case.redeemer(spend(case), lambda data: with_field(data, 2, claims))


@mutation(RELEASE, "53 redeemer is a number", NOT_SUCH_DATA)
def _number(case: Case, _: Random) -> Case:
    return case.redeemer(spend(case), lambda _: 0)


@mutation(RELEASE, "54a input without datum", NO_ELEMENT)
def _no_datum(case: Case, _: Random) -> Case:
    return case.existing("vault", lambda out: replace(out, datum=None))
