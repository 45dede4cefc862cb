"""What a script waits for: that everything is proven, or that something can be claimed."""

from __future__ import annotations

from enum import Enum

from milestone_core.errors import NotYet
from milestone_core.services.status import MilestoneState, Status


class Requirement(Enum):
    """The words of ``status --require``."""

    PROVEN = "proven"
    CLAIMABLE = "claimable"


def lacking(status: Status, requirement: Requirement) -> NotYet | None:
    """Why a requirement is not met, None where it is. Only what the chain says counts."""
    name = status.view.record.key
    if not status.view.verified:
        return NotYet(
            f"{name}: what is stored here is not verified on chain",
            hint="Leave --offline out, and see: milestone doctor",
        )
    if requirement is Requirement.CLAIMABLE:
        if status.claimable:
            return None
        return NotYet(f"{name}: nothing is claimable", hint="\n  ".join(status.next))
    missing = [m for m in status.milestones if m.state is not MilestoneState.PROVEN]
    if not missing:
        return None
    named = ", ".join(f"{milestone.id} ({milestone})" for milestone in missing)
    return NotYet(
        f"{name}: not proven on chain: {named}",
        hint="\n  ".join(status.next),
        details={"missing": [milestone.id for milestone in missing]},
    )
