"""What every transaction needs to know of the chain before it can be built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from milestone_core.domain.chain import ProtocolParameters, RedeemerUnits, SlotClock, Tip, Utxo
from milestone_core.errors import BadAnswer, NotYet
from milestone_core.services import checks
from milestone_core.services.context import Context
from milestone_core.transactions import builder
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.unsigned import Unsigned
from milestone_core.transactions.wallet import Wallet

LIFETIME_MS = 2 * 60 * 60 * 1000
"""How long a transaction stays valid: long enough to be signed elsewhere and sent again."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The chain now, by its own clock. ``now`` is the POSIX ms at which the tip's slot began."""

    tip: Tip
    clock: SlotClock
    parameters: ProtocolParameters

    @property
    def now(self) -> int:
        return self.clock.ms_at(self.tip.slot)

    def deadline(self, limit: int | None = None) -> int:
        """The slot until which a transaction built now is valid, never after ``limit`` (ms).

        :raises NotYet: the limit has passed: it is too late.
        """
        end = self.now + LIFETIME_MS
        slot = self.clock.slot_at(end if limit is None else min(end, limit))
        if slot <= self.tip.slot:
            raise NotYet("it is too late for this: the time that the contract allows has passed")
        return slot


def moment(context: Context) -> Moment:
    """Ask the chain for its tip, clock and parameters, and check that it may be built on.

    :raises ServiceUnavailable: a service is unreachable, on another network, or too far behind.
    """
    checks.require_network(context)
    chain = context.chain
    tip = chain.tip()
    checks.require_fresh(context, tip)
    return Moment(tip, chain.clock(), chain.parameters())


def build(
    context: Context,
    draft: Draft,
    wallet: Wallet,
    at: Moment,
    *,
    supposing: Sequence[Utxo] = (),
) -> Unsigned:
    """Balance a draft against the chain.

    :param supposing: outputs to take as given although the ledger does not have them.
    :raises BadAnswer: the chain's answer does not fit the transaction.
    """
    if "plutus:v3" not in at.parameters.cost_models:
        raise BadAnswer("the chain has no cost model for Plutus V3")

    def evaluate(transaction: bytes) -> Sequence[RedeemerUnits]:
        return context.chain.evaluate(transaction, supposing)

    return builder.build(draft, wallet, at.parameters, evaluate)
