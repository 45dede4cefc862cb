"""What the project remembers once a transaction is in a block."""

from __future__ import annotations

from dataclasses import replace

from milestone_core.domain.chain import AssetId
from milestone_core.files.records import DistributionState, JournalEntry
from milestone_core.services import distributions, lookup
from milestone_core.services.context import Context

PROGRAMME, PAGE = "programme", "page"


def deployed(programme: AssetId, page: AssetId) -> dict[str, str]:
    """The journal's details of a transaction that registers a page: the ids that it makes."""
    return {PROGRAMME: str(programme), PAGE: str(page)}


def remember(context: Context, entry: JournalEntry) -> None:
    """Keep the ids that a confirmed transaction made. Doing it twice changes nothing.

    The entry is all that is needed, for this may run much later, after a crash.
    """
    if PAGE not in entry.details:
        return
    record = distributions.record_of(context, entry.schedule)
    page = lookup.parse_id(entry.details[PAGE])
    if page in record.pages:
        return
    programme = lookup.parse_id(entry.details[PROGRAMME])
    pages = (*record.pages, page)
    state = DistributionState.ACTIVE
    distributions.keep(context, replace(record, state=state, programme=programme, pages=pages))
