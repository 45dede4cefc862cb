"""Every action of the contract, with random facts."""

from __future__ import annotations

from milestone_core.transactions.reclaim import Ground

from . import worlds
from .mutation import Action, Group
from .plans import Payment, Plan, Proving, payments, plans, provings


def _salt(facts: Plan | Payment | Proving) -> int:
    return facts.salt if isinstance(facts, Plan) else facts.plan.salt


RELEASE = Action("release", payments(), worlds.released, _salt)
RELEASE_TOKEN = Action("release of a token", payments(ada=False), worlds.released, _salt)
RELEASE_ADA = Action("release of ADA", payments(ada=True), worlds.released, _salt)
RELEASE_OBSERVED = Action("observed release", payments(observed=True), worlds.released, _salt)

ATTEST = Action("attest", provings(), worlds.attested, _salt)
ROTATE = Action("rotate", provings(), worlds.rotated, _salt)
CANCEL = Action("cancel", provings(), worlds.cancelled, _salt)
BY_QUORUM = Group("by quorum", (ATTEST, ROTATE, CANCEL))

START = Action("start", plans(), worlds.started, _salt)
DEPLOY = Action("start with a page", plans(), worlds.deployed, _salt)
CLOSE_PROGRAMME = Action("close a programme", plans(), worlds.closed_programme, _salt)

REGISTER = Action("register", plans(), worlds.registered, _salt)
REGISTER_TOKEN = Action("register a token", plans(ada=False), worlds.registered, _salt)
REGISTER_ADA = Action("register ADA", plans(ada=True), worlds.registered, _salt)

CLOSE_PAID = Action("close what is paid", payments(), worlds.closed(Ground.FULLY_CLAIMED), _salt)
CLOSE_UNOWED = Action(
    "close what is not owed", payments(), worlds.closed(Ground.NOTHING_OWED), _salt
)
CLOSE_LATE = Action("close after 90 days", payments(), worlds.closed(Ground.LONG_EXPIRED), _salt)
CLOSES = Group("close", (CLOSE_PAID, CLOSE_UNOWED, CLOSE_LATE))

ACTIONS = (
    RELEASE,
    *BY_QUORUM.actions,
    START,
    DEPLOY,
    CLOSE_PROGRAMME,
    REGISTER,
    *CLOSES.actions,
)
