"""Record a proven milestone on chain, with exactly a quorum of signatures."""

from __future__ import annotations

from dataclasses import dataclass

from milestone_core.domain.attestation import Attestation, Tally
from milestone_core.errors import NotYet, Refused
from milestone_core.onchain.redeemers import Proof
from milestone_core.services import building, distributions, scripts, sending, wallets
from milestone_core.services.context import Context
from milestone_core.services.lookup import ProgrammeOnChain
from milestone_core.services.sending import Operator, Sent
from milestone_core.transactions import prove


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
    :raises ScriptRefused: the contract does not accept a signature.
    """
    sending.settle(context, name, operator.patience)

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
    counted = require_quorum(context, name, loaded.programme, milestone)
    wallet, at = wallets.open_wallet(context, operator.keys), building.moment(context)
    programme = loaded.programme.programme
    proof = Proof(index, counted.evidence, _exactly_a_quorum(counted, programme.oracles))
    draft = prove.prove(
        loaded.programme.utxo,
        programme,
        [proof],
        scripts.find(context)["programme"],
        at.deadline(programme.until),
    )
    unsigned = building.build(context, draft, wallet, at)
    details = {"milestone": milestone, "evidence": counted.evidence.hex()}
    sent = sending.send(
        context, unsigned, operator, schedule=name, details=details, must_wait=must_wait
    )
    return Proven(milestone, counted.evidence, sent)


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
    evidence = f" over the evidence {best.evidence.hex()[:16]}..." if best else ""
    raise NotYet(
        f"the milestone {milestone!r} has {count} of {programme.quorum} signatures{evidence}",
        hint=f"Ask the oracles for more: milestone oracle message {name} {milestone}",
        details={"milestone": milestone, "signatures": count, "quorum": programme.quorum},
    )


def _exactly_a_quorum(counted: Tally, oracles: tuple[bytes, ...]) -> list[tuple[int, Attestation]]:
    chosen = counted.attestations[: counted.quorum]
    return [(oracles.index(attestation.oracle), attestation) for attestation in chosen]
