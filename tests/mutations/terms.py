"""Registering a page: every bound of its schedule, and what it promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from milestone_core.domain.chain import AssetId, Value
from milestone_core.onchain.plutus_data import Constr, Data

from .actions import REGISTER, REGISTER_ADA, REGISTER_TOKEN
from .case import Case
from .mutation import NO_BYTE, NOT_A_BYTE, Change, Reason, mutation
from .output import Out, with_field
from .plans import DAY, Plan
from .release_outputs import JUNK

(
    REGISTRY,
    ROWS,
    ADDRESSES,
    VESTINGS,
    PROGRAMME_POLICY,
    PROGRAMME_NAME,
    ASSET_POLICY,
    ASSET_NAME,
    OBSERVER,
    OWNER,
    EXPIRY,
    DOCUMENT,
) = range(12)
SCHEDULE, VAULT = 0, 1
EXACTLY = "vault_holds_exactly_the_promises"
LEAST_STEP = {True: 1_100_000, False: 1}
Schedule = Callable[[Case], Case | None]


def some(*fields: Data) -> Constr:
    return Constr(0, list(fields))


def schedule(index: int, change: Callable[[Any, Plan], Data | None]) -> Change:
    """Another field in the schedule."""

    def apply(case: Case, _: Random) -> Case | None:
        changed = change(case.outputs[SCHEDULE].fields[index], case.facts)
        if changed is None:
            return None
        return case.output(SCHEDULE, lambda out: out.saying(index, changed))

    return apply


def row(change: Callable[[Any, Plan], Data]) -> Change:
    """One row changed."""

    def apply(case: Case, rng: Random) -> Case:
        rows = list(case.outputs[SCHEDULE].fields[ROWS])
        place = rng.randrange(len(rows))
        rows[place] = change(rows[place], case.facts)
        return case.output(SCHEDULE, lambda out: out.saying(ROWS, rows))

    return apply


def vesting(change: Callable[[Any, Plan], Data]) -> Change:
    """One vesting changed."""

    def apply(case: Case, rng: Random) -> Case:
        table = list(case.outputs[SCHEDULE].fields[VESTINGS])
        place = rng.randrange(len(table))
        table[place] = change(table[place], case.facts)
        return case.output(SCHEDULE, lambda out: out.saying(VESTINGS, table))

    return apply


def address(change: Callable[[Any, Case], Data]) -> Change:
    """One address of the table changed."""

    def apply(case: Case, rng: Random) -> Case:
        table = list(case.outputs[SCHEDULE].fields[ADDRESSES])
        place = rng.randrange(len(table))
        table[place] = change(table[place], case)
        return case.output(SCHEDULE, lambda out: out.saying(ADDRESSES, table))

    return apply


def many_steps(number: int) -> Change:
    """A vesting of so many steps, with rows that are large enough for them."""
    change = vesting(lambda *_: some(0, 1, number))

    def apply(case: Case, rng: Random) -> Case | None:
        least_amount = number * LEAST_STEP[case.facts.asset.is_ada]
        rows = case.outputs[SCHEDULE].fields[ROWS]
        larger = [with_field(r, 3, r.fields[3] + least_amount) for r in rows]
        return change(promising(case, larger), rng)

    return apply


def ending(plan: Plan, after: int) -> Constr:
    """A vesting that ends so many milliseconds after the last good one."""
    return some(plan.expiry - 30 * DAY - 999 + after, 999, 2)


SCHEDULE_BEYOND: Sequence[tuple[str, Reason, Change]] = (
    ("registry of another", "registry_is_own", schedule(REGISTRY, lambda *_: b"\1" * 28)),
    (
        "17 vestings",
        "at_most_16_vestings",
        schedule(VESTINGS, lambda table, _: [*table, *([table[0]] * 17)][:17]),
    ),
    ("no vestings", NO_BYTE, schedule(VESTINGS, lambda *_: [])),
    ("a start before 1970", "start_not_negative", vesting(lambda v, _: with_field(v, 0, -1))),
    ("a step of 0", "step_at_least_1", vesting(lambda v, _: with_field(v, 1, 0))),
    ("a step of -1", "step_at_least_1", vesting(lambda v, _: with_field(v, 1, -1))),
    ("0 steps", "at_least_1_step", vesting(lambda v, _: with_field(v, 2, 0))),
    (
        "an end a millisecond late",
        "ends_30_days_before_expiry",
        vesting(lambda _, plan: ending(plan, 1)),
    ),
    ("a document of 31 bytes", "document_is_a_hash", schedule(DOCUMENT, lambda *_: bytes(31))),
    ("a document of 33 bytes", "document_is_a_hash", schedule(DOCUMENT, lambda *_: bytes(33))),
    (
        "an observer of 27 bytes",
        "observer_is_another",
        schedule(OBSERVER, lambda *_: some(bytes(27))),
    ),
    (
        "an observer of 29 bytes",
        "observer_is_another",
        schedule(OBSERVER, lambda *_: some(bytes(29))),
    ),
    (
        "a payee of 27 bytes",
        "payee_is_a_hash",
        address(lambda a, _: with_field(a, 0, some(bytes(27)))),
    ),
    (
        "a payee of 29 bytes",
        "payee_is_a_hash",
        address(lambda a, _: with_field(a, 0, Constr(1, [bytes(29)]))),
    ),
    (
        "a payee at the distribution",
        "payee_is_not_distribution",
        address(lambda a, case: with_field(a, 0, Constr(1, [case.contract.distribution.hash]))),
    ),
    (
        "a payee's stake part a pointer",
        "stake_is_plain",
        address(lambda a, _: with_field(a, 1, some(Constr(1, [1, 2, 3])))),
    ),
    (
        "a payee's stake part of 27 bytes",
        "stake_is_a_hash",
        address(lambda a, _: with_field(a, 1, some(some(some(bytes(27)))))),
    ),
    (
        "a payee's stake part of 29 bytes",
        "stake_is_a_hash",
        address(lambda a, _: with_field(a, 1, some(some(Constr(1, [bytes(29)]))))),
    ),
    (
        "an address out of range",
        "address_in_table",
        row(lambda r, plan: with_field(r, 0, len(plan.addresses))),
    ),
    ("a negative address", "address_in_table", row(lambda r, _: with_field(r, 0, -1))),
    (
        "a milestone out of range",
        "milestone_in_programme",
        row(lambda r, plan: with_field(r, 1, len(plan.milestones))),
    ),
    ("a negative milestone", "milestone_in_programme", row(lambda r, _: with_field(r, 1, -1))),
    (
        "a vesting out of range",
        NO_BYTE,
        row(lambda r, plan: with_field(r, 2, len(plan.vestings))),
    ),
    ("a negative vesting", NO_BYTE, row(lambda r, _: with_field(r, 2, -1))),
    (
        "a programme of another script",
        "programme_policy_pinned",
        schedule(PROGRAMME_POLICY, lambda *_: JUNK.policy),
    ),
    (
        "a programme of another name",
        "programme_is_the_schedules",
        schedule(PROGRAMME_NAME, lambda *_: b"\1" * 32),
    ),
)
for _what, _because, _change in SCHEDULE_BEYOND:
    mutation(REGISTER, f"76 {_what}", _because)(_change)
mutation(REGISTER, "76 256 steps", NOT_A_BYTE)(many_steps(256))


for _what, _which in (
    ("distribution", lambda contract: contract.distribution.hash),
    ("programme", lambda contract: contract.programme.hash),
    ("registry", lambda contract: contract.registry.hash),
):

    def _our_observer(case: Case, _: Random, which: Any = _which) -> Case:
        observer = some(which(case.contract))
        return case.output(SCHEDULE, lambda out: out.saying(OBSERVER, observer))

    mutation(REGISTER, f"76 our {_what} as observer", "observer_is_another")(_our_observer)


@mutation(REGISTER, "76 our programme as owner", "owner_is_another")
def _our_owner(case: Case, _: Random) -> Case:
    """A programme is spent along, by a redeemer that it agrees to: so the owner "agrees"."""
    credential = Constr(1, [case.contract.programme.hash])
    case = case.output(SCHEDULE, lambda out: out.saying(OWNER, credential))
    return closing_another_programme(case)


def closing_another_programme(case: Case) -> Case:
    """The owner ends some programme of theirs in the same transaction."""
    policy = case.contract.programme.hash
    token = AssetId(policy, b"\x0e" * 32)
    over = case.utxo("programme").datum
    datum = with_field(over, 5, 0)
    held = Value(20_000_000, {token: 1})
    out = replace(case.utxo("programme"), value=held, datum=datum)
    case = case.spending(case.facts.reference("over"), out, lambda _: Constr(3))
    script = case.facts.reference("script of programme")
    carrier = Out(
        bytes(case.contract.distribution_address),
        Value(60_000_000),
        script=case.contract.programme.code,
    )
    case = case.reading(script, carrier)
    return replace(case.minting(token, -1, lambda _: Constr(1)), lower=1)


# What is promised ---------------------------------------------------------------------------------


def promising(case: Case, rows: list[Any]) -> Case:
    """Other rows, with a vault that holds exactly what they promise."""
    before = sum(r.amount for r in case.facts.rows)
    more = sum(r.fields[3] for r in rows) - before
    asset = case.facts.asset
    reserve = 5_000 * (len(rows) - len(case.facts.rows)) if asset.is_ada else 0
    case = case.output(SCHEDULE, lambda out: out.saying(ROWS, rows))
    return case.output(
        VAULT,
        lambda out: out.saying(1, bytes(len(rows))).holding(Value.of(asset, more) + Value(reserve)),
    )


def least(case: Case, less: int) -> Case:
    """The first row promises so much less than it must."""
    rows = list(case.outputs[SCHEDULE].fields[ROWS])
    count = case.facts.vesting(0).count
    amount = count * LEAST_STEP[case.facts.asset.is_ada] - less
    return promising(case, [with_field(rows[0], 3, amount), *rows[1:]])


@mutation((REGISTER_TOKEN, REGISTER_ADA), "76 a step that pays too little", "every_step_pays")
def _too_little(case: Case, _: Random) -> Case | None:
    if (
        len(case.facts.rows) == 1
        and not case.facts.asset.is_ada
        and case.facts.vesting(0).count == 1
    ):
        return None
    return least(case, 1)


@mutation(REGISTER, "76 a negative amount", "every_step_pays")
def _negative_amount(case: Case, _: Random) -> Case | None:
    rows = list(case.outputs[SCHEDULE].fields[ROWS])
    if len(rows) < 2:
        return None
    less = -rows[0].fields[3] - 1
    return (
        promising(case, [*rows[:-1], with_field(rows[-1], 3, less)])
        if (
            sum(r.fields[3] for r in rows[1:-1]) > 0
            and less + sum(r.fields[3] for r in rows[:-1]) > 0
        )
        else None
    )


@mutation((REGISTER_TOKEN, REGISTER_ADA), "76 nothing promised", "something_promised")
def _nothing(case: Case, _: Random) -> Case:
    return promising(case, [])


def summing(case: Case, total: int) -> Case:
    """Rows that promise so much in all."""
    rows = list(case.outputs[SCHEDULE].fields[ROWS])
    rest = total - sum(r.fields[3] for r in rows[1:])
    return promising(case, [with_field(rows[0], 3, rest), *rows[1:]])


@mutation(REGISTER_TOKEN, "76 a sum of 2^63", "sum_below_2_63")
def _large(case: Case, _: Random) -> Case:
    return summing(case, 2**63)


# The asset ----------------------------------------------------------------------------------------


def of_asset(case: Case, asset: AssetId) -> Case:
    """The same promise of another asset."""
    total = case.facts.total
    case = case.output(
        SCHEDULE, lambda out: out.saying(ASSET_POLICY, asset.policy).saying(ASSET_NAME, asset.name)
    )
    return case.output(
        VAULT,
        lambda out: out.holding(Value(0, {case.facts.asset: -total}) + Value(0, {asset: total})),
    )


@mutation(REGISTER_TOKEN, "76 the asset is the registry's", EXACTLY)
def _registrys_asset(case: Case, _: Random) -> Case:
    return of_asset(case, AssetId(case.contract.registry.hash, b"\1" * 32))


@mutation(REGISTER_TOKEN, "76 the asset is the programme's", "asset_is_no_identity_token")
def _programmes_asset(case: Case, _: Random) -> Case:
    return of_asset(case, AssetId(case.contract.programme.hash, b"\1" * 32))


@mutation(REGISTER_ADA, "76 ADA with a name", "ada_has_no_name")
def _named_ada(case: Case, _: Random) -> Case:
    return case.output(SCHEDULE, lambda out: out.saying(ASSET_NAME, b"ada"))


@mutation(REGISTER_TOKEN, "76 an asset policy of 27 bytes", EXACTLY)
def _short_policy(case: Case, _: Random) -> Case:
    policy = case.facts.asset.policy[:27]
    return case.output(SCHEDULE, lambda out: out.saying(ASSET_POLICY, policy))


@mutation(REGISTER_TOKEN, "76 another asset name", EXACTLY)
def _other_name(case: Case, _: Random) -> Case:
    name = case.facts.asset.name[:31] + b"!"
    if name == case.facts.asset.name:
        name = b"?"
    return case.output(SCHEDULE, lambda out: out.saying(ASSET_NAME, name))
