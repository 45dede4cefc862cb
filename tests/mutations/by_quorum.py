"""Mutations 54 to 75: what oracles sign, and the programme that goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from random import Random
from typing import Any

from milestone_core.domain.address import Address
from milestone_core.domain.chain import AssetId, Value
from milestone_core.onchain import sig_structure
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.transactions.draft import Layout

from .actions import ATTEST, BY_QUORUM, CANCEL, ROTATE
from .case import Case, Out, with_field
from .mutation import NO_ELEMENT, NOT_SUCH_DATA, Change, Crash, Reason, mutation
from .plans import Proving
from .release_outputs import junk, redirected, restaked, scripted, unstaked
from .scripts import ORACLES, OUTSIDER, Key

GOOD, KEY, QUORUM = "signature_is_good", "oracles_key", "quorum_reached"
ORACLE, PUBLIC_KEY, HEADER, SIGNATURE = range(4)
TOO_LONG = Crash("ByteStringConsNotAByte")
Signatures = list[Any]


def spend(case: Case) -> tuple[str, Any]:
    return "spend", case.named["programme"]


def redeemer_of(case: Case) -> Any:
    """What is said; the indices of the transaction are no part of it."""
    nowhere = Layout((), ())
    return case.redeemers[spend(case)](nowhere)


def with_signatures(case: Case, rng: Random, change: Callable[[Signatures], Signatures]) -> Case:
    """Other signatures: of one of the attestations, or of the whole action."""
    redeemer = redeemer_of(case)
    if redeemer.index == 0:
        attestations = list(redeemer.fields[0])
        place = rng.randrange(len(attestations))
        chosen = attestations[place]
        attestations[place] = with_field(chosen, 2, change(list(chosen.fields[2])))
        return case.redeemer(spend(case), lambda data: with_field(data, 0, attestations))
    last = len(redeemer.fields) - 1
    return case.redeemer(
        spend(case), lambda data: with_field(data, last, change(list(data.fields[last])))
    )


def one_signature(change: Callable[[Any, Random], Constr]) -> Callable[[Case, Random], Case]:
    """One of the signatures changed."""

    def apply(case: Case, rng: Random) -> Case:
        def in_list(signatures: Signatures) -> Signatures:
            place = rng.randrange(len(signatures))
            signatures[place] = change(signatures[place], rng)
            return signatures

        return with_signatures(case, rng, in_list)

    return apply


def flipped(raw: bytes, rng: Random) -> bytes:
    bit = rng.randrange(8 * len(raw))
    return (int.from_bytes(raw, "big") ^ 1 << bit).to_bytes(len(raw), "big")


def _flipped_header(signature: Any, rng: Random) -> Constr:
    header = signature.fields[HEADER] or b"\0"
    return with_field(signature, HEADER, flipped(header, rng))


mutation(BY_QUORUM, "54 bit of a signature flipped", GOOD)(
    one_signature(lambda s, rng: with_field(s, SIGNATURE, flipped(s.fields[SIGNATURE], rng)))
)
mutation(BY_QUORUM, "54 bit of a key flipped", KEY)(
    one_signature(lambda s, rng: with_field(s, PUBLIC_KEY, flipped(s.fields[PUBLIC_KEY], rng)))
)
mutation(BY_QUORUM, "54 bit of a header flipped", GOOD)(one_signature(_flipped_header))


@mutation(BY_QUORUM, "55 one signature less than the quorum", QUORUM)
def _too_few(case: Case, rng: Random) -> Case:
    quorum = case.facts.plan.quorum
    return with_signatures(case, rng, lambda signatures: signatures[: quorum - 1])


@mutation(BY_QUORUM, "56 oracle twice", NO_ELEMENT)
def _twice(case: Case, rng: Random) -> Case | None:
    quorum = case.facts.plan.quorum
    if quorum < 2:
        return None
    return with_signatures(
        case, rng, lambda signatures: [*signatures[: quorum - 1], signatures[quorum - 2]]
    )


@mutation(BY_QUORUM, "57 oracles descending", NO_ELEMENT)
def _descending(case: Case, rng: Random) -> Case | None:
    if len(case.facts.signers) < 2:
        return None
    return with_signatures(case, rng, lambda signatures: signatures[::-1])


@mutation(BY_QUORUM, "58 oracle out of range", NO_ELEMENT)
def _out_of_range(case: Case, rng: Random) -> Case:
    beyond = len(case.facts.plan.oracles) + rng.choice([0, 1, 16])
    return with_signatures(
        case, rng, lambda signatures: [*signatures[:-1], with_field(signatures[-1], 0, beyond)]
    )


@mutation(BY_QUORUM, "58 oracle negative", NO_ELEMENT)
def _negative(case: Case, rng: Random) -> Case:
    return with_signatures(
        case, rng, lambda signatures: [with_field(signatures[0], 0, -1), *signatures[1:]]
    )


# Signed, but not this -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What is signed: everything that goes into a message."""

    purpose: str
    programme: AssetId
    round: int
    milestone: bytes = b""
    evidence: bytes = b""
    quorum: int = 0
    oracles: tuple[bytes, ...] = ()

    @property
    def payload(self) -> bytes:
        if self.purpose == "attest":
            return sig_structure.attestation_payload(
                self.programme, self.round, self.milestone, self.evidence
            )
        if self.purpose == "rotate":
            return sig_structure.rotate_payload(
                self.programme, self.round, self.quorum, self.oracles
            )
        return sig_structure.cancel_payload(self.programme, self.round)


