"""Registering a page: its outputs, its programme, its tokens, its owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from milestone_core.domain.chain import AssetId, Value
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.transactions.draft import Layout

from .actions import REGISTER, REGISTER_ADA, REGISTER_TOKEN
from .case import Case, telling
from .mutation import NO_ELEMENT, Change, mutation
from .output import Out, with_field
from .plans import DAY
from .release_claims import renamed, without
from .release_outputs import junk, redirected, restaked, scripted
from .scripts import OUTSIDER, STRANGER
from .starting import pointed, shaped
from .terms import (
    ADDRESSES,
    EXACTLY,
    EXPIRY,
    OBSERVER,
    OWNER,
    ROWS,
    SCHEDULE,
    VAULT,
    VESTINGS,
    some,
)

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


def _payees(data: Any, change: Callable[[Any], Data]) -> Data:
    return with_field(data, ADDRESSES, [change(address) for address in data.fields[ADDRESSES]])


def _owner(data: Any) -> Any:
    return data.fields[OWNER]


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
    (
        "a payee's payment part with an extra field",
        lambda data: _payees(data, lambda a: with_field(a, 0, _longer(a.fields[0]))),
    ),
    (
        "a payee's missing stake part with a field",
        lambda data: _payees(data, lambda a: with_field(a, 1, Constr(1, [0]))),
    ),
    ("an owner with an extra field", lambda data: with_field(data, OWNER, _longer(_owner(data)))),
    (
        # A release that took the field for the observer's hash could never be made.
        "a missing observer with a field",
        lambda data: with_field(data, OBSERVER, Constr(1, [bytes(28)])),
    ),
    (
        "an observer with an extra field",
        lambda data: with_field(data, OBSERVER, _longer(some(bytes(28)))),
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
