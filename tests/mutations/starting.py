"""Mutations 76 and on: starting a programme, and closing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from milestone_core.domain.address import Address
from milestone_core.domain.chain import AssetId, Value
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.transactions.draft import Layout

from .actions import CLOSE_PROGRAMME, START
from .by_quorum import SOUND_PANELS, UNSOUND_PANELS, hashes
from .case import Case, Out, telling, with_field
from .mutation import NO_ELEMENT, Change, Crash, Reason, mutation
from .release_outputs import JUNK, junk, redirected, scripted
from .scripts import OUTSIDER, STRANGER

MILESTONES, ORACLES, QUORUM, ROUND, OWNER, UNTIL, CANCELLED = range(7)
LAST_UNTIL = 2**43 - 1
NOT_SHAPED = "programme_is_well_formed"


def shaped(source: str) -> Crash:
    """A typed ``expect`` that fails: a traced build shows its source line."""
    return Crash(source)


def programme(index: int, change: Callable[[Any], Data]) -> Change:
    """Another field in the datum of the programme that starts."""

    def apply(case: Case, _: Random) -> Case:
        return case.output(
            0,
            lambda out: out.saying(index, change(out.fields[index])),
        )

    return apply


def output(change: Callable[[Out], Out]) -> Change:
    return lambda case, _: case.output(0, change)


def milestones(number: int, size: int = 2) -> list[Data]:
    """So many, with ids of that size."""
    return [Constr(0, [bytes([n]) * size, bytes(32)]) for n in range(number)]


def pointed(out: Out) -> Out:
    """A pointer for a stake part."""
    address = Address.from_bytes(out.address)
    kind = 5 if address.payment.is_script else 4
    pointer = bytes([kind << 4]) + address.payment.hash + b"\x01\x02\x03"
    return replace(out, address=pointer)


def _evidence(all_: list[Any]) -> list[Data]:
    return [*all_[:-1], with_field(all_[-1], 1, b"\1" * 32)]


BEYOND: Sequence[tuple[str, Reason, int, Callable[[Any], Data]]] = (
    ("no milestones", "at_least_1_milestone", MILESTONES, lambda _: []),
    ("33 milestones", "at_most_32_milestones", MILESTONES, lambda _: milestones(33)),
    ("an empty id", "id_not_empty", MILESTONES, lambda _: milestones(1, 0)),
    ("an id of 33 bytes", "id_at_most_32_bytes", MILESTONES, lambda _: milestones(3, 33)),
    ("an id twice", "ids_distinct", MILESTONES, lambda all_: [*all_, all_[-1]]),
    ("evidence", "evidence_is_zero", MILESTONES, _evidence),
    ("an owner of 27 bytes", "owner_is_another", OWNER, lambda _: Constr(0, [b"\1" * 27])),
    ("an owner of 29 bytes", "owner_is_another", OWNER, lambda _: Constr(1, [b"\1" * 29])),
    ("an end before 1970", "until_not_negative", UNTIL, lambda _: -1),
    ("an end in 2248", "until_before_2248", UNTIL, lambda _: LAST_UNTIL + 1),
    ("round 1", "round_is_0", ROUND, lambda _: 1),
    ("round -1", "round_is_0", ROUND, lambda _: -1),
    ("cancelled", "not_cancelled", CANCELLED, lambda _: Constr(1)),
)
LAST_GOOD: Sequence[tuple[str, int, Callable[[Any], Data]]] = (
    ("1 milestone", MILESTONES, lambda _: milestones(1)),
    ("32 milestones", MILESTONES, lambda _: milestones(32)),
    ("an id of 1 byte", MILESTONES, lambda _: milestones(3, 1)),
    ("an id of 32 bytes", MILESTONES, lambda _: milestones(3, 32)),
    ("an end at 0", UNTIL, lambda _: 0),
    ("an end just before 2248", UNTIL, lambda _: LAST_UNTIL),
    ("a script that owns", OWNER, lambda _: Constr(1, [OUTSIDER.hash])),
)
for _what, _because, _index, _change in BEYOND:
    mutation(START, f"76 {_what}", _because)(programme(_index, _change))


def with_panel(oracles: list[bytes] | None, quorum: int | None) -> Change:
    def change(out: Out) -> Out:
        if oracles is not None:
            out = out.saying(ORACLES, list(oracles))
        return out if quorum is None else out.saying(QUORUM, quorum)

    return output(change)


for _what, _because, _oracles, _quorum in UNSOUND_PANELS:
    mutation(START, f"76 {_what}", _because)(with_panel(_oracles, _quorum))


@mutation(START, "76 owned by its own script", "owner_is_another")
def _own_owner(case: Case, rng: Random) -> Case:
    credential = Constr(rng.choice([0, 1]), [case.contract.programme.hash])
    return case.output(0, lambda out: out.saying(OWNER, credential))


for _what, _malformed in (
    ("an extra field", lambda data: Constr(0, [*data.fields, 0])),
    ("a field less", lambda data: Constr(0, data.fields[:-1])),
    ("another constructor", lambda data: Constr(1, data.fields)),
    ("a truth value that is none", lambda data: with_field(data, CANCELLED, Constr(2))),
    ("an owner that is no credential", lambda data: with_field(data, OWNER, Constr(2, [b""]))),
    (
        "milestones with an extra field",
        lambda data: with_field(data, MILESTONES, [Constr(0, [b"a", bytes(32), 0])]),
    ),
    ("a quorum of bytes", lambda data: with_field(data, QUORUM, b"")),
    ("no constructor", lambda _: 0),
):

    def _shape(case: Case, _: Random, make: Any = _malformed) -> Case:
        return case.output(0, lambda out: replace(out, datum=make(out.datum)))

    mutation(START, f"77 {_what}", shaped(NOT_SHAPED))(_shape)

INLINE = shaped("Inline(data) = datum")
mutation(START, "77 datum by hash", INLINE)(
    output(lambda out: replace(out, datum=None, hashed=out.datum))
)
mutation(START, "77 no datum", INLINE)(output(lambda out: replace(out, datum=None)))
mutation(START, "78 at another address", "at_own_script")(output(redirected))
mutation(START, "78 at the key of the same hash", "at_own_script")(
    output(lambda out: replace(out, address=bytes([out.address[0] & 0xEF]) + out.address[1:]))
)
mutation(START, "78 stake part a pointer", "stake_is_plain")(output(pointed))
mutation(START, "78 reference script", "no_reference_script")(output(scripted))
mutation(START, "79 junk token", "holds_only_the_token")(output(junk))

ONLY_IT = "only_the_token_minted"


def name_minted(case: Case) -> AssetId:
    [token] = [a for a in case.minted if a.policy == case.contract.programme.hash]
    return token


@mutation(START, "79 two tokens minted", ONLY_IT)
def _two(case: Case, _: Random) -> Case:
    return case.minting(name_minted(case), 1)


@mutation(START, "79 two tokens minted, both in the output", ONLY_IT)
def _two_there(case: Case, _: Random) -> Case:
    token = name_minted(case)
    return case.minting(token, 1).output(0, lambda out: out.holding(Value(0, {token: 1})))


@mutation(START, "79 a second name minted", ONLY_IT)
def _second_name(case: Case, rng: Random) -> Case:
    return case.minting(AssetId(case.contract.programme.hash, rng.randbytes(32)), 1)


@mutation(START, "79 a second name burned", ONLY_IT)
def _second_burned(case: Case, rng: Random) -> Case:
    return case.minting(AssetId(case.contract.programme.hash, rng.randbytes(32)), -1)


@mutation(START, "79 token elsewhere", "holds_only_the_token")
def _elsewhere(case: Case, _: Random) -> Case:
    token = name_minted(case)
    return case.output(0, lambda out: out.holding(Value(0, {token: -1, JUNK: 1})))


def mint(case: Case) -> tuple[str, bytes]:
    return "mint", case.contract.programme.hash


@mutation(START, "80 seed not spent", ONLY_IT)
def _seed_not_spent(case: Case, _: Random) -> Case:
    """The index of another input."""
    make = case.redeemers[mint(case)]

    def pointing(layout: Layout) -> Data:
        other = layout.input_index(case.purse)
        return with_field(make(layout), 0, other)

    return replace(case, redeemers={mint(case): pointing})


for _index, _what in ((0, "seed"), (1, "output")):
    for _value, _where in ((99, "out of range"), (-1, "negative")):
        mutation(START, f"80 {_what} {_where}", NO_ELEMENT)(telling(mint, _index, _value))

NOT_AN_ACTION = shaped("expect action: ProgrammeMint = redeemer")
for _what, _redeemer in (
    ("a redeemer with an extra field", lambda data: Constr(0, [*data.fields, 0])),
    ("a redeemer of another shape", lambda data: Constr(2, data.fields)),
):

    def _shapeless(case: Case, _: Random, change: Any = _redeemer) -> Case:
        return case.redeemer(mint(case), change)

    mutation(START, f"53 {_what}", NOT_AN_ACTION)(_shapeless)


@mutation(START, "79 minted with a burn's redeemer", "only_one_burned")
def _burn_that_mints(case: Case, _: Random) -> Case:
    return case.redeemer(mint(case), lambda _: Constr(1))


# Closing ------------------------------------------------------------------------------------------


@mutation(CLOSE_PROGRAMME, "90 at its end, to the millisecond", "programme_is_over")
def _early(case: Case, _: Random) -> Case:
    return replace(case, lower=case.facts.until)


@mutation(CLOSE_PROGRAMME, "90 lower bound infinite", NO_ELEMENT)
def _always(case: Case, _: Random) -> Case:
    return replace(case, lower=None)


@mutation(CLOSE_PROGRAMME, "91 without the owner", "owner_authorises")
def _without_owner(case: Case, _: Random) -> Case:
    return case.without_input("owner")


@mutation(CLOSE_PROGRAMME, "91 a stranger for the owner", "owner_authorises")
def _stranger(case: Case, _: Random) -> Case:
    return case.existing("owner", lambda out: replace(out, address=bytes(STRANGER.address)))


@mutation(CLOSE_PROGRAMME, "92 without a burn", NO_ELEMENT)
def _unburned(case: Case, _: Random) -> Case:
    return case.minting(name_minted(case), 1)


@mutation(CLOSE_PROGRAMME, "92 another's token burned", "own_token_burned")
def _another_burned(case: Case, rng: Random) -> Case:
    token, make = name_minted(case), case.redeemers[mint(case)]
    case = case.minting(token, 1)
    return case.minting(AssetId(token.policy, rng.randbytes(32)), -1, make)


@mutation(CLOSE_PROGRAMME, "92 two programmes, one burn", "own_token_burned")
def _two_programmes(case: Case, _: Random) -> Case:
    token = name_minted(case)
    other = AssetId(token.policy, bytes(reversed(token.name)))
    out = case.utxo("programme").holding(Value(0, {token: -1, other: 1}))
    reference = case.facts.reference("second programme")
    return case.spending(reference, out, lambda _: Constr(3))


@mutation(CLOSE_PROGRAMME, "92 burned and minted", ("own_token_burned", "only_one_burned"))
def _burned_and_minted(case: Case, rng: Random) -> Case:
    return case.minting(AssetId(case.contract.programme.hash, rng.randbytes(32)), 1)


__all__ = ["LAST_GOOD", "SOUND_PANELS", "hashes", "with_panel"]
