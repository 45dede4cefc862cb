"""Mutations 54 to 66: what oracles sign, and who signs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from random import Random
from typing import Any

from milestone_core.domain.chain import AssetId
from milestone_core.onchain import sig_structure
from milestone_core.onchain.plutus_data import Constr
from milestone_core.transactions.draft import Layout

from .actions import ATTEST, BY_QUORUM, ROTATE
from .case import Case
from .mutation import NO_ELEMENT, NOT_A_BYTE, Change, mutation
from .output import with_field
from .plans import Proving
from .scripts import ORACLES, OUTSIDER, Key

GOOD, KEY, QUORUM = "signature_is_good", "oracles_key", "quorum_reached"
ORACLE, PUBLIC_KEY, HEADER, SIGNATURE = range(4)
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


@mutation(BY_QUORUM, "66 header of 256 bytes", NOT_A_BYTE)
def _long_header(case: Case, rng: Random) -> Case:
    header = rng.randbytes(256)

    def change(signature: Any, _: Random) -> Constr:
        message = b"\x84\x6aSignature1\x59\x01\x00" + header + b"\x40" + said(case, 0).payload
        signed = key_of(case, signature).sign(message)
        return Constr(0, [*signature.fields[:HEADER], header, signed])

    return one_signature(change)(case, rng)
