"""Keep oracles' attestations, after checking their form and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from milestone_core.domain.attestation import Attestation, tally
from milestone_core.domain.chain import AssetId
from milestone_core.domain.decisions import Decision, OracleMessage, Prove, Rotate
from milestone_core.domain.distribution import Programme
from milestone_core.errors import BadInput
from milestone_core.files.records import ATTESTATIONS, AttestationRecord, encode_attestation
from milestone_core.files.signatures import SignatureFile
from milestone_core.services import distributions, signatures
from milestone_core.services.context import Context
from milestone_core.services.signatures import Panel


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
    context: Context,
    name: str,
    signed: Sequence[tuple[str, SignatureFile]],
    asked: Sequence[OracleMessage] = (),
) -> tuple[Standing, ...]:
    """Keep attestations; a second one of the same oracle takes the place of the first.

    All of them are checked before any is kept.

    :param signed: pairs of a source for messages (the file's name) and what it holds.
    :param asked: messages that wallets' signatures may be of, besides those that were made here.

    :raises NotFound: the schedule is not registered or not deployed: what oracles sign contains
        the programme's id, so there is nothing to attest before.
    :raises BadInput: one is for another programme, milestone, round or oracle, or its key is none
        that only one can sign with, or it is no attestation.
    """
    record = distributions.record_of(context, name)
    on_chain = distributions.programme_on_chain(context, record)
    programme, found = on_chain.id, on_chain.programme
    panel = Panel(name, programme, found)
    accepted = signatures.accept(context, panel, signed, asked)
    items = [
        (item.programme, item.attestation(_proved(name, found, source, item.decision)))
        for (source, _), item in zip(signed, accepted, strict=True)
    ]
    replaced = _keep(context, name, items)
    return tuple(
        _standing(context, name, found, attestation, again)
        for (_, attestation), again in zip(items, replaced, strict=True)
    )


def _proved(name: str, programme: Programme, source: str, decision: Decision) -> Prove:
    if not isinstance(decision, Prove):
        command = "rotate" if isinstance(decision, Rotate) else "cancel"
        oracles = " --oracles FILE" if isinstance(decision, Rotate) else ""
        raise BadInput(
            f"{source} is no attestation: it agrees to {command}",
            hint=f"Give it to: milestone {command} {name}{oracles} {source}",
        )
    if programme.milestone_index(decision.milestone.encode()) is None:
        known = ", ".join(m.id.decode(errors="replace") for m in programme.milestones)
        raise BadInput(
            f"{source} attests the milestone {decision.milestone!r}, which the schedule "
            f"does not have (it has: {known})"
        )
    return decision


def _keep(context: Context, name: str, items: Sequence[tuple[AssetId, Attestation]]) -> list[bool]:
    """Write all of them or none; whether each takes the place of another."""
    now = context.now()
    replaced = []
    with context.storage.transaction() as transaction:
        for programme, attestation in items:
            record = AttestationRecord(name, programme, attestation, now)
            replaced.append(transaction.read(ATTESTATIONS, record.key) is not None)
            transaction.put(ATTESTATIONS, record.key, encode_attestation(record))
    return replaced


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
