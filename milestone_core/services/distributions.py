"""A schedule of this project together with what lies on chain under its ids."""

from __future__ import annotations

from dataclasses import dataclass, replace

from milestone_core.domain import distribution as layout
from milestone_core.domain.address import Credential
from milestone_core.domain.attestation import Attestation, Tally, tally
from milestone_core.domain.chain import AssetId
from milestone_core.domain.distribution import Page, Programme, ProgrammeMilestone
from milestone_core.domain.schedule import Allocation, Schedule
from milestone_core.errors import BrokenRecord, NotFound, Refused
from milestone_core.files import records
from milestone_core.files.records import ATTESTATIONS, SCHEDULES, DistributionState, ScheduleRecord
from milestone_core.services import lookup
from milestone_core.services.context import Context
from milestone_core.services.lookup import PageOnChain, ProgrammeOnChain


@dataclass(frozen=True, slots=True)
class Distribution:
    """A deployed schedule. A page that is no longer on chain is None."""

    record: ScheduleRecord
    programme: ProgrammeOnChain
    pages: tuple[PageOnChain | None, ...]

    @property
    def schedule(self) -> Schedule:
        return self.record.schedule

    @property
    def open_pages(self) -> tuple[PageOnChain, ...]:
        return tuple(page for page in self.pages if page is not None)


def record_of(context: Context, name: str) -> ScheduleRecord:
    """The schedule of that name as this project keeps it.

    :raises NotFound: there is none; names those that there are.
    """
    document = context.storage.read(SCHEDULES, name)
    if document is None:
        known = [key for key, _ in context.storage.scan(SCHEDULES)]
        here = f"here are: {', '.join(known)}" if known else "there are none yet"
        raise NotFound(
            f"no schedule {name!r} is registered here ({here})",
            hint="Register one with: milestone register SCHEDULE.toml",
        )
    return records.decode_schedule(document, name)


def is_registered(context: Context, name: str) -> bool:
    """Whether this project has a schedule of that name."""
    return bool(name) and context.storage.read(SCHEDULES, name) is not None


def all_records(context: Context) -> tuple[ScheduleRecord, ...]:
    """Every schedule of this project, by name."""
    documents = context.storage.scan(SCHEDULES)
    return tuple(records.decode_schedule(document, key) for key, document in documents)


def keep(context: Context, record: ScheduleRecord) -> None:
    """Write a schedule's record."""
    with context.storage.transaction() as transaction:
        transaction.put(SCHEDULES, record.key, records.encode_schedule(record))


def keep_closed(context: Context, record: ScheduleRecord) -> None:
    """Remember that nothing of a schedule is locked any more."""
    if record.state is not DistributionState.CLOSED:
        keep(context, replace(record, state=DistributionState.CLOSED))


def pages_of(schedule: Schedule) -> tuple[tuple[Allocation, ...], ...]:
    """The allocations of each page: always the same for the same schedule."""
    return layout.split(schedule)


def expected_page(schedule: Schedule, number: int, registry: bytes, programme: AssetId) -> Page:
    """The schedule's datum of page ``number`` (from 0), as deploying writes it."""
    return layout.lay_out(
        schedule, pages_of(schedule)[number], registry=registry, programme=programme
    )


def expected_programme(schedule: Schedule) -> Programme:
    """The programme of a schedule as it is started: nothing proven."""
    return Programme(
        milestones=tuple(ProgrammeMilestone(m.key) for m in schedule.milestones),
        oracles=schedule.oracles,
        quorum=schedule.quorum,
        round=0,
        owner=schedule.owner.payment,
        until=schedule.until,
        cancelled=False,
    )


def deployed_programme(record: ScheduleRecord) -> AssetId:
    """The id of the schedule's programme.

    :raises NotFound: the schedule has not been deployed.
    """
    if record.programme is None:
        name = record.schedule.name
        raise NotFound(
            f"the schedule {name!r} is not deployed",
            hint=f"Deploy it with: milestone deploy {name} --key FILE",
        )
    return record.programme


def require_milestone(programme: Programme, milestone: str) -> int:
    """The index of a milestone.

    :raises NotFound: the programme has none of that id; names those that it has.
    """
    index = programme.milestone_index(milestone.encode())
    if index is None:
        known = ", ".join(m.id.decode(errors="replace") for m in programme.milestones)
        raise NotFound(f"there is no milestone {milestone!r}; there are: {known}")
    return index


def load(context: Context, name: str) -> Distribution:
    """The distribution of that name, verified against its schedule.

    :raises NotFound: it is not registered here, or not (or no longer) on chain.
    :raises Refused: what lies on chain is not what the schedule promises.
    """
    record = record_of(context, name)
    programme = programme_on_chain(context, record)
    pages = tuple(page_on_chain(context, record, number) for number in range(len(record.pages)))
    return Distribution(record, programme, pages)


def programme_on_chain(context: Context, record: ScheduleRecord) -> ProgrammeOnChain:
    """The programme of a deployed schedule. Its oracles may have changed since; the rest may not.

    :raises NotFound: the schedule is not deployed, or its programme is not (or no longer) on chain.
    :raises Refused: the programme has other milestones, another owner or another end.
    """
    found = lookup.find_programme(context, deployed_programme(record))
    wanted = expected_programme(record.schedule)
    facts = {
        "milestones": (_ids(found.programme), _ids(wanted)),
        "owner": (found.programme.owner, wanted.owner),
        "end": (found.programme.until, wanted.until),
    }
    wrong = [name for name, (there, promised) in facts.items() if there != promised]
    if wrong:
        raise Refused(
            f"the programme {found.id} is on chain, but its {' and '.join(wrong)} "
            f"{'is' if len(wrong) == 1 else 'are'} not what the schedule "
            f"{record.schedule.name!r} says",
            hint="Do not trust it. See what is there with: milestone verify",
            details={"programme": str(found.id), "differs": wrong},
        )
    return found


def _ids(programme: Programme) -> list[bytes]:
    return [milestone.id for milestone in programme.milestones]


def page_on_chain(context: Context, record: ScheduleRecord, number: int) -> PageOnChain | None:
    """Page ``number`` of a deployed schedule, None where it has been closed.

    :raises Refused: what lies on chain is not what the schedule promises.
    """
    try:
        page = lookup.find_page(context, record.pages[number])
    except lookup.Closed:
        return None
    programme = deployed_programme(record)
    registry = context.contract.registry.hash
    if page.page != expected_page(record.schedule, number, registry, programme):
        raise Refused(
            f"the distribution {page.id} is on chain, but it is not what the schedule "
            f"{record.schedule.name!r} promises",
            hint="Do not trust it. Compare it with: milestone schedule show --datum",
        )
    return page


def attestations_of(context: Context, name: str) -> tuple[Attestation, ...]:
    """The attestations that were committed for a schedule."""
    found = []
    for key, document in context.storage.scan(ATTESTATIONS):
        if key.startswith(f"{name}/"):
            try:
                found.append(records.decode_attestation(document, key).attestation)
            except BrokenRecord as error:  # the others count all the same
                context.warn(f"{error.message}; commit that signature again")
    return tuple(found)


def best_tally(context: Context, name: str, programme: Programme, milestone: str) -> Tally | None:
    """The evidence with the most signatures for a milestone, None where nobody has signed."""
    tallies = tally(attestations_of(context, name), programme, milestone)
    return tallies[0] if tallies else None


def owner_of(schedule: Schedule) -> Credential:
    """Who may register, cancel and reclaim."""
    return schedule.owner.payment
