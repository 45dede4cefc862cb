"""Mutations 67 to 75: what is attested, the programme that goes on, the panel that takes over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from milestone_core.domain.address import Address
from milestone_core.domain.chain import Value
from milestone_core.onchain.plutus_data import Constr, Data

from .actions import ATTEST, BY_QUORUM, CANCEL, ROTATE
from .by_quorum import key_of, redeemer_of, said, signed_by, spend
from .case import Case
from .mutation import NO_ELEMENT, NOT_A_BYTE, NOT_SUCH_DATA, Change, Crash, Reason, mutation
from .output import Out, with_field
from .release_outputs import junk, redirected, restaked, scripted, unstaked
from .scripts import OUTSIDER

# What is attested ---------------------------------------------------------------------------------


def _attesting(case: Case, rng: Random, evidence: bytes) -> Case:
    """One attestation of other evidence, signed as it should be."""
    attestations = list(redeemer_of(case).fields[0])
    place = rng.randrange(len(attestations))
    index, _, signatures = attestations[place].fields
    payload = replace(said(case, place), evidence=evidence).payload
    signed: list[Data] = [signed_by(key_of(case, s), s, payload) for s in signatures]
    attestations[place] = Constr(0, [index, evidence, signed])
    milestones = list(case.outputs[0].fields[0])
    milestones[index] = with_field(milestones[index], 1, evidence)
    case = case.output(0, lambda out: out.saying(0, milestones))
    return case.redeemer(spend(case), lambda data: with_field(data, 0, attestations))


mutation(ATTEST, "67 evidence of zeros", "evidence_not_zero")(
    lambda case, rng: _attesting(case, rng, bytes(32))
)
mutation(ATTEST, "67 evidence of 31 bytes", "evidence_is_a_hash")(
    lambda case, rng: _attesting(case, rng, b"\1" * 31)
)
mutation(ATTEST, "67 evidence of 33 bytes", "evidence_is_a_hash")(
    lambda case, rng: _attesting(case, rng, b"\1" * 33)
)


@mutation(ATTEST, "68 already proven", "not_proven_before")
def _already_proven(case: Case, rng: Random) -> Case:
    index, _ = rng.choice(case.facts.attested)
    milestones = list(case.utxo("programme").fields[0])
    milestones[index] = with_field(milestones[index], 1, b"\x33" * 32)
    return case.existing("programme", lambda out: out.saying(0, milestones))


def _attestations(change: Callable[[list[Any]], list[Any] | None]) -> Change:
    def apply(case: Case, _: Random) -> Case | None:
        changed = change(list(redeemer_of(case).fields[0]))
        if changed is None:
            return None
        return case.redeemer(spend(case), lambda data: with_field(data, 0, changed))

    return apply


mutation(ATTEST, "68 milestones descending", NO_ELEMENT)(
    _attestations(lambda all_: all_[::-1] if len(all_) > 1 else None)
)
mutation(ATTEST, "68 milestone twice", NO_ELEMENT)(_attestations(lambda all_: [*all_, all_[-1]]))
mutation(ATTEST, "68 milestone out of range", NO_ELEMENT)(
    _attestations(lambda all_: [*all_[:-1], with_field(all_[-1], 0, 32)])
)
mutation(ATTEST, "68 milestone negative", NO_ELEMENT)(
    _attestations(lambda all_: [with_field(all_[0], 0, -1), *all_[1:]])
)


@mutation(ATTEST, "68 nothing attested", "something_attested")
def _nothing(case: Case, _: Random) -> Case:
    same = case.output(0, lambda _: case.utxo("programme"))
    return same.redeemer(spend(case), lambda data: with_field(data, 0, []))


# What goes on -------------------------------------------------------------------------------------


@mutation(BY_QUORUM, "69 upper bound infinite", NO_ELEMENT)
def _no_upper_bound(case: Case, _: Random) -> Case:
    return replace(case, lower=case.facts.now, upper=None)


@mutation(BY_QUORUM, "69 upper bound after the end", "ends_by_until")
def _too_late(case: Case, _: Random) -> Case:
    return replace(case, upper=case.facts.plan.until + 1)


def programme(change: Callable[[Out], Out | None]) -> Change:
    """A change of the output that the programme goes on in."""

    def apply(case: Case, _: Random) -> Case | None:
        changed = change(case.outputs[0])
        return None if changed is None else case.output(0, lambda _: changed)

    return apply


def _other_fields() -> Sequence[tuple[str, int, Callable[[Any], Data]]]:
    stranger = Constr(0, [OUTSIDER.hash])
    return (
        ("milestones", 0, lambda all_: [with_field(all_[0], 0, b"other"), *all_[1:]]),
        ("evidence", 0, lambda all_: [*all_[:-1], with_field(all_[-1], 1, b"\x44" * 32)]),
        ("oracles", 1, lambda oracles: [OUTSIDER.hash, *oracles[1:]]),
        ("quorum", 2, lambda quorum: quorum + 1),
        ("round", 3, lambda number: number + 1),
        ("owner", 4, lambda _: stranger),
        ("until", 5, lambda until: until + 1),
        ("cancelled", 6, lambda cancelled: Constr(1 - cancelled.index)),
    )


for _what, _index, _other in _other_fields():

    def _changed(out: Out, index: int = _index, other: Callable[[Any], Data] = _other) -> Out:
        return out.saying(index, other(out.fields[index]))

    mutation(BY_QUORUM, f"70 {_what} changed", "datum_as_expected")(programme(_changed))

mutation(BY_QUORUM, "70 extra field", "datum_as_expected")(
    programme(lambda out: replace(out, datum=Constr(0, [*out.fields, 0])))
)
mutation(BY_QUORUM, "70 other constructor", "datum_as_expected")(
    programme(lambda out: replace(out, datum=Constr(1, out.fields)))
)
mutation(BY_QUORUM, "70 datum by hash", "datum_as_expected")(
    programme(lambda out: replace(out, datum=None, hashed=out.datum))
)
mutation(BY_QUORUM, "70 no datum", "datum_as_expected")(
    programme(lambda out: replace(out, datum=None))
)
mutation(BY_QUORUM, "71 lovelace one less", "lovelace_not_less")(
    programme(lambda out: out.holding(Value(-1)))
)
mutation(BY_QUORUM, "71 token gone", "same_tokens")(
    programme(lambda out: replace(out, value=Value(out.value.lovelace)))
)
mutation(BY_QUORUM, "71 junk token", "same_tokens")(programme(junk))
mutation(BY_QUORUM, "72 redirected", "same_address")(programme(redirected))
mutation(BY_QUORUM, "72 stake part swapped", "same_address")(programme(restaked))
mutation(BY_QUORUM, "72 stake part dropped", "same_address")(programme(unstaked))
mutation(BY_QUORUM, "73 reference script", "no_reference_script")(programme(scripted))


@mutation(BY_QUORUM, "72 not in the first output", ("same_address", "same_tokens"))
def _second(case: Case, _: Random) -> Case:
    decoy = replace(
        case.outputs[0],
        value=Value(5_000_000),
        address=bytes(Address.from_bytes(case.outputs[0].address)),
    )
    return replace(case, outputs=(decoy, *case.outputs))


@mutation(BY_QUORUM, "74 cancelled programme", "not_cancelled")
def _cancelled(case: Case, _: Random) -> Case:
    case = case.existing("programme", lambda out: out.saying(6, Constr(1)))
    return case.output(0, lambda out: out.saying(6, Constr(1)))


@mutation(CANCEL, "75 owner missing", "owner_authorises")
def _without_owner(case: Case, _: Random) -> Case:
    return case.without_input("owner")


@mutation(CANCEL, "75 owner among the reference inputs", "owner_authorises")
def _owner_is_read(case: Case, _: Random) -> Case:
    owner = case.named["owner"]
    return case.without_input("owner").reading(owner, case.utxos[owner])


@mutation(BY_QUORUM, "53 redeemer is a number", NOT_SUCH_DATA)
def _number(case: Case, _: Random) -> Case:
    return case.redeemer(spend(case), lambda _: 0)


@mutation(BY_QUORUM, "54a input without datum", Crash(""))
def _no_datum(case: Case, _: Random) -> Case:
    return case.existing("programme", lambda out: replace(out, datum=None))


# The panel that takes over ------------------------------------------------------------------------


def panel(
    oracles: Sequence[bytes] | None = None, quorum: int | None = None
) -> Callable[[Case, Random], Case]:
    """A rotation to other oracles, or another quorum, signed as it should be."""

    def apply(case: Case, _: Random) -> Case:
        taken, wanted, signatures = redeemer_of(case).fields
        new: list[Any] = list(taken if oracles is None else oracles)
        number = wanted if quorum is None else quorum
        message = replace(said(case, 0), oracles=tuple(new), quorum=number % 256)
        signed: list[Data] = [signed_by(key_of(case, s), s, message.payload) for s in signatures]
        case = case.output(0, lambda out: out.saying(1, new).saying(2, number))
        return case.redeemer(spend(case), lambda _: Constr(1, [new, number, signed]))

    return apply


def hashes(number: int) -> list[bytes]:
    return [bytes([n]) * 28 for n in range(number)]


UNSOUND_PANELS: Sequence[tuple[str, Reason, list[bytes] | None, int | None]] = (
    ("17 oracles", "at_most_16_oracles", hashes(17), 1),
    ("no oracles", "quorum_within_oracles", [], 1),
    ("an oracle of 27 bytes", "oracles_are_hashes", [*hashes(2), b"\x07" * 27], 1),
    ("an oracle of 29 bytes", "oracles_are_hashes", [*hashes(2), b"\x07" * 29], 1),
    ("an oracle twice", "oracles_distinct", [*hashes(3), hashes(3)[1]], 1),
    ("a quorum of 0", "quorum_at_least_1", None, 0),
    ("a negative quorum", "quorum_at_least_1", None, -1),
    ("a quorum above the oracles", "quorum_within_oracles", hashes(3), 4),
)
SOUND_PANELS: Sequence[tuple[str, list[bytes], int]] = (
    ("16 oracles, quorum 16", hashes(16), 16),
    ("16 oracles, quorum 1", hashes(16), 1),
    ("1 oracle, quorum 1", hashes(1), 1),
)

for _what, _because, _oracles, _quorum in UNSOUND_PANELS:
    _reasons: Sequence[Reason] = (_because, NOT_A_BYTE) if _quorum == -1 else (_because,)
    mutation(ROTATE, f"76 {_what}", _reasons)(panel(_oracles, _quorum))
