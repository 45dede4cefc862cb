"""Close what is finished: the owner gets back what nobody can claim any more."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from milestone_core.domain import release as rules
from milestone_core.domain.chain import Value
from milestone_core.domain.distribution import Programme
from milestone_core.domain.schedule import PROGRAMME_OUTLIVES_EXPIRY
from milestone_core.errors import NotFound, NotYet, Overtaken
from milestone_core.files.records import ScheduleRecord
from milestone_core.files.times import iso
from milestone_core.services import (
    building,
    distributions,
    lookup,
    scripts,
    sending,
    settling,
    wallets,
)
from milestone_core.services.context import Context
from milestone_core.services.lookup import PageOnChain, ProgrammeOnChain
from milestone_core.services.sending import Operator, Sent
from milestone_core.transactions import reclaim as closing
from milestone_core.transactions.reclaim import Ground


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """What was closed. ``returned`` is what the closed outputs held: assets and lovelace.

    ``programme_closes_at`` (POSIX ms) is when the programme may be closed, None once it is.
    """

    sent: tuple[Sent, ...]
    returned: Value
    programme_closes_at: int | None


@dataclass(frozen=True, slots=True)
class _Closing:
    """``sent`` is None where it was not approved; ``held`` is what the closed outputs hold."""

    sent: Sent | None
    held: Value


@dataclass(frozen=True, slots=True)
class _Way:
    """How a page may be closed: on which ground, and whether that needs a lower bound in time."""

    ground: Ground
    bounded: bool


def reclaim(context: Context, name: str, operator: Operator) -> Reclaimed:
    """Close every page that may be closed, and the programme once it may.

    :raises BadInput: none of the keys is the owner's.
    :raises NotFound: nothing of it is on chain any more.
    :raises NotYet: nothing may be closed yet; says what stands in the way and until when.
    :raises Overtaken: others closed it meanwhile, or prove now that it is owed.
    """
    settling.settle(context, name, operator.patience)
    record = distributions.record_of(context, name)
    owner = distributions.owner_of(record.schedule)
    wallets.owned_output(wallets.open_wallet(context, operator.keys), owner)
    programme = _programme(context, record)
    pages = _pages(context, record)
    if programme is None and not pages:
        raise NotFound(f"{name!r} is closed: nothing of it is on chain any more")
    now = building.moment(context).now
    steps = [
        partial(_close_page, context, record, number, operator)
        for number, page in pages.items()
        if _way(page, programme, now)
    ]
    programme_due = programme is not None and now > programme.programme.until
    if programme_due:
        steps.append(partial(_close_programme, context, record, operator))
    if not steps:
        raise _too_early(name, [*pages.values()], programme, now)
    sent: list[Sent] = []
    returned = Value()
    approved = True
    with sending.after(sent):
        for step in steps:
            closed = sending.on_what_is_there(context, operator.patience, step)
            if closed is None:
                continue
            approved = closed.sent is not None
            if closed.sent is None:
                break
            sent.append(closed.sent)
            returned += closed.held
    if approved and not sent:
        raise Overtaken(
            f"what could be closed of {name!r} has been closed by another, or is owed by now",
            hint=f"See what there is with: milestone status {name}",
        )
    if programme is None or (programme_due and approved):
        return Reclaimed(tuple(sent), returned, None)
    return Reclaimed(tuple(sent), returned, programme.programme.until)


def _pages(context: Context, record: ScheduleRecord) -> dict[int, PageOnChain]:
    """The pages that are not closed, by number."""
    numbers = range(len(record.pages))
    found = {number: distributions.page_on_chain(context, record, number) for number in numbers}
    return {number: page for number, page in found.items() if page is not None}


def _held_by(page: PageOnChain) -> Value:
    held = page.vault_utxo.output.value + page.schedule_utxo.output.value
    return held - Value(0, {page.id: 2})


def _programme(context: Context, record: ScheduleRecord) -> ProgrammeOnChain | None:
    try:
        return lookup.find_programme(context, distributions.deployed_programme(record))
    except lookup.Closed:
        return None


def _way(page: PageOnChain, programme: ProgrammeOnChain | None, now: int) -> _Way | None:
    """How the contract lets a page be closed at ``now``, None where it does not."""
    if rules.fully_claimed(page.page, page.vault):
        return _Way(Ground.FULLY_CLAIMED, bounded=False)
    if programme is not None and not rules.owed_rows(page.page, page.vault, programme.programme):
        if programme.programme.cancelled:
            return _Way(Ground.NOTHING_OWED, bounded=False)
        if now > page.page.expiry:
            return _Way(Ground.NOTHING_OWED, bounded=True)
    if now > page.page.expiry + PROGRAMME_OUTLIVES_EXPIRY:
        return _Way(Ground.LONG_EXPIRED, bounded=True)
    return None


def _close_page(
    context: Context, record: ScheduleRecord, number: int, operator: Operator
) -> _Closing | None:
    """Close a page as it is now; somebody may have been paid from it since it was last looked at.

    :return: None if it is closed by now, or if something is owed by now.
    """
    page = distributions.page_on_chain(context, record, number)
    programme = _programme(context, record)
    wallet, at = wallets.open_wallet(context, operator.keys), building.moment(context)
    way = None if page is None else _way(page, programme, at.now)
    if page is None or way is None:
        return None
    published = scripts.find(context)
    draft = closing.close_page(
        page=page.id,
        schedule=page.schedule_utxo,
        vault=page.vault_utxo,
        owner=wallets.owned_output(wallet, page.page.owner),
        scripts=(published["distribution"], published["registry"]),
        ground=way.ground,
        programme=programme.utxo if programme else None,
        valid_from=at.tip.slot if way.bounded else None,
        valid_until=at.deadline(),
    )
    unsigned = building.build(context, draft, wallet, at)
    sent = sending.send(context, unsigned, operator, schedule=record.key, must_wait=True)
    return _Closing(sent, _held_by(page))


def _close_programme(
    context: Context, record: ScheduleRecord, operator: Operator
) -> _Closing | None:
    """Close the programme as it is now.

    :return: None if it is closed by now.
    """
    programme = _programme(context, record)
    if programme is None:
        return None
    wallet, at = wallets.open_wallet(context, operator.keys), building.moment(context)
    draft = closing.close_programme(
        programme=programme.id,
        utxo=programme.utxo,
        owner=wallets.owned_output(wallet, programme.programme.owner),
        script=scripts.find(context)["programme"],
        valid_from=at.tip.slot,
        valid_until=at.deadline(),
    )
    unsigned = building.build(context, draft, wallet, at)
    sent = sending.send(context, unsigned, operator, schedule=record.key)
    return _Closing(sent, programme.utxo.output.value - Value(0, {programme.id: 1}))


def _too_early(
    name: str, pages: list[PageOnChain], programme: ProgrammeOnChain | None, now: int
) -> NotYet:
    if not pages and programme is not None:
        until = programme.programme.until
        return NotYet(
            f"the distributions of {name!r} are closed, its programme not before {iso(until)}",
            details={"possible_after": iso(until)},
        )
    page = pages[0]
    owed = _owed(page, programme.programme) if programme else ()
    if programme is not None and programme.programme.cancelled:
        return NotYet(
            f"{len(owed)} allocations of {name!r} were proven before it was cancelled, and are not "
            "yet paid in full",
            hint=f"Pay them, as they vest, with: milestone release {name}",
            details={"rows_owed": list(owed)},
        )
    if now <= page.page.expiry:
        return NotYet(
            f"{name!r} expires at {iso(page.page.expiry)}, and not all of it is paid",
            hint=f"Release what is due first: milestone release {name}",
            details={"possible_after": iso(page.page.expiry), "rows_owed": list(owed)},
        )
    return NotYet(
        f"{len(owed)} allocations are proven and not yet paid in full: until 90 days after the "
        "expiry they belong to their beneficiaries",
        hint=f"Pay them with: milestone release {name}",
        details={
            "possible_after": iso(page.page.expiry + PROGRAMME_OUTLIVES_EXPIRY),
            "rows_owed": list(owed),
        },
    )


def _owed(page: PageOnChain, programme: Programme) -> tuple[int, ...]:
    return rules.owed_rows(page.page, page.vault, programme)
