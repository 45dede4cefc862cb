"""The local cache: each page as it was last seen on chain."""

from __future__ import annotations

from collections.abc import Iterator

from milestone_core.errors import BrokenRecord, Busy
from milestone_core.files import records
from milestone_core.files.records import STATES, CachedState, ScheduleRecord
from milestone_core.services.context import Context
from milestone_core.services.distributions import Distribution


def cached(context: Context, record: ScheduleRecord) -> tuple[CachedState, ...]:
    """The pages of a schedule that were seen before."""
    return tuple(_read(context, record))


def _read(context: Context, record: ScheduleRecord) -> Iterator[CachedState]:
    for page in record.pages:
        document = context.storage.read(STATES, str(page))
        if document is not None:
            try:
                yield records.decode_state(document, str(page))
            except BrokenRecord as error:  # the chain has all that is in it
                context.warn(f"{error.message}; it is read from the chain again")


def refresh(context: Context, loaded: Distribution) -> None:
    """Keep what the chain shows; pages that are closed are forgotten."""
    gone = {*loaded.record.pages} - {page.id for page in loaded.open_pages}
    try:
        with context.storage.transaction() as transaction:
            for page in loaded.open_pages:
                state = CachedState(
                    distribution=page.id,
                    slot=page.slot,
                    header=b"",
                    seen_at=context.now(),
                    programme=loaded.programme.programme,
                    page=page.page,
                    vault=page.vault,
                )
                transaction.put(STATES, state.key, records.encode_state(state))
            for page_id in gone:
                transaction.delete(STATES, str(page_id))
    except Busy:
        # Showing the chain needs no write; the next look will keep it.
        context.warn("the local cache was not updated: another process is writing")
