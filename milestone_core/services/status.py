"""How a schedule stands: its milestones, its allocations, and who must act next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from milestone_core.domain import release as rules
from milestone_core.domain.distribution import Programme
from milestone_core.domain.release import AllocationState, RowState
from milestone_core.files.records import DistributionState
from milestone_core.services import distributions, journal
from milestone_core.services.context import Context
from milestone_core.services.view import View, look


class MilestoneState(Enum):
    """The words for a milestone's state."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    PROVEN = "proven"


@dataclass(frozen=True, slots=True)
class MilestoneStatus:
    """One milestone. ``signatures`` are those over the evidence with the most of them."""

    id: str
    title: str
    state: MilestoneState
    signatures: int
    quorum: int
    evidence: bytes | None

    def __str__(self) -> str:
        if self.state is MilestoneState.PROVEN:
            return "proven (chain)"
        local = " (local)" if self.state is MilestoneState.VERIFIED else ""
        return f"{self.state.value} {self.signatures}/{self.quorum}{local}"


@dataclass(frozen=True, slots=True)
class Status:
    """A schedule's standing; amounts in base units.

    ``next`` says who must act, ``pending`` are transactions whose outcome is not known.
    """

    view: View
    state: DistributionState
    milestones: tuple[MilestoneStatus, ...]
    rows: tuple[RowState, ...]
    pending: tuple[str, ...]
    next: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.view.record.schedule.total

    @property
    def paid(self) -> int:
        return sum(row.paid for row in self.rows)

    @property
    def claimable(self) -> int:
        return sum(row.claimable for row in self.rows)


def status(context: Context, name: str, *, offline: bool = False) -> Status:
    """The standing of a schedule, from the cache and verified on chain unless ``offline``.

    Where the chain cannot be asked, ``view.trouble`` says why and the rest is what was last seen.

    :raises NotFound: no such schedule here, or nothing of it is on chain any more.
    """
    view = look(context, name, offline=offline)
    entries = journal.unsettled(context, name)
    milestones = tuple(_milestones(context, view))
    rows = rows_of(context, view)
    state = _state(view, rows, submitted=bool(entries))
    return Status(
        view=view,
        state=state,
        milestones=milestones,
        rows=rows,
        pending=tuple(entry.key for entry in entries),
        next=tuple(_next(view, state, milestones, rows)),
    )


def rows_of(context: Context, view: View) -> tuple[RowState, ...]:
    """Every allocation of every open page, at the view's time."""
    if view.programme is None:
        return ()
    policy = context.policy(view.record.schedule.policy)
    return tuple(
        row
        for page in view.pages
        if page is not None
        for row in rules.assess(page.page, page.vault, view.programme, view.now, policy.releasable)
    )


def _milestones(context: Context, view: View) -> Iterator[MilestoneStatus]:
    schedule = view.record.schedule
    programme = view.programme or distributions.expected_programme(schedule)
    for milestone, on_chain in zip(schedule.milestones, programme.milestones, strict=True):
        best = distributions.best_tally(context, schedule.name, programme, milestone.id)
        state = MilestoneState.UNVERIFIED
        if on_chain.proven:
            state = MilestoneState.PROVEN
        elif best is not None and best.complete:
            state = MilestoneState.VERIFIED
        yield MilestoneStatus(
            id=milestone.id,
            title=milestone.title,
            state=state,
            signatures=best.count if best else 0,
            quorum=programme.quorum,
            evidence=on_chain.evidence or (best.evidence if best else None),
        )


def _state(view: View, rows: tuple[RowState, ...], *, submitted: bool) -> DistributionState:
    if view.record.programme is None:
        return DistributionState.SUBMITTED if submitted else DistributionState.DRAFT
    remembered = view.record.state is DistributionState.CLOSED and not view.verified
    if remembered or (view.verified and not any(view.pages)):
        return DistributionState.CLOSED
    if rows and all(row.state is AllocationState.CLAIMED for row in rows):
        return DistributionState.COMPLETE
    return DistributionState.ACTIVE


def _next(
    view: View,
    state: DistributionState,
    milestones: tuple[MilestoneStatus, ...],
    rows: tuple[RowState, ...],
) -> Iterator[str]:
    name = view.record.schedule.name
    if state is DistributionState.DRAFT:
        yield f"the owner deploys it: milestone deploy {name} --key FILE"
    if state is DistributionState.SUBMITTED:
        yield f"the owner settles the deployment: milestone deploy {name} --key FILE"
    if state is DistributionState.COMPLETE:
        yield f"the owner closes it: milestone reclaim {name} --key FILE"
    if state is not DistributionState.ACTIVE:
        return
    yield from _next_proofs(name, view.programme, milestones)
    claimable = sum(1 for row in rows if row.claimable)
    if claimable:
        yield f"anyone releases {claimable} claimable: milestone release {name} --key FILE"
    cancelled = view.programme is not None and view.programme.cancelled
    if cancelled and all(row.paid_steps == row.vesting.count for row in rows if row.proven):
        yield f"the owner takes back what was never proven: milestone reclaim {name} --key FILE"
    coming = [row.next_step_at for row in rows if row.proven and row.next_step_at is not None]
    if coming and not claimable:
        yield f"time passes: the next instalment vests in {(min(coming) - view.now) // 1000} s"


def _next_proofs(
    name: str, programme: Programme | None, milestones: tuple[MilestoneStatus, ...]
) -> Iterator[str]:
    if programme is not None and programme.cancelled:
        return
    for milestone in milestones:
        if milestone.state is MilestoneState.UNVERIFIED:
            missing = milestone.quorum - milestone.signatures
            who = "an oracle signs" if missing == 1 else f"{missing} oracles sign"
            yield f"{who} that {milestone.id} is complete"
        elif milestone.state is MilestoneState.VERIFIED:
            yield f"anyone proves it: milestone prove {name} {milestone.id} --key FILE"
