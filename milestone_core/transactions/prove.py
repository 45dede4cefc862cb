"""Record on chain that a milestone is proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from milestone_core.domain.chain import Utxo
from milestone_core.domain.distribution import Programme, ProgrammeMilestone
from milestone_core.onchain import redeemers
from milestone_core.onchain.redeemers import Proof
from milestone_core.transactions.decide import continued
from milestone_core.transactions.draft import Draft


def prove(
    utxo: Utxo, programme: Programme, proofs: Sequence[Proof], script: Utxo, valid_until: int
) -> Draft:
    """Put the evidence of ``proofs`` into the programme's datum.

    :param utxo: the programme's output, spent and made anew with the same value.
    :param proofs: in ascending order of the milestone's index, each with exactly a quorum.
    :param script: a reference input that carries the ``programme`` validator.
    :param valid_until: a slot that is not after the programme's end.
    """
    milestones = list(programme.milestones)
    for proof in proofs:
        known = milestones[proof.milestone]
        milestones[proof.milestone] = ProgrammeMilestone(known.id, proof.evidence)
    return continued(
        utxo,
        replace(programme, milestones=tuple(milestones)),
        redeemers.attest(proofs),
        label="the proof of a milestone",
        purpose="proof",
        script=script,
        valid_until=valid_until,
    )
