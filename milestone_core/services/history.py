"""What happened to a schedule: read from the chain, and from the journal what is not on it.

Whoever sent a transaction, the chain has it: programme and vault are followed from output to output
by their identity tokens, and what changed between two of them is what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from milestone_core.domain.address import Address
from milestone_core.domain.chain import AssetId, Spending
from milestone_core.domain.distribution import Page, Programme, Vault
from milestone_core.errors import BadAnswer, Refused
from milestone_core.files.records import JournalEntry, ScheduleRecord
from milestone_core.onchain import datums
from milestone_core.services import checks, distributions, journal
from milestone_core.services.context import Context


class Happening(Enum):
    """What may happen on chain."""

    STARTED = "programme started"
    LOCKED = "locked"
    PROVEN = "proven"
    PAID = "paid"
    ROTATED = "oracles rotated"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    ENDED = "programme closed"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``at`` is POSIX ms, ``amount`` base units of the schedule's asset.

    ``what`` is a :class:`Happening`'s word, or the purpose of a transaction that is known from the
    journal only; ``state`` is ``on chain``, or the journal's word.
    """

    schedule: str
    at: int
    what: str
    transaction: bytes
    state: str
    slot: int | None = None
    who: Address | None = None
    milestone: str = ""
    amount: int | None = None
    evidence: bytes | None = None


ON_CHAIN = "on chain"


def history(context: Context, name: str | None = None, *, offline: bool = False) -> list[Event]:
    """Everything that happened to a schedule of this project, or to all, oldest first.

    :param offline: only what the journal has; no server is asked.
    :raises NotFound: no such schedule here.
    :raises Refused: what lies on chain is not what the schedule promises.
    """
    if name is None:
        schedules = distributions.all_records(context)
    else:
        schedules = (distributions.record_of(context, name),)
    events: list[Event] = []
    if not offline and any(record.programme for record in schedules):
        checks.require_network(context)
        for record in schedules:
            events += _on_chain(context, record)
    known = {event.transaction for event in events}
    for entry in journal.entries(context):
        if entry.transaction_id not in known and name in (None, entry.schedule):
            events.append(_noted(entry))
    return sorted(events, key=lambda event: event.at)  # stable: what one block has stays in order


def _noted(entry: JournalEntry) -> Event:
    return Event(
        schedule=entry.schedule,
        at=entry.recorded_at,
        what=entry.purpose,
        transaction=entry.transaction_id,
        state=entry.state.value,
        milestone=entry.details.get("milestone", ""),
    )


def _on_chain(context: Context, record: ScheduleRecord) -> Iterator[Event]:
    if record.programme is None:
        return
    clock = context.chain.clock()
    name = record.schedule.name

    def event(slot: int, what: Happening, transaction: bytes, **more: object) -> Event:
        at = clock.ms_at(slot)
        return Event(name, at, what.value, transaction, ON_CHAIN, slot, **more)  # type: ignore[arg-type]

    yield from _of_programme(context, record.programme, event)
    for number, page_id in enumerate(record.pages):
        yield from _of_page(context, record, number, page_id, event)


MakeEvent = Callable[..., Event]


def _of_programme(context: Context, programme: AssetId, event: MakeEvent) -> Iterator[Event]:
    before: Programme | None = None
    link: Spending | None = None
    for link in _chain_of(context, programme, context.contract.programme.hash):
        after = _programme(link)
        slot, made_by = link.utxo.created_at, link.utxo.reference.transaction_id
        if before is None:
            yield event(slot, Happening.STARTED, made_by)
        else:
            for milestone, evidence in _newly_proven(before, after):
                yield event(slot, Happening.PROVEN, made_by, milestone=milestone, evidence=evidence)
            if after.round != before.round:
                yield event(slot, Happening.ROTATED, made_by)
            if after.cancelled and not before.cancelled:
                yield event(slot, Happening.CANCELLED, made_by)
        before = after
    if link is not None and (ended := _closed(link)):
        yield event(ended[0], Happening.ENDED, ended[1])


