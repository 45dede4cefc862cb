"""Closing a page, on each of its grounds."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from milestone_core.domain.chain import AssetId, Value
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.transactions.draft import Layout

from .actions import CLOSE_LATE, CLOSE_PAID, CLOSE_UNOWED, CLOSES
from .case import Case, Out, telling, with_field
from .mutation import NO_ELEMENT, mutation
from .plans import DAY
from .registering import mint, token_of
from .release_claims import renamed, without
from .scripts import FOREIGN, STRANGER
from .starting import shaped

BURNED, OWES = "both_tokens_burned", "nothing_owed"
OWNER_OF_SCHEDULE = 9


def pointing(case: Case, place: int, reference: Any) -> Case:
    """Another input (or reference input, in the ground) at a place of the redeemer."""
    make = case.redeemers[mint(case)]

    def change(layout: Layout) -> Data:
        return with_field(make(layout), place, layout.input_index(reference))

    return replace(case, redeemers={**case.redeemers, mint(case): change})


@mutation(CLOSES, "90 one token burned", BURNED)
def _one(case: Case, _: Random) -> Case:
    return case.minting(token_of(case), 1)


@mutation(CLOSES, "90 three tokens burned", BURNED)
def _three(case: Case, _: Random) -> Case:
    return case.minting(token_of(case), -1)


@mutation(CLOSES, "90 nothing burned", BURNED)
def _none(case: Case, _: Random) -> Case:
    return case.minting(token_of(case), 2)


@mutation(CLOSES, "91 two names burned", BURNED)
def _two_names(case: Case, rng: Random) -> Case:
    return case.minting(
        AssetId(case.contract.registry.hash, rng.randbytes(32)), rng.choice([-2, -1])
    )


@mutation(CLOSES, "91 burned, and another name minted", BURNED)
def _minted_too(case: Case, rng: Random) -> Case:
    return case.minting(AssetId(case.contract.registry.hash, rng.randbytes(32)), 2)


@mutation(CLOSES, "91 something else minted", BURNED)
def _foreign_mint(case: Case, rng: Random) -> Case:
    return case.minting(AssetId(FOREIGN.hash, b"x"), rng.choice([-1, 1]), lambda _: 0)


@mutation(CLOSES, "91 the burn names a distribution that is not spent", "exactly_two_burned")
def _burn_that_mints(case: Case, _: Random) -> Case:
    """Were the tokens ever out of the contract's hands: two more of them, made by a burn."""
    token = token_of(case)
    for name in ("schedule", "vault"):
        case = case.existing(name, lambda out: replace(out, address=bytes(STRANGER.address)))
    redeemers = {t: make for t, make in case.redeemers.items() if t[0] == "mint"}
    return replace(case, redeemers=redeemers, minted={token: 2})


def _forged(case: Case, name: str, place: int, change: Any) -> Case:
    """A wallet's input with a made-up datum for the schedule or the vault."""
    out = case.utxo(name)
    forged = Out(bytes(STRANGER.address), Value(20_000_000), change(out.datum))
    reference = case.facts.plan.reference("forged")
    return pointing(case.spending(reference, forged), place, reference)


@mutation(CLOSES, "92 made-up schedule", NO_ELEMENT)
def _forged_schedule(case: Case, _: Random) -> Case:
    """In which a stranger is the owner."""
    stranger = Constr(0, [STRANGER.hash])
    case = case.without_input("owner")
    return _forged(case, "schedule", 0, lambda d: with_field(d, OWNER_OF_SCHEDULE, stranger))


@mutation(CLOSES, "92 schedule of another distribution", "schedule_holds_the_token")
def _other_schedule(case: Case, _: Random) -> Case:
    """Were its token ever in a wallet."""
    out = renamed(case.contract.registry.hash)(case.utxo("schedule"))
    reference = case.facts.plan.reference("other")
    case = case.spending(reference, replace(out, address=bytes(STRANGER.address)))
    return pointing(case, 0, reference)


@mutation(CLOSES, "92 vault of another distribution", "vault_holds_the_token")
def _other_vault(case: Case, _: Random) -> Case:
    out = renamed(case.contract.registry.hash)(case.utxo("vault"))
    reference = case.facts.plan.reference("other")
    case = case.spending(reference, replace(out, address=bytes(STRANGER.address)))
    return pointing(case, 1, reference)


@mutation(CLOSES, "92 made-up vault", NO_ELEMENT)
def _forged_vault(case: Case, _: Random) -> Case:
    """In which everything is paid."""
    counts = bytes(case.facts.plan.vesting(r).count for r in range(len(case.facts.plan.rows)))
    return _forged(case, "vault", 1, lambda d: with_field(d, 1, counts))


@mutation(CLOSES, "92 schedule for a vault", shaped("[_registry, claimed] = vouched(vault_output)"))
def _schedule_for_vault(case: Case, _: Random) -> Case:
    return pointing(case, 1, case.named["schedule"])


@mutation(CLOSES, "92 vault for a schedule", shaped("programme_policy, programme_name"))
def _vault_for_schedule(case: Case, _: Random) -> Case:
    return pointing(case, 0, case.named["vault"])


