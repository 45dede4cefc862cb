"""Keep oracles' attestations, after checking their form and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from milestone_core.domain.attestation import Attestation, is_small_order, tally
from milestone_core.domain.chain import AssetId
from milestone_core.domain.distribution import Programme
from milestone_core.errors import BadInput
from milestone_core.files.attestation import SignedAttestation
from milestone_core.files.records import ATTESTATIONS, AttestationRecord, encode_attestation
from milestone_core.services import distributions, lookup
from milestone_core.services.context import Context


@dataclass(frozen=True, slots=True)
class Standing:
    """How many oracles have signed one evidence of one milestone."""

    milestone: str
    evidence: bytes
    count: int
    quorum: int
    replaced: bool

    @property
    def verified(self) -> bool:
        return self.count >= self.quorum


def commit(
    context: Context, name: str, signed: Sequence[tuple[str, SignedAttestation]]
) -> tuple[Standing, ...]:
    """Keep attestations; a second one of the same oracle takes the place of the first.

    All of them are checked before any is kept.

    :param signed: pairs of a source for messages (the file's name) and what it holds.

    :raises NotFound: the schedule is not registered or not deployed: what oracles sign contains
        the programme's id, so there is nothing to attest before.
    :raises BadInput: one is for another programme, milestone, round or oracle, or its key is none
        that only one can sign with.
    """
    record = distributions.record_of(context, name)
    programme = distributions.deployed_programme(record)
    found = lookup.find_programme(context, programme).programme
    for source, item in signed:
        _check(source, item, programme, found)
    replaced = [_keep(context, name, item) for _, item in signed]
    return tuple(
        _standing(context, name, found, item.attestation, again)
        for (_, item), again in zip(signed, replaced, strict=True)
    )


def _check(source: str, item: SignedAttestation, programme: AssetId, found: Programme) -> None:
    attestation = item.attestation
    if item.programme != programme:
        raise BadInput(
            f"{source} attests for the programme {item.programme}, this one is {programme}",
            hint="Ask the oracle to sign a message made with: milestone oracle message",
        )
    if attestation.round != found.round:
        raise BadInput(
            f"{source} is of round {attestation.round}, the programme is in round "
            f"{found.round}: its oracles have changed since",
            hint="Ask the oracle to sign a new message.",
        )
    if found.milestone_index(attestation.milestone.encode()) is None:
        known = ", ".join(m.id.decode(errors="replace") for m in found.milestones)
        raise BadInput(
            f"{source} attests the milestone {attestation.milestone!r}, which the schedule "
            f"does not have (it has: {known})"
        )
    if is_small_order(attestation.verification_key):
        raise BadInput(
            f"{source} is signed by a key of small order: anybody can sign with it, and nodes do "
            "not accept it",
            hint="The other oracles have to put another key in its place.",
        )
    if attestation.oracle not in found.oracles:
        raise BadInput(
            f"{source} is signed by {attestation.oracle.hex()}, who is no oracle of this programme",
            hint="See who is with: milestone status",
        )


def _keep(context: Context, name: str, item: SignedAttestation) -> bool:
    record = AttestationRecord(name, item.programme, item.attestation, context.now())
    with context.storage.transaction() as transaction:
        known = transaction.read(ATTESTATIONS, record.key) is not None
        transaction.put(ATTESTATIONS, record.key, encode_attestation(record))
    return known


def _standing(
    context: Context, name: str, programme: Programme, attestation: Attestation, replaced: bool
) -> Standing:
    committed = distributions.attestations_of(context, name)
    count = next(
        counted.count
        for counted in tally(committed, programme, attestation.milestone)
        if counted.evidence == attestation.evidence
    )
    return Standing(attestation.milestone, attestation.evidence, count, programme.quorum, replaced)