def said(case: Case, place: int) -> Said:
    """What the oracles sign here; ``place`` is that of the attestation."""
    facts: Proving = case.facts
    [token] = case.utxo("programme").value.assets
    redeemer = redeemer_of(case)
    message = Said("cancel", token, facts.plan.round)
    if redeemer.index == 0:
        index, evidence, _ = redeemer.fields[0][place].fields
        name = facts.plan.milestones[index]
        return replace(message, purpose="attest", milestone=name, evidence=evidence)
    if redeemer.index == 1:
        oracles, quorum, _ = redeemer.fields
        return replace(message, purpose="rotate", oracles=tuple(oracles), quorum=quorum)
    return message


def signed_by(key: Key, signature: Any, payload: bytes) -> Constr:
    """The same oracle and header, with a good signature of another key or message."""
    oracle, _, header, _ = signature.fields
    message = sig_structure.sig_structure(header, payload)
    return Constr(0, [oracle, key.public, header, key.sign(message)])


def key_of(case: Case, signature: Any) -> Key:
    number: int = case.facts.plan.oracles[signature.fields[ORACLE]]
    return ORACLES[number]


def saying(change: Callable[[Said, Case], Said | bytes | None]) -> Change:
    """All the signatures of one message made over another one."""

    def apply(case: Case, rng: Random) -> Case | None:
        state = rng.getstate()
        count = len(redeemer_of(case).fields[0]) if redeemer_of(case).index == 0 else 1
        place = rng.randrange(count)
        other = change(said(case, place), case)
        if other is None:
            return None
        payload = other if isinstance(other, bytes) else other.payload
        rng.setstate(state)
        return with_signatures(
            case,
            rng,
            lambda signatures: [signed_by(key_of(case, s), s, payload) for s in signatures],
        )

    return apply


@mutation(BY_QUORUM, "59 outsider's key", KEY)
def _outsider(case: Case, rng: Random) -> Case:
    return one_signature(lambda s, _: signed_by(OUTSIDER, s, said(case, 0).payload))(case, rng)


@mutation(BY_QUORUM, "60 key of another oracle", KEY)
def _another_oracle(case: Case, rng: Random) -> Case | None:
    panel = case.facts.plan.oracles
    if len(panel) < 2:
        return None

    def change(signature: Any, _: Random) -> Constr:
        neighbour = ORACLES[panel[signature.fields[ORACLE] - 1]]
        return signed_by(neighbour, signature, said(case, 0).payload)

    return one_signature(change)(case, rng)


def _other_programme(message: Said, _: Case) -> Said:
    return replace(message, programme=AssetId(message.programme.policy, b"\x99" * 32))


def _other_policy(message: Said, _: Case) -> Said:
    return replace(message, programme=AssetId(b"\x99" * 28, message.programme.name))


def _other_purpose(message: Said, _: Case) -> Said:
    return replace(
        message, purpose={"attest": "cancel", "cancel": "rotate"}.get(message.purpose, "attest")
    )


def _hashed(message: Said, _: Case) -> bytes:
    return blake2b(message.payload, digest_size=28).digest()


mutation(ATTEST, "61 other milestone", GOOD)(
    saying(lambda message, _: replace(message, milestone=message.milestone + b"!"))
)
mutation(BY_QUORUM, "62 other programme", GOOD)(saying(_other_programme))
mutation(BY_QUORUM, "62 other policy", GOOD)(saying(_other_policy))
mutation(BY_QUORUM, "62 former round", GOOD)(
    saying(lambda message, _: replace(message, round=message.round - 1 if message.round else 1))
)
mutation(ATTEST, "63 other evidence", GOOD)(
    saying(lambda message, _: replace(message, evidence=bytes(255 - b for b in message.evidence)))
)
mutation(ROTATE, "63 other oracles", GOOD)(
    saying(lambda message, _: replace(message, oracles=message.oracles[::-1]))
)
mutation(ROTATE, "63 other quorum", GOOD)(
    saying(lambda message, _: replace(message, quorum=message.quorum - 1))
)
mutation(BY_QUORUM, "64 other purpose", GOOD)(saying(_other_purpose))
mutation(BY_QUORUM, "65 hashed payload", GOOD)(saying(_hashed))


@mutation(BY_QUORUM, "66 header of 256 bytes", TOO_LONG)
def _long_header(case: Case, rng: Random) -> Case:
    header = rng.randbytes(256)

    def change(signature: Any, _: Random) -> Constr:
        message = b"\x84\x6aSignature1\x59\x01\x00" + header + b"\x40" + said(case, 0).payload
        signed = key_of(case, signature).sign(message)
        return Constr(0, [*signature.fields[:HEADER], header, signed])

    return one_signature(change)(case, rng)


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
    _reasons: Sequence[Reason] = (_because, TOO_LONG) if _quorum == -1 else (_because,)
    mutation(ROTATE, f"76 {_what}", _reasons)(panel(_oracles, _quorum))
