"""Carry out what a quorum of oracles has decided about a programme: cancel it, or rotate them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from milestone_core.domain.chain import Utxo
from milestone_core.domain.decisions import (
    Cancel,
    Decision,
    OracleMessage,
    OracleSignature,
    Rotate,
    SignedDecision,
)
from milestone_core.domain.distribution import Programme
from milestone_core.domain.schedule import panel_problems
from milestone_core.errors import BadDocument, BadInput, NotYet, Refused, ScriptRefused
from milestone_core.files.signatures import SignatureFile
from milestone_core.onchain.redeemers import Signatures
from milestone_core.onchain.sig_structure import payload_of
from milestone_core.services import (
    building,
    distributions,
    quorum,
    scripts,
    sending,
    settling,
    signatures,
    wallets,
)
from milestone_core.services.building import Moment
from milestone_core.services.context import Context
from milestone_core.services.lookup import ProgrammeOnChain
from milestone_core.services.quorum import Act
from milestone_core.services.sending import Operator, Sent
from milestone_core.services.signatures import Panel
from milestone_core.transactions import decide as deciding
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.unsigned import Unsigned
from milestone_core.transactions.wallet import Wallet

Signed = Sequence[tuple[str, SignatureFile]]


@dataclass(frozen=True, slots=True)
class Decided:
    """What was done. ``sent`` is None where it was so already, or not approved."""

    programme: Programme
    sent: Sent | None
    already: bool = False


def cancel(
    context: Context,
    name: str,
    signed: Signed,
    operator: Operator,
    asked: Sequence[OracleMessage] = (),
) -> Decided:
    """Let nothing more be proven; what is proven stays payable.

    :param signed: pairs of a source for messages (the file's name) and what it holds.
    :raises BadInput: a signature is of something else, or none of the keys is the owner's.
    :raises NotYet: fewer than a quorum of the oracles signed it, or its time is over.
    """
    return sending.on_what_is_there(
        context, operator.patience, lambda: _cancel(context, name, signed, operator, asked)
    )


def _cancel(
    context: Context,
    name: str,
    signed: Signed,
    operator: Operator,
    asked: Sequence[OracleMessage],
) -> Decided:
    found = _find(context, name, operator)
    if found.programme.cancelled:
        return Decided(found.programme, None, already=True)
    agreed = _agreed(context, name, found, Cancel(), signed, asked)
    wallet, at = wallets.open_wallet(context, operator.keys), building.moment(context)
    owner = wallets.owned_output(wallet, found.programme.owner)
    script = scripts.find(context)["programme"]

    def act(utxo: Utxo, programme: Programme, votes: Signatures) -> Draft:
        end = at.deadline(programme.until)
        return deciding.cancel(utxo, programme, votes, owner=owner, script=script, valid_until=end)

    unsigned = _build(context, found, act, agreed, wallet, at)
    details = {"round": str(found.programme.round)}
    sent = sending.send(context, unsigned, operator, schedule=name, details=details)
    return Decided(found.programme, sent)


def rotate(
    context: Context,
    name: str,
    panel: Rotate,
    signed: Signed,
    operator: Operator,
    asked: Sequence[OracleMessage] = (),
) -> Decided:
    """Hand over to other oracles. Anybody may carry it out.

    :raises BadDocument: no such panel can take over.
    :raises Refused: the programme is cancelled.
    :raises NotYet: fewer than a quorum of the oracles signed it, or its time is over.
    """
    problems = list(panel_problems(panel.oracles, panel.quorum))
    if problems:
        raise BadDocument("the new oracles", problems)
    return sending.on_what_is_there(
        context, operator.patience, lambda: _rotate(context, name, panel, signed, operator, asked)
    )


def _rotate(
    context: Context,
    name: str,
    panel: Rotate,
    signed: Signed,
    operator: Operator,
    asked: Sequence[OracleMessage],
) -> Decided:
    found = _find(context, name, operator)
    if found.programme.cancelled:
        raise Refused(
            f"the programme of {name!r} is cancelled: its oracles decide nothing any more",
            hint="What was proven before stays payable: milestone release",
        )
    if _rotated_before(found, panel, signed):
        return Decided(found.programme, None, already=True)
    agreed = _agreed(context, name, found, panel, signed, asked)
    wallet, at = wallets.open_wallet(context, operator.keys), building.moment(context)
    script = scripts.find(context)["programme"]

    def act(utxo: Utxo, programme: Programme, votes: Signatures) -> Draft:
        end = at.deadline(programme.until)
        return deciding.rotate(utxo, programme, panel, votes, script=script, valid_until=end)

    unsigned = _build(context, found, act, agreed, wallet, at)
    details = {
        "round": str(found.programme.round + 1),
        "quorum": f"{panel.quorum} of {len(panel.oracles)}",
        "oracles": ", ".join(oracle.hex() for oracle in panel.oracles),
    }
    sent = sending.send(context, unsigned, operator, schedule=name, details=details)
    return Decided(found.programme, sent)


def _find(context: Context, name: str, operator: Operator) -> ProgrammeOnChain:
    settling.settle(context, name, operator.patience)
    record = distributions.record_of(context, name)
    return distributions.programme_on_chain(context, record)


def _rotated_before(found: ProgrammeOnChain, panel: Rotate, signed: Signed) -> bool:
    """Whether these very signatures have done their work: the panel is in office."""
    programme = found.programme
    in_office = (programme.oracles, programme.quorum) == (panel.oracles, panel.quorum)
    before = programme.round - 1
    if not in_office or before < 0:
        return False
    payload = payload_of(found.id, before, panel)
    return all(
        (item.programme, item.round, item.decision) == (found.id, before, panel)
        if isinstance(item, SignedDecision)
        else item.payload == payload
        for _, item in signed
    )


def _agreed(
    context: Context,
    name: str,
    found: ProgrammeOnChain,
    decision: Decision,
    signed: Signed,
    asked: Sequence[OracleMessage],
) -> list[tuple[int, OracleSignature]]:
    """The signatures with the index of their oracle, one for each, ascending."""
    panel = Panel(name, found.id, found.programme)
    payload = payload_of(found.id, found.programme.round, decision)
    expected = OracleMessage(found.id, found.programme.round, decision, payload)
    accepted = signatures.accept(context, panel, signed, [expected, *asked])
    by_oracle: dict[int, OracleSignature] = {}
    for (source, _), item in zip(signed, accepted, strict=True):
        if item.decision != decision:
            raise BadInput(
                f"{source} agrees that {signatures.describe(item.decision)}; asked for is that "
                f"{signatures.describe(decision)}",
                hint=_remedy(name, item.decision, decision),
            )
        by_oracle[found.programme.oracles.index(item.signature.oracle)] = item.signature
    return sorted(by_oracle.items())


def _remedy(name: str, signed: Decision, wanted: Decision) -> str:
    if isinstance(signed, Rotate) and isinstance(wanted, Rotate):
        return "They signed another list: order, members and quorum all count. Use the same file."
    option = "--cancel" if isinstance(wanted, Cancel) else "--rotate FILE"
    return f"Ask for it with: milestone oracle message {name} {option}"


def _build(
    context: Context,
    found: ProgrammeOnChain,
    act: Act,
    agreed: list[tuple[int, OracleSignature]],
    wallet: Wallet,
    at: Moment,
) -> Unsigned:
    """The transaction with the first quorum of signatures that the contract accepts.

    :raises NotYet: there are not enough of them; names the oracles whose are not accepted.
    """
    rejected: list[bytes] = []
    oracles, wanted = found.programme.oracles, found.programme.quorum
    while len(agreed) >= wanted:
        chosen = agreed[:wanted]
        try:
            return building.build(context, act(found.utxo, found.programme, chosen), wallet, at)
        except ScriptRefused:
            bad = quorum.refused_signatures(context, found, act, chosen, wallet, at)
            if not bad:
                raise
            indices = {index for index, _ in bad}
            agreed = [vote for vote in agreed if vote[0] not in indices]
            rejected += [oracles[index] for index in sorted(indices)]
    named = ", ".join(oracle.hex() for oracle in rejected)
    without = f"; the contract does not accept that of {named}" if rejected else ""
    raise NotYet(
        f"{len(agreed)} of the {wanted} signatures that it takes are here{without}",
        hint="Ask the other oracles to sign the same message.",
        details={
            "signatures": len(agreed),
            "quorum": wanted,
            "rejected": [oracle.hex() for oracle in rejected],
        },
    )
