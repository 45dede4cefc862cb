"""Which decision a signature is of, and whether its oracle may make it.

A wallet hands back a text with a digest in it, and a digest does not say what it is of: it is
compared with everything that this project knows could be asked. So a signature for another
milestone, round or distribution is named rather than called wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from milestone_core.domain.address import Address
from milestone_core.domain.attestation import is_small_order
from milestone_core.domain.chain import AssetId
from milestone_core.domain.decisions import (
    Cancel,
    Decision,
    OracleMessage,
    Prove,
    Rotate,
    SignedDecision,
)
from milestone_core.domain.distribution import Programme
from milestone_core.errors import BadInput
from milestone_core.files.records import ATTESTATIONS, MESSAGES, decode_attestation, decode_message
from milestone_core.files.signatures import SignatureFile, WalletSignature
from milestone_core.files.text import shown
from milestone_core.onchain.sig_structure import payload_of
from milestone_core.services import distributions
from milestone_core.services.context import Context

_OURS = re.compile(rb"milestone (attestation|cancel|rotate) v1 [0-9a-f]{64}")
_REWARD_TYPES = (14, 15)
_ADDRESS_LENGTHS = (29, 57)  # some wallets put a bare key hash, of 28 bytes, in its place


@dataclass(frozen=True, slots=True)
class Panel:
    """Whose signatures count: a programme as it lies on chain, and the schedule's name."""

    schedule: str
    id: AssetId
    programme: Programme


def accept(
    context: Context,
    panel: Panel,
    signed: Sequence[tuple[str, SignatureFile]],
    asked: Sequence[OracleMessage] = (),
) -> tuple[SignedDecision, ...]:
    """What was signed, once all of it can count for the panel.

    :param signed: pairs of a source for messages (the file's name) and what it holds.
    :param asked: messages that the wallets' signatures may be of, besides those known here.
    :raises BadInput: one is of nothing that is known, for another programme or round, not an
        oracle's, or its key is none that only one can sign with.
    """
    for message in asked:
        if payload_of(message.programme, message.round, message.decision) != message.payload:
            raise BadInput(
                f"the text {message.payload.decode()!r} of a message does not belong to what the "
                "message says that it is about",
                hint="Take the message as `milestone oracle message` made it.",
            )
    candidates = [*asked, *_asked_before(context)]
    return tuple(_accept(context, panel, *one, asked, candidates) for one in signed)


def _accept(
    context: Context,
    panel: Panel,
    source: str,
    item: SignatureFile,
    asked: Sequence[OracleMessage],
    candidates: Sequence[OracleMessage],
) -> SignedDecision:
    address = None
    if isinstance(item, WalletSignature):
        address = item.address if len(item.address or b"") in _ADDRESS_LENGTHS else None
        if item.leaks_secret:
            context.warn(
                f"{source} holds the oracle's SECRET key: delete it, and tell the oracle to leave "
                "--include-secret out; whoever has seen the file can sign in their name"
            )
        known = _recognise(context, panel, source, item, asked, candidates)
        item = SignedDecision(known.programme, known.round, known.decision, item.signature)
    _check_subject(context, panel, source, item)
    _check_oracle(panel, source, item, address)
    return item


def _recognise(
    context: Context,
    panel: Panel,
    source: str,
    item: WalletSignature,
    asked: Sequence[OracleMessage],
    candidates: Sequence[OracleMessage],
) -> OracleMessage:
    """What a wallet's signature is of."""
    payload = item.payload
    if payload is None:
        if len(asked) == 1:
            return asked[0]
        raise BadInput(
            f"{source} does not carry the text that was signed",
            hint="Name the message that it is of: --message MSG.json",
        )
    found = next((message for message in candidates if message.payload == payload), None)
    return found or _guess(context, panel, payload) or _unknown(context, source, item, payload)


def _guess(context: Context, panel: Panel, payload: bytes) -> OracleMessage | None:
    """A message that nobody here made, but that can be made of what is known here."""
    for programme, round_, decision in conceivable(context, panel.id, panel.programme.round):
        if payload_of(programme, round_, decision) == payload:
            return OracleMessage(programme, round_, decision, payload)
    return None


