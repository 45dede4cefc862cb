"""Hand a distribution on to somebody who does not know this project, and take one over.

What is taken over is believed only where the chain says the same: the network, the contract, the
programme, and every page, which has to be what the schedule promises.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from milestone_core.domain.decisions import OracleSignature, Prove, SignedDecision
from milestone_core.errors import BadInput, NotYet
from milestone_core.files.bundle import Bundle
from milestone_core.files.records import (
    ATTESTATIONS,
    SCHEDULES,
    AttestationRecord,
    DistributionState,
    ScheduleRecord,
    decode_attestation,
    decode_schedule,
    encode_attestation,
    encode_schedule,
)
from milestone_core.networks import NETWORKS, network_name
from milestone_core.ports import Document
from milestone_core.services import checks, distributions, journal, lookup, signatures
from milestone_core.services.context import Context
from milestone_core.services.signatures import Panel


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken over: the record, how many attestations, and how many were out of date."""

    record: ScheduleRecord
    attestations: int
    outdated: int
    known: bool


def export(context: Context, name: str) -> Bundle:
    """A deployed schedule of this project, with the attestations that are kept here.

    Asks no server. Attestations that the contract has refused are left out.

    :raises NotFound: there is no such schedule, or it is not deployed.
    :raises NotYet: not all of its pages are on chain yet.
    """
    record = distributions.record_of(context, name)
    programme = distributions.deployed_programme(record)
    pages = len(distributions.pages_of(record.schedule))
    if len(record.pages) < pages:
        raise NotYet(
            f"{len(record.pages)} of the {pages} distributions of {name!r} are deployed",
            hint=f"Finish it first: milestone deploy {name} --key FILE",
        )
    return Bundle(
        magic=NETWORKS[context.network].magic,
        contract={validator.title: validator.hash for validator in context.contract.validators},
        document_hash=record.schedule.document_hash(),
        schedule=record.schedule,
        programme=programme,
        pages=record.pages,
        attestations=tuple(_signed(context, name)),
    )


def _signed(context: Context, name: str) -> list[SignedDecision]:
    return [
        SignedDecision(
            kept.programme,
            kept.attestation.round,
            Prove(kept.attestation.milestone, kept.attestation.evidence),
            OracleSignature(
                kept.attestation.verification_key,
                kept.attestation.header,
                kept.attestation.signature,
            ),
        )
        for kept in (
            decode_attestation(document, key)
            for key, document in context.storage.scan(ATTESTATIONS)
            if key.startswith(f"{name}/")
        )
        if not kept.attestation.rejected
    ]


def take_over(context: Context, source: str, bundle: Bundle) -> Imported:
    """Keep what a bundle holds, once the chain confirms it. All of it is kept, or nothing.

    :param source: the file's name, for messages.
    :raises BadInput: it is of another network or contract, another schedule of its name is here,
        or an attestation is not one of the programme's oracles.
    :raises NotFound: what it names is not on this chain, or no more.
    :raises Refused: what lies on chain is not what its schedule promises.
    """
    _check_origin(context, source, bundle)
    name = bundle.schedule.name
    record = ScheduleRecord(
        schedule=bundle.schedule,
        state=DistributionState.ACTIVE,
        created_at=context.now(),
        programme=bundle.programme,
        pages=bundle.pages,
    )
    _check_room(context, source, record, context.storage.read(SCHEDULES, record.key))
    context.policy(bundle.schedule.policy)
    checks.require_network(context)
    checks.require_fresh(context, context.chain.tip())
    programme = lookup.find_programme(context, bundle.programme).programme
    pages = [distributions.page_on_chain(context, record, n) for n in range(len(record.pages))]
    if not any(pages):
        record = replace(record, state=DistributionState.CLOSED)
    current = [signed for signed in bundle.attestations if signed.round == programme.round]
    accepted = signatures.accept(
        context,
        Panel(name, bundle.programme, programme),
        [(f"{source}: attestations[{bundle.attestations.index(s)}]", s) for s in current],
    )
    known = _keep(context, source, record, accepted)
    outdated = len(bundle.attestations) - len(accepted)
    return Imported(record, len(accepted), outdated, known)


def _check_origin(context: Context, source: str, bundle: Bundle) -> None:
    """Refuse what is of another network or contract, and what lacks a page."""
    configured = NETWORKS[context.network]
    if bundle.schedule.network != configured.name or bundle.magic != configured.magic:
        theirs = bundle.schedule.network
        if bundle.magic != NETWORKS.get(theirs, configured).magic:
            theirs = f"{theirs} ({network_name(bundle.magic)} by its magic)"
        raise BadInput(
            f"{source} is of the network {theirs}, this project is for {configured.name}",
            hint=f"Begin a project for it, in another folder: milestone init . --network "
            f"{bundle.schedule.network}",
        )
    ours = {validator.title: validator.hash for validator in context.contract.validators}
    other = [title for title in ours if bundle.contract[title] != ours[title]]
    if other:
        title = other[0]
        raise BadInput(
            f"{source} is of another contract: its {title} is {bundle.contract[title].hex()}, ours "
            f"is {ours[title].hex()}",
            hint="Another version of this program may have it; see: milestone contract show",
        )
    pages = len(distributions.pages_of(bundle.schedule))
    if len(bundle.pages) != pages:
        raise BadInput(
            f"{source} names {len(bundle.pages)} distributions, its schedule makes {pages}",
            hint="Ask for the bundle again.",
        )


def _check_room(
    context: Context, source: str, record: ScheduleRecord, document: Document | None
) -> None:
    """Refuse to put a bundle in the place of something else: of what is stored under its name."""
    if document is None:
        return
    existing = decode_schedule(document, record.key)
    if existing.schedule != record.schedule:
        raise BadInput(
            f"another schedule {record.key!r} than that of {source} is registered here",
            hint="Import it in another project folder.",
        )
    ours = (existing.programme, existing.pages)
    if existing.programme is not None and ours != (record.programme, record.pages):
        raise BadInput(
            f"the schedule {record.key!r} is deployed here under other ids than those of {source}",
            hint="Import it in another project folder.",
        )
    if existing.programme is None and journal.unsettled(context, record.key):
        raise NotYet(
            f"a deployment of {record.key!r} from here is under way",
            hint="Find out what became of it with: milestone resume",
        )


def _keep(
    context: Context, source: str, record: ScheduleRecord, accepted: tuple[SignedDecision, ...]
) -> bool:
    """Write all of it or none; whether the schedule was here before."""
    with context.storage.transaction() as transaction:
        document = transaction.read(SCHEDULES, record.key)
        # Again, under the lock: another process may have deployed it meanwhile.
        _check_room(context, source, record, document)
        if document is not None:
            created = decode_schedule(document, record.key).created_at
            record = replace(record, created_at=created)
        transaction.put(SCHEDULES, record.key, encode_schedule(record))
        for signed in accepted:
            assert isinstance(signed.decision, Prove), "the bundle's reader lets no other through"
            kept = AttestationRecord(
                record.key,
                signed.programme,
                signed.attestation(signed.decision),
                context.now(),
            )
            # One that is here may have been refused by the contract, which it remembers.
            if transaction.read(ATTESTATIONS, kept.key) is None:
                transaction.put(ATTESTATIONS, kept.key, encode_attestation(kept))
    return document is not None
