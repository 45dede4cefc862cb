"""Every action of the contract, with random facts."""

from __future__ import annotations

from milestone_core.transactions.reclaim import Ground

from . import worlds
from .mutation import Action, Group
from .plans import Payment, Plan, Proving, payments, plans, provings

_PLANS, _PAYMENTS, _PROVINGS = plans(), payments(), provings()


def _plan(facts: Plan | Payment | Proving) -> Plan:
    return facts if isinstance(facts, Plan) else facts.plan


def _salt(facts: Plan | Payment | Proving) -> int:
    return _plan(facts).salt


def _is_ada(facts: Plan | Payment) -> bool:
    return _plan(facts).asset.is_ada


def _is_token(facts: Plan | Payment) -> bool:
    return not _is_ada(facts)


def _is_observed(facts: Payment) -> bool:
    return facts.plan.observed


RELEASE = Action("release", _PAYMENTS, worlds.released, _salt)
RELEASE_TOKEN = Action("release of a token", _PAYMENTS, worlds.released, _salt, _is_token)
RELEASE_ADA = Action("release of ADA", _PAYMENTS, worlds.released, _salt, _is_ada)
RELEASE_OBSERVED = Action("observed release", _PAYMENTS, worlds.released, _salt, _is_observed)

ATTEST = Action("attest", _PROVINGS, worlds.attested, _salt)
ROTATE = Action("rotate", _PROVINGS, worlds.rotated, _salt)
CANCEL = Action("cancel", _PROVINGS, worlds.cancelled, _salt)
BY_QUORUM = Group("by quorum", (ATTEST, ROTATE, CANCEL))

START = Action("start", _PLANS, worlds.started, _salt)
DEPLOY = Action("start with a page", _PLANS, worlds.deployed, _salt)
CLOSE_PROGRAMME = Action("close a programme", _PLANS, worlds.closed_programme, _salt)

REGISTER = Action("register", _PLANS, worlds.registered, _salt)
REGISTER_TOKEN = Action("register a token", _PLANS, worlds.registered, _salt, _is_token)
REGISTER_ADA = Action("register ADA", _PLANS, worlds.registered, _salt, _is_ada)

CLOSE_PAID = Action("close what is paid", _PAYMENTS, worlds.closed(Ground.FULLY_CLAIMED), _salt)
CLOSE_UNOWED = Action(
    "close what is not owed", _PAYMENTS, worlds.closed(Ground.NOTHING_OWED), _salt
)
CLOSE_LATE = Action("close after 90 days", _PAYMENTS, worlds.closed(Ground.LONG_EXPIRED), _salt)
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
