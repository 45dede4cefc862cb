"""Record a proven milestone on chain, with exactly a quorum of signatures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from milestone_core.domain.attestation import Attestation, Tally
from milestone_core.domain.chain import Utxo
from milestone_core.domain.distribution import Programme
from milestone_core.errors import NotYet, Refused, ScriptRefused
from milestone_core.files import records
from milestone_core.files.records import ATTESTATIONS
from milestone_core.onchain.redeemers import Proof, Signatures
from milestone_core.services import (
    building,
    distributions,
    quorum,
    scripts,
    sending,
    settling,
    wallets,
)
from milestone_core.services.building import Moment
from milestone_core.services.context import Context
from milestone_core.services.lookup import ProgrammeOnChain
from milestone_core.services.sending import Operator, Sent
from milestone_core.transactions import prove
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.unsigned import Unsigned
from milestone_core.transactions.wallet import Wallet


@dataclass(frozen=True, slots=True)
class Proven:
    """What ``prove`` found or did. ``sent`` is None where it was on chain already, or not sent."""

    milestone: str
    evidence: bytes
    sent: Sent | None
    already: bool = False


def prove_milestone(
    context: Context,
    name: str,
    milestone: str,
    operator: Operator,
    *,
    must_wait: bool = False,
) -> Proven:
    """Prove one milestone on chain from the committed attestations.

    :raises NotFound: not deployed, or no such milestone.
    :raises NotYet: too few oracles have signed the same evidence.
    :raises Refused: the programme is cancelled.
    :raises ScriptRefused: the contract refuses it, and not because of a signature.
    """
    settling.settle(context, name, operator.patience)

    def attempt() -> Proven:
        return _prove(context, name, milestone, operator, must_wait=must_wait)

    return sending.on_what_is_there(context, operator.patience, attempt)


def _prove(
    context: Context, name: str, milestone: str, operator: Operator, *, must_wait: bool
) -> Proven:
    loaded = distributions.load(context, name)
    index = distributions.require_milestone(loaded.programme.programme, milestone)
    known = loaded.programme.programme.milestones[index].evidence
    if known is not None:
        return Proven(milestone, known, None, already=True)
    wallet, at = wallets.open_wallet(context, operator.keys), building.moment(context)
    counted, unsigned = _build(context, name, loaded.programme, milestone, wallet, at)
    details = {"milestone": milestone, "evidence": counted.evidence.hex()}
    sent = sending.send(
        context, unsigned, operator, schedule=name, details=details, must_wait=must_wait
    )
    return Proven(milestone, counted.evidence, sent)


def _build(
    context: Context,
    name: str,
    found: ProgrammeOnChain,
    milestone: str,
    wallet: Wallet,
    at: Moment,
) -> tuple[Tally, Unsigned]:
    """The proof with the first signatures that the contract accepts; those it does not are marked.

    :raises NotYet: too few are left.
    """
    script = scripts.find(context)["programme"]
    while True:
        counted = require_quorum(context, name, found, milestone)

        def act(
            utxo: Utxo,
            programme: Programme,
            signatures: Signatures,
            evidence: bytes = counted.evidence,
        ) -> Draft:
            index = distributions.require_milestone(programme, milestone)
            proofs = [Proof(index, evidence, signatures)]
            return prove.prove(utxo, programme, proofs, script, at.deadline(programme.until))

        chosen = _exactly_a_quorum(counted, found.programme.oracles)
        draft = act(found.utxo, found.programme, chosen)
        try:
            return counted, building.build(context, draft, wallet, at)
        except ScriptRefused:
            bad = quorum.refused_signatures(context, found, act, chosen, wallet, at)
            if not bad:
                raise
            refused = {found.programme.oracles[index] for index, _ in bad}
            for attestation in counted.attestations:
                if attestation.oracle in refused:
                    other = quorum.what_it_is_of(context, found, attestation, script, wallet, at)
                    _reject(context, name, attestation, other)


def _reject(context: Context, name: str, refused: Attestation, other: str) -> None:
    """Mark a signature so that it counts no more; the next one of the same oracle takes its place.

    :param other: what it is of instead, if that is known.
    """
    why = f"it is of {other}" if other else "it is not one of their key over the message"
    prefix = records.attestation_prefix(name, refused.milestone)
    key = f"{prefix}{refused.evidence.hex()}/{refused.oracle.hex()}"
    with context.storage.transaction() as transaction:
        document = transaction.read(ATTESTATIONS, key)
        if document is not None:
            record = records.decode_attestation(document, key)
            record = replace(record, attestation=replace(record.attestation, rejected=why))
            transaction.put(ATTESTATIONS, key, records.encode_attestation(record))
    context.warn(
        f"the contract does not accept the signature of the oracle {refused.oracle.hex()} for "
        f"{refused.milestone!r}: {why}. It is marked as rejected, and counts no more; ask them to "
        "sign again"
    )


def require_quorum(context: Context, name: str, found: ProgrammeOnChain, milestone: str) -> Tally:
    """The best supported evidence of a milestone, once enough oracles have signed it.

    :raises NotYet: they have not; says how many of how many.
    :raises Refused: the programme is cancelled: nothing can be proven any more.
    """
    programme = found.programme
    if programme.cancelled:
        raise Refused(
            f"the programme of {name!r} is cancelled: nothing more can be proven",
            hint="What was proven before stays payable: milestone release",
        )
    best = distributions.best_tally(context, name, programme, milestone)
    if best is not None and best.complete:
        return best
    count = best.count if best else 0
    rejected = sorted(
        a.oracle.hex()
        for a in distributions.attestations_of(context, name)
        if a.milestone == milestone and a.rejected and a.round == programme.round
    )
    without = f" (the contract has rejected that of {', '.join(rejected)})" if rejected else ""
    evidence = f" over the evidence {best.evidence.hex()[:16]}..." if best else ""
    raise NotYet(
        f"the milestone {milestone!r} has {count} of {programme.quorum} signatures"
        f"{evidence}{without}",
        hint="Ask the oracles for more: "
        f"milestone oracle message {name} {milestone} --evidence FILE",
        details={
            "milestone": milestone,
            "signatures": count,
            "quorum": programme.quorum,
            "rejected": rejected,
        },
    )


def _exactly_a_quorum(counted: Tally, oracles: tuple[bytes, ...]) -> list[tuple[int, Attestation]]:
    chosen = counted.attestations[: counted.quorum]
    return [(oracles.index(attestation.oracle), attestation) for attestation in chosen]
