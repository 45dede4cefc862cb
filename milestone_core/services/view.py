"""A distribution as it is known: from the local cache first, then verified on chain.

Where the chain disagrees with the cache the chain is right: the cache is corrected, and the view
says what was corrected. Where no server answers, the cache is shown and marked as unverified.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from milestone_core.domain.chain import AssetId
from milestone_core.domain.distribution import Page, Programme, Vault
from milestone_core.errors import Busy, MilestoneError, ServiceUnavailable
from milestone_core.files.records import CachedState, ScheduleRecord
from milestone_core.services import cache, checks, distributions, settling
from milestone_core.services.context import Context
from milestone_core.services.distributions import Distribution
from milestone_core.services.lookup import Closed


@dataclass(frozen=True, slots=True)
class PageView:
    """One page: what it promises and what of it is paid."""

    id: AssetId
    page: Page
    vault: Vault


@dataclass(frozen=True, slots=True)
class View:
    """What is known of a deployed schedule.

    ``pages`` has None for a page that is closed, and is shorter than the record's where nothing
    is known. ``now`` is the chain's own time at ``slot`` where ``verified``, else the wall clock's,
    POSIX ms. ``trouble`` says why the chain could not be asked.
    """

    record: ScheduleRecord
    programme: Programme | None
    pages: tuple[PageView | None, ...]
    slot: int
    now: int
    verified: bool
    corrections: tuple[str, ...] = ()
    trouble: MilestoneError | None = None


def look(context: Context, name: str, *, offline: bool = False) -> View:
    """What is known of a schedule of this project.

    :param offline: ask no server.
    :raises NotFound: no such schedule here, or it was never on this chain.
    :raises Refused: what lies on chain is not what the schedule promises.
    """
    record = distributions.record_of(context, name)
    cached = cache.cached(context, record)
    if offline:
        return _from_cache(context, record, cached, None)
    try:
        checks.require_network(context)
        settling.observe(context, name)
        record = distributions.record_of(context, name)
        if record.programme is None:
            return View(record, None, (), 0, context.now(), verified=False)
        tip = context.chain.tip()
        checks.require_fresh(context, tip)
        now = context.chain.clock().ms_at(tip.slot)
        loaded = distributions.load(context, name)
    except Closed:
        with suppress(Busy):  # showing it needs no write
            distributions.keep_closed(context, record)
        closed = (None,) * len(record.pages)
        return View(record, None, closed, tip.slot, now, verified=True)
    except ServiceUnavailable as trouble:
        return _from_cache(context, record, cached, trouble)
    corrections = tuple(_corrections(cached, loaded))
    if corrections or len(cached) < len(loaded.open_pages):
        cache.refresh(context, loaded)
    pages = tuple(None if p is None else PageView(p.id, p.page, p.vault) for p in loaded.pages)
    programme = loaded.programme
    return View(record, programme.programme, pages, programme.slot, now, True, corrections)


def _from_cache(
    context: Context,
    record: ScheduleRecord,
    cached: tuple[CachedState, ...],
    trouble: MilestoneError | None,
) -> View:
    return View(
        record=record,
        programme=cached[0].programme if cached else None,
        pages=tuple(PageView(c.distribution, c.page, c.vault) for c in cached),
        slot=min((c.slot for c in cached), default=0),
        now=context.now(),
        verified=False,
        trouble=trouble,
    )


def _corrections(cached: tuple[CachedState, ...], loaded: Distribution) -> Iterator[str]:
    """What the cache believed and the chain does not."""
    found = {page.id: page for page in loaded.open_pages}
    for known in cached:
        page = found.get(known.distribution)
        if page is None:
            yield f"the distribution {known.distribution} has been closed"
            continue
        for row, (old, new) in enumerate(zip(known.vault.claimed, page.vault.claimed, strict=True)):
            if old != new:
                steps = page.page.vesting(row).count
                yield f"allocation {row + 1}: {new} of {steps} instalments are paid, not {old}"
    if cached:
        yield from _milestone_corrections(cached[0].programme, loaded.programme.programme)


def _milestone_corrections(old: Programme, new: Programme) -> Iterator[str]:
    for before, after in zip(old.milestones, new.milestones, strict=True):
        if before.evidence != after.evidence:
            state = "proven" if after.proven else "not proven"
            yield f"milestone {after.id.decode(errors='replace')} is {state} on chain"
    if old.cancelled != new.cancelled:
        yield "the programme has been cancelled"
    if old.round != new.round:
        yield f"the oracles have been rotated: round {new.round}"
