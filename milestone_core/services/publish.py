"""Publish the reference scripts that are not on chain yet."""

from __future__ import annotations

from dataclasses import dataclass

from milestone_core.ports import CompiledValidator
from milestone_core.services import building, checks, scripts, sending, settling, wallets
from milestone_core.services.context import Context
from milestone_core.services.sending import Operator, Sent
from milestone_core.transactions.publish import publish_scripts

NO_SCHEDULE = "-"
"""Under this name the journal keeps what belongs to no schedule."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What was missing; ``sent`` is None where nothing was, or where it was only shown."""

    published: tuple[CompiledValidator, ...]
    sent: Sent | None


def publish(context: Context, operator: Operator, *, must_wait: bool = False) -> Publication:
    """Put the missing validators on chain; those that another puts there meanwhile are left out.

    :param must_wait: wait for the block even if the operator would not.
    :raises InsufficientFunds: the wallet cannot pay for them.
    """
    checks.require_network(context)
    settling.settle(context, NO_SCHEDULE, operator.patience)

    def attempt() -> Publication:
        missing = scripts.find(context).missing
        if not missing:
            return Publication((), None)
        wallet, at = wallets.open_wallet(context, operator.keys), building.moment(context)
        draft = publish_scripts(context.contract, missing, at.deadline())
        unsigned = building.build(context, draft, wallet, at)
        sent = sending.send(context, unsigned, operator, schedule=NO_SCHEDULE, must_wait=must_wait)
        return Publication(missing, sent)

    return sending.on_what_is_there(context, operator.patience, attempt)