def conceivable(
    context: Context, own: AssetId, round_: int
) -> Iterator[tuple[AssetId, int, Decision]]:
    """Whatever an oracle may have signed, as far as it is known here, the likeliest first.

    :param own: the programme that is asked about; those of other schedules come after it.
    :param round_: the highest round to think of; one more is thought of as well.
    """
    evidences = sorted(_evidences(context))
    records = [r for r in distributions.all_records(context) if r.programme is not None]
    for record in sorted(records, key=lambda record: record.programme != own):
        milestones = [milestone.id for milestone in record.schedule.milestones]
        decisions: list[Decision] = [Prove(m, e) for m, e in product(milestones, evidences)]
        for number in range(round_ + 1, -1, -1):
            for decision in (*decisions, Cancel()):
                yield record.programme or own, number, decision


def _evidences(context: Context) -> frozenset[bytes]:
    attested = (
        decode_attestation(document, key).attestation.evidence
        for key, document in context.storage.scan(ATTESTATIONS)
    )
    asked = (m.decision.evidence for m in _asked_before(context) if isinstance(m.decision, Prove))
    return frozenset([*attested, *asked])


def _asked_before(context: Context) -> list[OracleMessage]:
    documents = context.storage.scan(MESSAGES)
    return [decode_message(document, key).message for key, document in documents]


def _unknown(context: Context, source: str, item: WalletSignature, payload: bytes) -> OracleMessage:
    text = payload.decode("ascii", errors="replace")
    if not _OURS.fullmatch(payload):
        raise BadInput(
            f"{source} is signed over {shown(text)}, which is no message to oracles",
            hint="Sign the text of a message made with: milestone oracle message",
        )
    network = _network_of(item.address)
    elsewhere = ""
    if network is not None and network != context.network_id:
        elsewhere = f"; its wallet is on another network than {context.network}"
    raise BadInput(
        f"{source} is signed over {text!r}, which is of no milestone, evidence, round or "
        f"distribution that is known here{elsewhere}",
        hint="If it was asked for elsewhere, give the message too: --message MSG.json",
    )


def _check_subject(context: Context, panel: Panel, source: str, item: SignedDecision) -> None:
    if item.programme != panel.id:
        names = [r.key for r in distributions.all_records(context) if r.programme == item.programme]
        whose = f", that of {names[0]!r}" if names else ", of another distribution or network"
        raise BadInput(
            f"{source} is for the programme {item.programme}{whose}; this one is {panel.id}",
            hint="Ask the oracle to sign a message made with: milestone oracle message "
            f"{panel.schedule}",
        )
    if item.round != panel.programme.round:
        raise BadInput(
            f"{source} is of round {item.round}, the programme is in round "
            f"{panel.programme.round}: its oracles have changed since",
            hint="Ask the oracle to sign a new message.",
        )


def _check_oracle(panel: Panel, source: str, item: SignedDecision, address: bytes | None) -> None:
    if is_small_order(item.signature.verification_key):
        raise BadInput(
            f"{source} is signed by a key of small order: anybody can sign with it, and nodes do "
            "not accept it",
            hint="The other oracles have to put another key in its place.",
        )
    oracle = item.signature.oracle
    if oracle not in panel.programme.oracles:
        why, hint = _stranger(panel, oracle, address)
        raise BadInput(
            f"{source} is signed by {oracle.hex()}, who is no oracle of this programme{why}",
            hint=hint,
            details={
                "signed_by": oracle.hex(),
                "oracles": [known.hex() for known in panel.programme.oracles],
            },
        )


def _stranger(panel: Panel, oracle: bytes, address: bytes | None) -> tuple[str, str]:
    """Why a wallet's key may be another than expected, and what to do."""
    try:
        named = Address.from_bytes(address or b"")
    except ValueError:
        named = None
    by_stake = named is not None and named.stake is not None and named.stake.hash == oracle
    if by_stake or (address and address[0] >> 4 in _REWARD_TYPES):
        return (
            ": it is a stake key",
            "Let the wallet sign for the payment address, not for the stake or reward address.",
        )
    if named is not None and named.payment.hash in panel.programme.oracles:
        return (
            f", although the signature names {named}, which is one's",
            "The public key beside the signature is another's: hand in the two that belong "
            "together.",
        )
    oracles = ", ".join(known.hex() for known in panel.programme.oracles)
    return "", f"Choose the account whose key is one of these: {oracles}"


def _network_of(address: bytes | None) -> int | None:
    return address[0] & 15 if address and len(address) in _ADDRESS_LENGTHS else None


def describe(decision: Decision) -> str:
    """A decision as a clause: what the oracles agree to."""
    if isinstance(decision, Prove):
        return f"the milestone {decision.milestone!r} is complete"
    if isinstance(decision, Rotate):
        return f"{decision.quorum} of {len(decision.oracles)} new oracles take over"
    return "the programme is cancelled"