@mutation(CLOSES, "93 only the vault is spent", NO_ELEMENT)
def _only_vault(case: Case, _: Random) -> Case:
    """Its other token comes from nowhere."""
    make = case.redeemers[mint(case)]
    gone = case.named["schedule"]
    redeemers = {t: m for t, m in case.redeemers.items() if t != ("spend", gone)}
    owner = case.named["owner"]

    def change(layout: Layout) -> Data:
        inputs = (*layout.inputs, gone)
        healthy = make(replace(layout, inputs=tuple(sorted(inputs))))
        data = with_field(healthy, 0, layout.input_index(owner))
        return with_field(data, 1, layout.input_index(case.named["vault"]))

    return replace(case.without_input("schedule"), redeemers={**redeemers, mint(case): change})


@mutation(CLOSES, "94 without the owner", "owner_authorises")
def _without_owner(case: Case, _: Random) -> Case:
    return case.without_input("owner")


@mutation(CLOSES, "94 owner among the reference inputs", "owner_authorises")
def _owner_is_read(case: Case, _: Random) -> Case:
    owner = case.named["owner"]
    return case.without_input("owner").reading(owner, case.utxos[owner])


@mutation(CLOSES, "95 two distributions, one burn", BURNED)
def _two(case: Case, _: Random) -> Case:
    rename = renamed(case.contract.registry.hash)
    for name in ("schedule", "vault"):
        reference = case.facts.plan.reference("second " + name)
        case = case.spending(reference, rename(case.utxo(name)), lambda _: Constr(1))
    return case


# Grounds ------------------------------------------------------------------------------------------


@mutation(CLOSE_LATE, "96 90 days after the expiry, to the millisecond", "expired_for_90_days")
def _90_days(case: Case, _: Random) -> Case:
    return replace(case, lower=case.facts.plan.expiry + 90 * DAY)


@mutation(CLOSE_LATE, "96 lower bound infinite", NO_ELEMENT)
def _late_always(case: Case, _: Random) -> Case:
    return replace(case, lower=None)


@mutation(CLOSE_UNOWED, "96 at the expiry, to the millisecond", "expired_or_cancelled")
def _at_expiry(case: Case, _: Random) -> Case:
    return replace(case, lower=case.facts.plan.expiry)


@mutation(CLOSE_UNOWED, "96 lower bound infinite", NO_ELEMENT)
def _unowed_always(case: Case, _: Random) -> Case:
    return replace(case, lower=None)


def _step_less(case: Case, rng: Random) -> Case:
    """One step of one row is not paid."""
    claimed = bytearray(case.utxo("vault").fields[1])
    row = rng.randrange(len(claimed))
    claimed[row] -= 1
    return case.existing("vault", lambda out: out.saying(1, bytes(claimed)))


mutation(CLOSE_PAID, "97 a step is not paid", "fully_claimed")(_step_less)


def _step_owed(case: Case, rng: Random) -> Case:
    """One step of one row, whose milestone is proven."""
    row = rng.randrange(len(case.facts.plan.rows))
    count = case.facts.plan.vesting(row).count
    claimed = bytearray(case.utxo("vault").fields[1])
    claimed[row] = count - 1
    place = case.facts.plan.rows[row].milestone
    milestones = list(case.utxo("programme").fields[0])
    milestones[place] = with_field(milestones[place], 1, b"\2" * 32)
    case = case.existing("vault", lambda out: out.saying(1, bytes(claimed)))
    return case.existing("programme", lambda out: out.saying(0, milestones))


mutation(CLOSE_UNOWED, "97 a row is owed", OWES)(_step_owed)


@mutation(CLOSE_UNOWED, "97 a row is owed, and the programme cancelled", OWES)
def _owed_and_cancelled(case: Case, rng: Random) -> Case:
    owed = replace(_step_owed(case, rng), lower=None)
    return owed.existing("programme", lambda out: out.saying(6, Constr(1)))


def _ground(case: Case, ground: Constr) -> Case:
    return case.redeemer(mint(case), lambda data: with_field(data, 2, ground))


@mutation(CLOSE_UNOWED, "97 says that all is paid", "fully_claimed")
def _says_paid(case: Case, _: Random) -> Case:
    return _ground(case, Constr(0))


@mutation(CLOSE_UNOWED, "97 says that 90 days are over", "expired_for_90_days")
def _says_late(case: Case, _: Random) -> Case:
    return _ground(case, Constr(2))


@mutation(CLOSE_UNOWED, "98 another programme", "programme_is_the_schedules")
def _other_programme(case: Case, _: Random) -> Case:
    return case.existing("programme", renamed(case.contract.programme.hash))


@mutation(CLOSE_UNOWED, "98 forged programme", NO_ELEMENT)
def _forged_programme(case: Case, _: Random) -> Case:
    return case.existing("programme", without(case.contract.programme.hash))


@mutation(CLOSE_UNOWED, "98 programme out of range", NO_ELEMENT)
def _out_of_range(case: Case, _: Random) -> Case:
    return _ground(case, Constr(1, [99]))


for _place, _what in ((0, "schedule"), (1, "vault")):
    for _value, _where in ((99, "out of range"), (-1, "negative")):
        mutation(CLOSES, f"93 {_what} {_where}", NO_ELEMENT)(telling(mint, _place, _value))
