"""Spend a programme as its oracles decided, and let it go on."""

from __future__ import annotations

from dataclasses import replace

from milestone_core.domain.chain import Output, Utxo
from milestone_core.domain.decisions import Rotate
from milestone_core.domain.distribution import Programme
from milestone_core.onchain import datums, plutus_data, redeemers
from milestone_core.onchain.plutus_data import Data
from milestone_core.onchain.redeemers import Signatures
from milestone_core.transactions.draft import Draft, ScriptInput


def cancel(
    utxo: Utxo,
    programme: Programme,
    signatures: Signatures,
    *,
    owner: Utxo,
    script: Utxo,
    valid_until: int,
) -> Draft:
    """Let nothing more be proven.

    :param utxo: the programme's output, spent and made anew with the same value.
    :param owner: an output of the programme's owner, spent to show that they agree.
    :param script: a reference input that carries the ``programme`` validator.
    :param valid_until: a slot that is not after the programme's end.
    """
    draft = continued(
        utxo,
        replace(programme, cancelled=True),
        redeemers.cancel(signatures),
        label="the cancellation",
        purpose="cancellation",
        script=script,
        valid_until=valid_until,
    )
    return replace(draft, wallet_inputs=(owner,))


def rotate(
    utxo: Utxo,
    programme: Programme,
    panel: Rotate,
    signatures: Signatures,
    *,
    script: Utxo,
    valid_until: int,
) -> Draft:
    """Hand over to ``panel``; otherwise as :func:`cancel`, but for the owner."""
    return continued(
        utxo,
        replace(programme, oracles=panel.oracles, quorum=panel.quorum, round=programme.round + 1),
        redeemers.rotate(panel.oracles, panel.quorum, signatures),
        label="the rotation of the oracles",
        purpose="rotation",
        script=script,
        valid_until=valid_until,
    )


def continued(
    utxo: Utxo,
    after: Programme,
    redeemer: Data,
    *,
    label: str,
    purpose: str,
    script: Utxo,
    valid_until: int,
) -> Draft:
    """Spend a programme and make it anew, with another datum and nothing else changed."""
    output = Output(
        utxo.output.address,
        utxo.output.value,
        datum=plutus_data.encode(datums.programme_data(after)),
    )
    return Draft(
        outputs=(output,),
        script_inputs=(ScriptInput(utxo, lambda _: redeemer, label),),
        reference_inputs=(script,),
        valid_until=valid_until,
        purpose=purpose,
    )
