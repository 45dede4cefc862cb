"""Which of a quorum's signatures the contract does not accept, and what they are of instead.

One bad signature makes the contract refuse all of them, and its refusal does not say which. No
cryptography is done here to find out: each signature is evaluated alone, on a programme that is
supposed to be the same but for a quorum of one. In the same way it is tried on whatever else the
oracle may have signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import islice

from milestone_core.domain.attestation import Attestation
from milestone_core.domain.chain import OutputReference, Utxo, Value
from milestone_core.domain.decisions import Prove
from milestone_core.domain.distribution import Programme, ProgrammeMilestone
from milestone_core.errors import ScriptRefused
from milestone_core.onchain import datums, plutus_data
from milestone_core.onchain.redeemers import Proof, Signatures, Signed
from milestone_core.services import building, signatures
from milestone_core.services.building import Moment
from milestone_core.services.context import Context
from milestone_core.services.lookup import ProgrammeOnChain
from milestone_core.transactions import prove
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.wallet import Wallet

Act = Callable[[Utxo, Programme, Signatures], Draft]
"""Makes what the oracles decided out of a programme's output, its datum, and signatures."""

_NOWHERE = OutputReference(blake2b(b"a programme that is supposed", digest_size=32).digest(), 0)
_MOST_TRIES = 64


def refused_signatures(
    context: Context,
    found: ProgrammeOnChain,
    act: Act,
    candidates: Sequence[tuple[int, Signed]],
    wallet: Wallet,
    at: Moment,
) -> list[tuple[int, Signed]]:
    """Those of the signatures that the contract does not accept even alone."""
    programme = replace(found.programme, quorum=1)
    utxo = _supposed(found, programme, found.utxo.output.value)
    return [
        signature
        for signature in candidates
        if not _accepted(context, act(utxo, programme, [signature]), utxo, wallet, at)
    ]


def what_it_is_of(
    context: Context,
    found: ProgrammeOnChain,
    refused: Attestation,
    script: Utxo,
    wallet: Wallet,
    at: Moment,
) -> str:
    """What else a refused attestation proves, as a clause; empty if nothing that is known here."""
    context.tell("looking for what the signature is of")
    known = signatures.conceivable(context, found.id, found.programme.round)
    proofs = (
        (programme, round_, decision)
        for programme, round_, decision in known
        if isinstance(decision, Prove) and programme.policy == found.id.policy
    )
    for programme, round_, decision in islice(proofs, _MOST_TRIES):
        supposed = replace(
            found.programme,
            milestones=(ProgrammeMilestone(decision.milestone.encode()),),
            oracles=(refused.oracle,),
            quorum=1,
            round=round_,
        )
        utxo = _supposed(found, supposed, Value(found.utxo.output.value.lovelace, {programme: 1}))
        proof = Proof(0, decision.evidence, [(0, refused)])
        draft = prove.prove(utxo, supposed, [proof], script, at.deadline(supposed.until))
        if _accepted(context, draft, utxo, wallet, at):
            elsewhere = " of another distribution" if programme != found.id else ""
            return (
                f"the milestone {decision.milestone!r}{elsewhere}, evidence "
                f"{decision.evidence.hex()[:16]}..., round {round_}"
            )
    return ""


def _supposed(found: ProgrammeOnChain, programme: Programme, value: Value) -> Utxo:
    datum = plutus_data.encode(datums.programme_data(programme))
    output = replace(found.utxo.output, value=value, datum=datum, datum_hash=None)
    return Utxo(_NOWHERE, output)


def _accepted(context: Context, draft: Draft, supposed: Utxo, wallet: Wallet, at: Moment) -> bool:
    try:
        building.build(context, draft, wallet, at, supposing=[supposed])
    except ScriptRefused:
        return False
    return True
