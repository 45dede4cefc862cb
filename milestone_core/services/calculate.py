"""How much may be claimed: now, at another time, or under another policy."""

from __future__ import annotations

from dataclasses import dataclass, replace

from milestone_core.domain.release import RowState, Selection
from milestone_core.domain.schedule import PolicyChoice
from milestone_core.errors import NotFound
from milestone_core.services import distributions
from milestone_core.services.context import Context
from milestone_core.services.status import rows_of
from milestone_core.services.view import View, look


@dataclass(frozen=True, slots=True)
class Calculation:
    """Allocations at one time under one policy; amounts in base units.

    ``advisory`` is whether the policy is kept by this program only, not by the contract.
    """

    view: View
    policy: str
    advisory: bool
    rows: tuple[RowState, ...]

    @property
    def claimable(self) -> int:
        """What may be claimed of all rows together."""
        return sum(row.claimable for row in self.rows)


def calculate(
    context: Context,
    name: str,
    selection: Selection,
    *,
    at: int | None = None,
    policy: PolicyChoice | None = None,
    offline: bool = False,
) -> Calculation:
    """What the selection may claim.

    :param at: POSIX ms to calculate for; None for now, by the chain's clock.
    :param policy: another policy, to see what it would allow; what the schedule says stays.
    :raises NotFound: not deployed, or no such beneficiary or milestone in the schedule.
    """
    view = look(context, name, offline=offline)
    distributions.deployed_programme(view.record)
    if view.programme is None and view.trouble is not None:
        raise view.trouble
    schedule = view.record.schedule
    if selection.beneficiary is not None and selection.beneficiary not in schedule.beneficiaries:
        raise NotFound(f"{selection.beneficiary} is no beneficiary of {name!r}")
    if selection.milestone is not None and view.programme is not None:
        distributions.require_milestone(view.programme, selection.milestone)
    chosen = policy or schedule.policy
    if policy is not None:
        record = replace(view.record, schedule=replace(schedule, policy=policy))
        view = replace(view, record=record)
    view = view if at is None else replace(view, now=at)
    rows = tuple(row for row in rows_of(context, view) if selection.includes(row))
    return Calculation(view, chosen.name, chosen.advisory, rows)
