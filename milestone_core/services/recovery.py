"""After a store was damaged: read from the chain what it knew, and say what is back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from milestone_core.domain.release import fully_claimed
from milestone_core.errors import Busy, MilestoneError
from milestone_core.files.records import ATTESTATIONS, SCHEDULES
from milestone_core.services import cache, checks, distributions, lookup, rediscovery
from milestone_core.services.context import Context
from milestone_core.services.distributions import Distribution
from milestone_core.services.lasting import Rebuilt

_LOST = (
    "Lost, for it was only there: the journal of transactions and the messages to oracles. Nothing "
    "is signed in this run; a transaction that was under way shows in: milestone status"
)
_GIVE_AGAIN = (
    "What else was registered here has to be registered again; `milestone deploy` then finds what "
    "is on chain already, and sends nothing twice."
)


def account(context: Context, rebuilt: Rebuilt) -> str:
    """Bring the cache back from the chain; answer the warning that tells the whole story."""
    names = rebuilt.restored.get(SCHEDULES, ())
    signed = len(rebuilt.restored.get(ATTESTATIONS, ()))
    parts = [
        f"{rebuilt.cause.message}. It is kept as {rebuilt.aside}, and a new one was begun"
        if rebuilt.cause
        else "the store lacked what its copies have"
    ]
    parts += [f"Restored: {_standing(context, name)}" for name in names]
    if signed:
        parts.append(f"Restored: {signed} attestations")
    parts += [_LOST, _GIVE_AGAIN]
    return "\n  ".join(parts)


def _standing(context: Context, name: str) -> str:
    """What the chain says of a schedule whose record is back."""
    record = distributions.record_of(context, name)
    try:
        checks.require_network(context)
        if record.programme is None:
            found = rediscovery.on_chain(context, record)
            if found is None:
                return f"{name}, a draft"
            distributions.keep(context, found)
        loaded = distributions.load(context, name)
    except lookup.Closed:
        with suppress(Busy):
            distributions.keep_closed(context, record)
        return f"{name}, which is closed on chain"
    except MilestoneError as error:
        return f"{name}, not compared with the chain yet: {error.message}"
    cache.refresh(context, loaded)
    return f"{name} from the chain: {', '.join(_facts(loaded))}"


def _facts(loaded: Distribution) -> Iterator[str]:
    milestones = loaded.programme.programme.milestones
    proven = [m.id.decode(errors="replace") for m in milestones if m.proven]
    yield f"proven: {', '.join(proven) or 'nothing yet'}"
    pages = loaded.open_pages
    rows = sum(len(page.page.rows) for page in pages)
    touched = sum(1 for page in pages for steps in page.vault.claimed if steps)
    yield f"{touched} of {rows} allocations paid in whole or part"
    closed = len(loaded.pages) - len(pages)
    if closed:
        yield f"{closed} pages closed"
    if pages and all(fully_claimed(page.page, page.vault) for page in pages):
        yield "complete"
