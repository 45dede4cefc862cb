"""Which of a quorum's signatures the contract does not accept.

One bad signature makes the contract refuse all of them, and its refusal does not say which. No
cryptography is done here to find out: each signature is evaluated alone, on a programme that is
supposed to be the same but for a quorum of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b

from milestone_core.domain.chain import OutputReference, Utxo
from milestone_core.domain.distribution import Programme
from milestone_core.errors import ScriptRefused
from milestone_core.onchain import datums, plutus_data
from milestone_core.onchain.redeemers import Signatures, Signed
from milestone_core.services import building
from milestone_core.services.building import Moment
from milestone_core.services.context import Context
from milestone_core.services.lookup import ProgrammeOnChain
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.wallet import Wallet

Act = Callable[[Utxo, Programme, Signatures], Draft]
"""Makes what the oracles decided out of a programme's output, its datum, and signatures."""

_NOWHERE = OutputReference(blake2b(b"a programme that is supposed", digest_size=32).digest(), 0)


def refused_signatures(
    context: Context,
    found: ProgrammeOnChain,
    act: Act,
    signatures: Sequence[tuple[int, Signed]],
    wallet: Wallet,
    at: Moment,
) -> list[tuple[int, Signed]]:
    """Those of the signatures that the contract does not accept even alone."""
    programme = replace(found.programme, quorum=1)
    datum = plutus_data.encode(datums.programme_data(programme))
    supposed = Utxo(_NOWHERE, replace(found.utxo.output, datum=datum, datum_hash=None))

    def accepted(signature: tuple[int, Signed]) -> bool:
        draft = act(supposed, programme, [signature])
        try:
            building.build(context, draft, wallet, at, supposing=[supposed])
        except ScriptRefused:
            return False
        return True

    return [signature for signature in signatures if not accepted(signature)]
