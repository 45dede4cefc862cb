"""What an oracle is asked to sign, and our own signer for oracles who keep a key file."""

from __future__ import annotations

from milestone_core.domain.attestation import Attestation
from milestone_core.errors import BadInput
from milestone_core.files.attestation import OracleMessage, SignedAttestation
from milestone_core.onchain import sig_structure
from milestone_core.services import distributions, lookup
from milestone_core.services.context import Context
from milestone_core.transactions.keys import SigningKey


def message(context: Context, name: str, milestone: str, evidence: bytes) -> OracleMessage:
    """The message for one milestone of a deployed schedule.

    :param evidence: the blake2b-256 of the evidence file.
    :raises NotFound: the schedule is not deployed, or has no such milestone.
    """
    record = distributions.record_of(context, name)
    programme = distributions.deployed_programme(record)
    found = lookup.find_programme(context, programme).programme
    distributions.require_milestone(found, milestone)
    subject = programme, found.round, milestone.encode(), evidence
    return OracleMessage(
        programme=programme,
        round=found.round,
        milestone=milestone,
        evidence=evidence,
        digest=sig_structure.attestation_digest(*subject),
        payload=sig_structure.attestation_payload(*subject),
    )


def sign(asked: OracleMessage, key: SigningKey) -> SignedAttestation:
    """Sign a message as a wallet's CIP-8 signer would, with the shortest header.

    What is signed is made anew from what the message says it is about.

    :raises BadInput: the message's text is not the one that belongs to its subject.
    """
    payload = sig_structure.attestation_payload(
        asked.programme, asked.round, asked.milestone.encode(), asked.evidence
    )
    if payload != asked.payload:
        raise BadInput(
            "the text in the message does not belong to the milestone and evidence that it names",
            hint="Do not sign it. Ask for a new one made with: milestone oracle message",
        )
    header = sig_structure.SHORTEST_HEADER
    attestation = Attestation(
        milestone=asked.milestone,
        evidence=asked.evidence,
        oracle=key.hash,
        verification_key=key.verification_key,
        header=header,
        signature=key.sign(sig_structure.sig_structure(header, payload)),
        round=asked.round,
    )
    return SignedAttestation(asked.programme, attestation)