def _of_page(
    context: Context, record: ScheduleRecord, number: int, page_id: AssetId, event: MakeEvent
) -> Iterator[Event]:
    page, vaults = _page(context, record, number, page_id)
    before: Vault | None = None
    for link, vault in vaults:
        slot, made_by = link.utxo.created_at, link.utxo.reference.transaction_id
        if before is None:
            yield event(slot, Happening.LOCKED, made_by, amount=page.total)
        else:
            for row, amount in _newly_paid(page, before, vault):
                milestone = record.schedule.milestones[page.rows[row].milestone].id
                who = page.beneficiary(row)
                yield event(
                    slot, Happening.PAID, made_by, who=who, milestone=milestone, amount=amount
                )
        before = vault
    if vaults and (closed := _closed(vaults[-1][0])):
        left = vaults[-1][0].utxo.output.value.quantity(page.asset)
        yield event(closed[0], Happening.CLOSED, closed[1], amount=left)


def _chain_of(context: Context, token: AssetId, script_hash: bytes) -> list[Spending]:
    """The outputs at a script that held an identity token, each spent by what made the next."""
    held = [
        spending
        for spending in context.utxo.history(str(token))
        if spending.utxo.output.address.payment.hash == script_hash
        and spending.utxo.output.value.quantity(token) == 1
    ]
    return _linked(held)


def _linked(outputs: Iterable[Spending]) -> list[Spending]:
    made_by = {spending.utxo.reference.transaction_id: spending for spending in outputs}
    followers = {spending.spent_by for spending in made_by.values()}
    link = next((made_by[made] for made in made_by if made not in followers), None)
    found: list[Spending] = []
    while link is not None and link not in found:
        found.append(link)
        link = made_by.get(link.spent_by) if link.spent_by else None
    return found


def _page(
    context: Context, record: ScheduleRecord, number: int, page_id: AssetId
) -> tuple[Page, list[tuple[Spending, Vault]]]:
    """A page and its vault, output by output.

    :raises Refused: it is not what the schedule promises.
    """
    contract = context.contract
    page: Page | None = None
    vaults: dict[bytes, tuple[Spending, Vault]] = {}
    for spending in context.utxo.history(str(page_id)):
        output = spending.utxo.output
        if output.address.payment.hash != contract.distribution.hash or output.datum is None:
            continue
        try:
            vault = datums.read_vault(output.datum)
        except datums.ForeignDatum:
            page = datums.read_schedule(output.datum, context.network_id)
        else:
            vaults[spending.utxo.reference.transaction_id] = (spending, vault)
    assert record.programme is not None, "pages belong to a programme"
    expected = distributions.expected_page(
        record.schedule, number, contract.registry.hash, record.programme
    )
    if page is not None and page != expected:
        raise Refused(
            f"the distribution {page_id} is on chain, but it is not what the schedule "
            f"{record.schedule.name!r} promises",
            hint="Do not trust it. Compare it with: milestone schedule show --datum",
        )
    linked = _linked(spending for spending, _ in vaults.values())
    return expected, [vaults[link.utxo.reference.transaction_id] for link in linked]


def _programme(spending: Spending) -> Programme:
    datum = spending.utxo.output.datum
    try:
        return datums.read_programme(datum or b"")
    except datums.ForeignDatum as error:
        raise BadAnswer(f"the index shows a programme that cannot be one: {error}") from error


def _newly_proven(before: Programme, after: Programme) -> Iterator[tuple[str, bytes]]:
    for old, new in zip(before.milestones, after.milestones, strict=True):
        if new.evidence is not None and old.evidence is None:
            yield new.id.decode(errors="replace"), new.evidence


def _newly_paid(page: Page, before: Vault, after: Vault) -> Iterator[tuple[int, int]]:
    for row, (old, new) in enumerate(zip(before.claimed, after.claimed, strict=True)):
        vesting, amount = page.vesting(row), page.rows[row].amount
        paid = vesting.paid_after(amount, new) - vesting.paid_after(amount, old)
        if new != old:
            yield row, paid


def _closed(last: Spending) -> tuple[int, bytes] | None:
    """When and by what the last output was spent, None where it lies there still."""
    if last.spent_by is None or last.spent_at is None:
        return None
    return last.spent_at, last.spent_by
