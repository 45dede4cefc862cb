"""What the owner, the oracles, and whoever runs the program could still do to a distribution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milestone_core.domain import release as rules
from milestone_core.domain.comparison import unpaid
from milestone_core.domain.distribution import Programme
from milestone_core.domain.schedule import PROGRAMME_OUTLIVES_EXPIRY, Schedule
from milestone_core.files.amounts import format_amount
from milestone_core.files.times import iso
from milestone_core.services.lookup import PageOnChain, ProgrammeOnChain


@dataclass(frozen=True, slots=True)
class Power:
    """What somebody could still do."""

    who: str
    what: str


def amount_of(schedule: Schedule, quantity: int) -> str:
    """Base units of the schedule's asset, for people."""
    return f"{format_amount(quantity, schedule.decimals)} {schedule.ticker}".rstrip()


def powers(
    schedule: Schedule, pages: Sequence[PageOnChain], found: ProgrammeOnChain | None, now: int
) -> Iterator[Power]:
    """Everything that matters and is not excluded by the contract, as it stands.

    :param found: the programme, None where it has been closed.
    :param now: POSIX ms.
    """
    if found is None:
        yield Power("nobody", "can release anything: the programme is closed")
        return
    programme, expiry = found.programme, pages[0].page.expiry
    due = sum(unpaid(page.page, page.vault) for page in pages)
    owed = sum(
        unpaid(page.page, page.vault, rules.owed_rows(page.page, page.vault, programme))
        for page in pages
    )
    last = expiry + PROGRAMME_OUTLIVES_EXPIRY
    unproven = [m.id.decode(errors="replace") for m in programme.milestones if not m.proven]
    yield from _owners(schedule, programme, due, owed, expiry, last, now)
    if unproven and not programme.cancelled and now <= programme.until:
        yield Power(
            "a quorum",
            f"can prove {', '.join(unproven)}, whether it is true or not, or never do so; hand "
            "over to other oracles; cancel, together with the owner",
        )
        yield Power("a quorum", "cannot change who gets how much and when, or pay themselves")
    else:
        yield Power("the oracles", "can do nothing any more")
    yield Power(
        "whoever runs this program",
        "can choose when to release and pays the fee; where it goes is fixed by the contract",
    )
    if schedule.policy.advisory:
        yield Power(
            "whoever releases",
            f"can pay more at a time than {schedule.policy.name!r} says, up to what has vested",
        )
    observer = pages[0].page.observer
    if observer is not None:
        yield Power(
            f"the script {observer.hex()}",
            f"can refuse every release until {iso(last)}, when the owner may take back the rest",
        )


def _owners(
    schedule: Schedule, programme: Programme, due: int, owed: int, expiry: int, last: int, now: int
) -> Iterator[Power]:
    if not due:
        yield Power("the owner", "can close it: all is paid")
        return
    rest, proven = amount_of(schedule, due - owed), amount_of(schedule, owed)
    if now > last:
        yield Power("the owner", f"can take back all {amount_of(schedule, due)} that are left, now")
    elif now > expiry or programme.cancelled:
        when = "now" if not owed else f"once the {proven} that are proven have been paid"
        yield Power("the owner", f"can take back the {rest} that were never proven, {when}")
    else:
        yield Power(
            "the owner",
            f"can take back nothing before {iso(expiry)} unless a quorum agrees to cancel; then "
            f"what is unproven, at most {rest} as it stands",
        )
    if now <= last:
        yield Power("the owner", f"can take back all that is left after {iso(last)}")
    yield Power(
        "the programme's owner", f"can end all releases by closing it after {iso(programme.until)}"
    )
