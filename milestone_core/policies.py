"""The release policy that comes with the program, registered as a plugin like any other."""

from __future__ import annotations

from milestone_core.domain.release import Releasable, ReleaseContext
from milestone_core.hookspecs import hookimpl
from milestone_core.ports import ReleasePolicy
from milestone_core.providers import NoSettings, Provider, Surroundings


class QuorumVesting:
    """Everything that is proven and vested: the contract's own limit, and nothing held back."""

    def releasable(self, context: ReleaseContext) -> Releasable:
        """All that the contract would pay, with the reason if that is not the whole allocation."""
        return Releasable(context.vested, _reason(context))


def _reason(context: ReleaseContext) -> str:
    if not context.milestones[context.milestone]:
        return f"milestone {context.milestone} is not proven"
    if context.vested == 0:
        return "proven, and nothing has vested"
    if context.vested < context.amount:
        return "proven, and vested in part"
    return "proven and fully vested"


def _create(_settings: NoSettings, _surroundings: Surroundings) -> ReleasePolicy:
    return QuorumVesting()


@hookimpl
def milestone_release_policy() -> list[Provider[ReleasePolicy]]:
    return [Provider("quorum-vesting", "everything proven and vested", create=_create)]
