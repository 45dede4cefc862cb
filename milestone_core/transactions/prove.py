"""Record on chain that a milestone is proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from milestone_core.domain.chain import Output, Utxo
from milestone_core.domain.distribution import Programme, ProgrammeMilestone
from milestone_core.onchain import datums, plutus_data, redeemers
from milestone_core.onchain.redeemers import Proof
from milestone_core.transactions.draft import Draft, ScriptInput


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
    proven = replace(programme, milestones=tuple(milestones))
    output = Output(
        utxo.output.address,
        utxo.output.value,
        datum=plutus_data.encode(datums.programme_data(proven)),
    )
    return Draft(
        outputs=(output,),
        script_inputs=(
            ScriptInput(
                utxo,
                lambda _: redeemers.attest(proofs),
                "the proof of a milestone",
            ),
        ),
        reference_inputs=(script,),
        valid_until=valid_until,
        purpose="proof",
    )
