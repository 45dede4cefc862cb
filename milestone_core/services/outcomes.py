"""What the project remembers once a transaction is in a block."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from milestone_core.domain.chain import AssetId
from milestone_core.errors import NotFound
from milestone_core.files.records import DistributionState, JournalEntry, ScheduleRecord
from milestone_core.services import cache, distributions, lookup
from milestone_core.services.context import Context

PROGRAMME, PAGE = "programme", "page"


def deployed(programme: AssetId, page: AssetId) -> dict[str, str]:
    """The journal's details of a transaction that registers a page: the ids that it makes."""
    return {PROGRAMME: str(programme), PAGE: str(page)}


def remember(context: Context, entry: JournalEntry) -> None:
    """Keep the ids that a confirmed transaction made, and how things stand after it.

    Doing it twice changes nothing. The entry is all that is needed, for this may run much later,
    after a crash.
    """
    if PAGE in entry.details:
        _keep_ids(context, entry)
    with suppress(NotFound):  # it belongs to no schedule
        _keep_state(context, distributions.record_of(context, entry.schedule))


def forget(context: Context, entry: JournalEntry) -> None:
    """Take back what :func:`remember` kept, for a transaction that was rolled back for good.

    What the index still shows is kept: it is there, whatever became of this transaction.
    """
    if PAGE not in entry.details:
        return
    record = distributions.record_of(context, entry.schedule)
    page = lookup.parse_id(entry.details[PAGE])
    if page not in record.pages:
        return
    number = record.pages.index(page)
    if any(context.utxo.history(str(there)) for there in record.pages[number:]):
        return
    pages = record.pages[:number]
    draft = replace(record, state=DistributionState.DRAFT, programme=None, pages=())
    distributions.keep(context, replace(record, pages=pages) if pages else draft)


def _keep_state(context: Context, record: ScheduleRecord) -> None:
    try:
        loaded = distributions.load(context, record.key)
    except lookup.Closed:
        distributions.keep_closed(context, record)
        return
    cache.refresh(context, loaded)
    if not loaded.open_pages:
        distributions.keep_closed(context, record)


def _keep_ids(context: Context, entry: JournalEntry) -> None:
    record = distributions.record_of(context, entry.schedule)
    page = lookup.parse_id(entry.details[PAGE])
    if page in record.pages:
        return
    programme = lookup.parse_id(entry.details[PROGRAMME])
    pages = (*record.pages, page)
    state = DistributionState.ACTIVE
    distributions.keep(context, replace(record, state=state, programme=programme, pages=pages))
