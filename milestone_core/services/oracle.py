"""What an oracle is asked to sign, and our own signer for oracles who keep a key file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milestone_core.domain.decisions import (
    Decision,
    OracleMessage,
    OracleSignature,
    Prove,
    Rotate,
    SignedDecision,
)
from milestone_core.domain.schedule import panel_problems
from milestone_core.errors import BadDocument, BadInput, Busy, Refused
from milestone_core.files.records import MESSAGES, MessageRecord, encode_message
from milestone_core.onchain import sig_structure
from milestone_core.services import distributions
from milestone_core.services.context import Context

if TYPE_CHECKING:  # it costs a second to import, and only who signs here needs it
    from milestone_core.transactions.keys import SigningKey


def message(context: Context, name: str, decision: Decision) -> OracleMessage:
    """The message for one decision about a deployed schedule, in its present round.

    It is remembered, so that a wallet's signature, which carries a digest alone, is recognised.

    :raises NotFound: the schedule is not deployed, or has no such milestone.
    :raises Refused: the programme is cancelled: there is nothing left to decide.
    :raises BadDocument: no such panel can take over.
    """
    record = distributions.record_of(context, name)
    on_chain = distributions.programme_on_chain(context, record)
    programme, found = on_chain.id, on_chain.programme
    if found.cancelled:
        raise Refused(
            f"the programme of {name!r} is cancelled: its oracles decide nothing any more",
            hint="What was proven before stays payable: milestone release",
        )
    if isinstance(decision, Prove):
        distributions.require_milestone(found, decision.milestone)
    if isinstance(decision, Rotate):
        problems = list(panel_problems(decision.oracles, decision.quorum))
        if problems:
            raise BadDocument("the new oracles", problems)
    payload = sig_structure.payload_of(programme, found.round, decision)
    asked = OracleMessage(programme, found.round, decision, payload)
    _remember(context, MessageRecord(name, asked))
    return asked


def _remember(context: Context, record: MessageRecord) -> None:
    if context.storage.read(MESSAGES, record.key) is not None:
        return
    try:
        with context.storage.transaction() as transaction:
            transaction.put(MESSAGES, record.key, encode_message(record))
    except Busy:
        # The message is good without it; `commit` then wants it beside a wallet's signature.
        context.warn("the message was not remembered: another process is writing")


def sign(asked: OracleMessage, key: SigningKey) -> SignedDecision:
    """Sign a message as a wallet's CIP-8 signer would, with the shortest header.

    What is signed is made anew from what the message says it is about.

    :raises BadInput: the message's text is not the one that belongs to its subject.
    """
    payload = sig_structure.payload_of(asked.programme, asked.round, asked.decision)
    if payload != asked.payload:
        raise BadInput(
            "the text in the message does not belong to what it says that it is about",
            hint="Do not sign it. Ask for a new one made with: milestone oracle message",
        )
    header = sig_structure.SHORTEST_HEADER
    signature = key.sign(sig_structure.sig_structure(header, payload))
    signed = OracleSignature(key.verification_key, header, signature)
    return SignedDecision(asked.programme, asked.round, asked.decision, signed)
