"""Registering a page: every bound of a schedule, its vault, its programme and its owner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from milestone_core.domain.chain import AssetId, Value
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.transactions.draft import Layout

from .actions import REGISTER, REGISTER_ADA, REGISTER_TOKEN
from .case import Case, Out, telling, with_field
from .mutation import NO_ELEMENT, Change, Reason, mutation
from .plans import DAY, Plan
from .release_claims import renamed, without
from .release_outputs import JUNK, junk, redirected, restaked, scripted
from .scripts import OUTSIDER, STRANGER
from .starting import pointed, shaped

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
    ("no vestings", "at_least_1_vesting", schedule(VESTINGS, lambda *_: [])),
    ("a start before 1970", "start_not_negative", vesting(lambda v, _: with_field(v, 0, -1))),
    ("a step of 0", "step_at_least_1", vesting(lambda v, _: with_field(v, 1, 0))),
    ("a step of -1", "step_at_least_1", vesting(lambda v, _: with_field(v, 1, -1))),
    ("0 steps", "at_least_1_step", vesting(lambda v, _: with_field(v, 2, 0))),
    ("256 steps", "at_most_255_steps", vesting(lambda *_: some(0, 1, 256))),
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
        NO_ELEMENT,
        row(lambda r, plan: with_field(r, 2, len(plan.vestings))),
    ),
    ("a negative vesting", NO_ELEMENT, row(lambda r, _: with_field(r, 2, -1))),
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


@mutation(REGISTER, "76 nothing promised", "something_promised")
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


@mutation(REGISTER_TOKEN, "76 the asset is the registry's", "asset_is_no_identity_token")
def _registrys_asset(case: Case, _: Random) -> Case:
    return of_asset(case, AssetId(case.contract.registry.hash, b"\1" * 32))


@mutation(REGISTER_TOKEN, "76 the asset is the programme's", "asset_is_no_identity_token")
def _programmes_asset(case: Case, _: Random) -> Case:
    return of_asset(case, AssetId(case.contract.programme.hash, b"\1" * 32))


@mutation(REGISTER_ADA, "76 ADA with a name", "ada_has_no_name")
def _named_ada(case: Case, _: Random) -> Case:
    return case.output(SCHEDULE, lambda out: out.saying(ASSET_NAME, b"ada"))


EXACTLY = "vault_holds_exactly_the_promises"


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


# The two outputs ----------------------------------------------------------------------------------


def at(place: int, change: Callable[[Out], Out]) -> Change:
    return lambda case, _: case.output(place, change)


def both(change: Callable[[Out], Out]) -> Change:
    return lambda case, _: case.output(SCHEDULE, change).output(VAULT, change)


def asset(more: int) -> Change:
    return lambda case, _: case.output(
        VAULT, lambda out: out.holding(Value.of(case.facts.asset, more))
    )


ONLY_A_TOKEN, RESERVE = "vault_holds_only_a_token", "vault_covers_promises_and_reserve"
mutation(REGISTER_TOKEN, "79 funded with one less", EXACTLY)(asset(-1))
mutation(REGISTER_TOKEN, "79 funded with one more", EXACTLY)(asset(1))
mutation(REGISTER_TOKEN, "79 junk in the vault", EXACTLY)(at(VAULT, junk))
mutation(REGISTER_ADA, "79 funded with one less", RESERVE)(asset(-1))
mutation(REGISTER_ADA, "79 junk in the vault", ONLY_A_TOKEN)(at(VAULT, junk))
mutation(REGISTER, "79 junk with the schedule", "schedule_holds_only_a_token")(at(SCHEDULE, junk))
mutation(REGISTER, "78 schedule with a script", "schedule_without_script")(at(SCHEDULE, scripted))
mutation(REGISTER, "78 vault with a script", "vault_without_script")(at(VAULT, scripted))
mutation(REGISTER, "78 both at another address", "at_distribution_script")(both(redirected))
mutation(REGISTER, "78 both at a pointer", "stake_is_plain")(both(pointed))
mutation(REGISTER, "78 vault with another stake part", "vault_at_same_address")(at(VAULT, restaked))
mutation(REGISTER, "78 vault at another address", "vault_at_same_address")(at(VAULT, redirected))
mutation(REGISTER, "78 schedule at another address", "at_distribution_script")(
    at(SCHEDULE, redirected)
)

UNCLAIMED = "nothing_claimed"


def claimed(change: Callable[[bytes], bytes]) -> Change:
    return at(VAULT, lambda out: out.saying(1, change(out.fields[1])))


mutation(REGISTER, "77 a step claimed already", UNCLAIMED)(claimed(lambda raw: raw[:-1] + b"\1"))
mutation(REGISTER, "77 a row too few in the vault", UNCLAIMED)(claimed(lambda raw: raw[:-1]))
mutation(REGISTER, "77 a row too many in the vault", UNCLAIMED)(claimed(lambda raw: raw + b"\0"))
mutation(REGISTER, "77 vault of another registry", UNCLAIMED)(
    at(VAULT, lambda out: out.saying(0, b"\1" * 28))
)
mutation(REGISTER, "77 vault with an extra field", UNCLAIMED)(
    at(VAULT, lambda out: replace(out, datum=Constr(1, [*out.fields, 0])))
)
mutation(REGISTER, "77 vault's constructor another", UNCLAIMED)(
    at(VAULT, lambda out: replace(out, datum=Constr(0, out.fields)))
)
mutation(REGISTER, "77 vault's datum by hash", UNCLAIMED)(
    at(VAULT, lambda out: replace(out, datum=None, hashed=out.datum))
)
mutation(REGISTER, "77 vault without datum", UNCLAIMED)(
    at(VAULT, lambda out: replace(out, datum=None))
)
INLINE = shaped("Inline(data) = schedule_output.datum")
mutation(REGISTER, "77 schedule's datum by hash", INLINE)(
    at(SCHEDULE, lambda out: replace(out, datum=None, hashed=out.datum))
)
mutation(REGISTER, "77 schedule without datum", INLINE)(
    at(SCHEDULE, lambda out: replace(out, datum=None))
)


def _longer(data: Any) -> Data:
    return Constr(data.index, [*data.fields, 0])


for _what, _malformed in (
    ("an extra field", _longer),
    ("a field less", lambda data: Constr(0, data.fields[:-1])),
    ("another constructor", lambda data: Constr(1, data.fields)),
    (
        "rows with an extra field",
        lambda data: with_field(data, ROWS, [_longer(r) for r in data.fields[ROWS]]),
    ),
    (
        "vestings with an extra field",
        lambda data: with_field(data, VESTINGS, [_longer(v) for v in data.fields[VESTINGS]]),
    ),
    (
        "addresses with an extra field",
        lambda data: with_field(data, ADDRESSES, [_longer(a) for a in data.fields[ADDRESSES]]),
    ),
    (
        "a payee that is no credential",
        lambda data: with_field(data, ADDRESSES, [some(Constr(2, [bytes(28)]), Constr(1))]),
    ),
    ("an observer that is a number", lambda data: with_field(data, OBSERVER, some(1))),
    ("an expiry of bytes", lambda data: with_field(data, EXPIRY, b"")),
):

    def _shape(case: Case, _: Random, make: Any = _malformed) -> Case:
        return case.output(SCHEDULE, lambda out: replace(out, datum=make(out.datum)))

    mutation(REGISTER, f"77 {_what}", shaped("schedule_is_well_formed: Schedule = data"))(_shape)


# The programme ------------------------------------------------------------------------------------


def existing(change: Callable[[Out, Case], Out]) -> Change:
    return lambda case, _: case.existing("programme", lambda out: change(out, case))


mutation(REGISTER, "81 forged programme", NO_ELEMENT)(
    existing(lambda out, case: without(case.contract.programme.hash)(out))
)
mutation(REGISTER, "81 another programme", "programme_is_the_schedules")(
    existing(lambda out, case: renamed(case.contract.programme.hash)(out))
)
mutation(REGISTER, "81 cancelled programme", "programme_not_cancelled")(
    existing(lambda out, _: out.saying(6, Constr(1)))
)
mutation(REGISTER, "81 programme ends a millisecond early", "programme_outlives_expiry")(
    existing(lambda out, case: out.saying(5, case.facts.expiry + 90 * DAY - 1))
)

# Minting ------------------------------------------------------------------------------------------

ONLY_TWO = "only_two_tokens_minted"


def token_of(case: Case) -> AssetId:
    [token] = [a for a in case.minted if a.policy == case.contract.registry.hash]
    return token


def mint(case: Case) -> tuple[str, bytes]:
    return "mint", case.contract.registry.hash


def minting(more: int) -> Change:
    return lambda case, _: case.minting(token_of(case), more)


mutation(REGISTER, "79 one token minted", ONLY_TWO)(minting(-1))
mutation(REGISTER, "79 three tokens minted", ONLY_TWO)(minting(1))


@mutation(REGISTER, "79 a second name minted", ONLY_TWO)
def _second_name(case: Case, rng: Random) -> Case:
    return case.minting(
        AssetId(case.contract.registry.hash, rng.randbytes(32)), rng.choice([1, 2, -2])
    )


@mutation(REGISTER_TOKEN, "79 vault's token elsewhere", EXACTLY)
@mutation(REGISTER_ADA, "79 vault's token elsewhere", ONLY_A_TOKEN)
def _vaults_token(case: Case, _: Random) -> Case:
    token = token_of(case)
    return case.output(VAULT, lambda out: out.holding(Value(0, {token: -1})))


@mutation(REGISTER, "79 both tokens with the schedule", "schedule_holds_only_a_token")
def _both_tokens(case: Case, _: Random) -> Case:
    one = Value(0, {token_of(case): 1})
    moved = case.output(VAULT, lambda out: out.holding(-one))
    return moved.output(SCHEDULE, lambda out: out.holding(one))


@mutation(REGISTER, "80 seed not spent", ONLY_TWO)
def _seed_not_spent(case: Case, _: Random) -> Case:
    make = case.redeemers[mint(case)]

    def pointing(layout: Layout) -> Data:
        return with_field(make(layout), 0, layout.input_index(case.purse))

    return replace(case, redeemers={mint(case): pointing})


for _index, _what in ((0, "seed"), (1, "schedule"), (2, "vault")):
    for _value, _where in ((99, "out of range"), (-1, "negative")):
        mutation(REGISTER, f"80 {_what} {_where}", NO_ELEMENT)(telling(mint, _index, _value))
for _value, _where in ((99, "out of range"), (-1, "negative")):
    mutation(REGISTER, f"80 programme {_where}", NO_ELEMENT)(telling(mint, 3, Constr(0, [_value])))

# Who, and when ------------------------------------------------------------------------------------


@mutation(REGISTER, "82 without the owner", "owner_authorises")
def _without_owner(case: Case, _: Random) -> Case:
    return case.existing("owner", lambda out: replace(out, address=bytes(STRANGER.address)))


@mutation(REGISTER, "82 in another's name", "owner_authorises")
def _in_anothers_name(case: Case, _: Random) -> Case:
    return case.output(SCHEDULE, lambda out: out.saying(OWNER, some(OUTSIDER.hash)))


@mutation(REGISTER, "82 the owner's key hash as a script", "owner_authorises")
def _other_kind(case: Case, _: Random) -> Case:
    def change(out: Out) -> Out:
        owner = out.fields[OWNER]
        return out.saying(OWNER, Constr(1 - owner.index, owner.fields))

    return case.output(SCHEDULE, change)


@mutation(REGISTER, "83 upper bound a millisecond after the expiry", "not_born_expired")
def _born_expired(case: Case, _: Random) -> Case:
    return replace(case, upper=case.facts.expiry + 1)


@mutation(REGISTER, "83 upper bound infinite", NO_ELEMENT)
def _no_upper_bound(case: Case, _: Random) -> Case:
    return replace(case, lower=case.facts.expiry - 1, upper=None)
