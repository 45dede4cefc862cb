"""Register a schedule: validate it, keep it, and say what deploying it will take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from milestone_core.domain.schedule import CONTRACTS_OWN_POLICY, Schedule
from milestone_core.errors import BadDocument, BadInput, NotYet, Problem
from milestone_core.files.records import SCHEDULES, DistributionState, ScheduleRecord
from milestone_core.files.times import iso
from milestone_core.services import distributions, journal, planning
from milestone_core.services.context import Context
from milestone_core.services.estimates import Estimate, estimate


@dataclass(frozen=True, slots=True)
class Registration:
    """What was registered; ``rows_per_page`` has one number for each page.

    ``warnings`` say what the owner may not expect of it.
    """

    record: ScheduleRecord
    rows_per_page: tuple[int, ...]
    estimate: Estimate
    replaced: bool
    warnings: tuple[str, ...]


def register(context: Context, schedule: Schedule, *, replace: bool = False) -> Registration:
    """Keep a schedule that has been validated.

    A draft may be replaced; what is deployed may not, for it lies on chain as it is.

    :param replace: whether a draft of the same name gives way.
    :raises BadInput: there is one of that name already.
    :raises BadDocument: it would lock funds for good, at a script of the contract itself.
    :raises NotYet: its deployment was sent, and nobody knows what became of it.
    """
    refuse_own_scripts(context, schedule)
    name = schedule.name
    known = context.storage.read(SCHEDULES, name) is not None
    if known:
        _check_replaceable(context, schedule, replace=replace)
    context.policy(schedule.policy)
    record = ScheduleRecord(schedule, DistributionState.DRAFT, context.now())
    distributions.keep(context, record)
    pages = distributions.pages_of(schedule)
    rows = tuple(len(page) for page in pages)
    planned = planning.datums_of(context, record)
    cost = estimate(schedule, planned, rows, context.contract.validators)
    warnings = tuple(_warnings(schedule, context.now()))
    return Registration(record, rows, cost, known, warnings)


def refuse_own_scripts(context: Context, schedule: Schedule) -> None:
    """What is paid to the contract's own scripts could never be spent again, and what they own
    would be everybody's.

    :raises BadDocument: a beneficiary, the owner or the observer is one of them.
    """
    own = {validator.hash: validator.title for validator in context.contract.validators}
    roles = [("owner", schedule.owner.payment.hash)]
    if schedule.policy.observer is not None:
        roles.append(("policy.observer", schedule.policy.observer))
    found = [
        Problem(place, f"it is the contract's own script {own[digest]!r}", "name another")
        for place, digest in roles
        if digest in own
    ]
    for index, allocation in enumerate(schedule.allocations):
        title = own.get(allocation.beneficiary.payment.hash)
        if title is not None:
            found.append(
                Problem(
                    f"allocations[{index}]",
                    f"{allocation.beneficiary} is the contract's own script {title!r}: nobody "
                    "could ever spend what is paid there",
                    "name the beneficiary's own address",
                )
            )
    if found:
        raise BadDocument(f"the schedule {schedule.name!r}", found)


def _warnings(schedule: Schedule, now: int) -> Iterator[str]:
    if schedule.expiry <= now:
        yield f"it expired at {iso(schedule.expiry)}: it cannot be deployed"
    if schedule.policy.advisory:
        yield (
            f"the policy {schedule.policy.name!r} is advisory: this program keeps it, the contract "
            "does not"
        )
    if schedule.policy.observer is not None:
        yield (
            f"nothing is paid unless the observer {schedule.policy.observer.hex()} agrees: if it "
            "never does, the owner takes back everything 90 days after the expiry"
        )
    if schedule.policy.name == CONTRACTS_OWN_POLICY:
        return
    single = sum(1 for a in schedule.allocations if a.vesting.count == 1)
    if single:
        yield (
            f"{single} allocations are paid in one step: the policy can only hold back all or "
            "nothing of them; give them more instalments"
        )


def _check_replaceable(context: Context, schedule: Schedule, *, replace: bool) -> None:
    existing = distributions.record_of(context, schedule.name)
    if existing.programme is not None:
        raise BadInput(
            f"the schedule {schedule.name!r} is deployed and cannot be changed",
            hint="Register the new one under another name.",
        )
    if journal.unsettled(context, schedule.name):
        raise NotYet(
            f"the deployment of {schedule.name!r} is under way",
            hint="Find out what became of it with: milestone resume",
        )
    if not replace and existing.schedule != schedule:
        raise BadInput(
            f"another schedule {schedule.name!r} is registered here as a draft",
            hint="Give this one another name, or add --replace to put it in its place.",
        )
