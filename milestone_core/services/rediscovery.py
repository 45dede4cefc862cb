"""A schedule of this project that lies on chain although the project does not know it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from milestone_core.domain.chain import AssetId, Utxo
from milestone_core.domain.distribution import Page
from milestone_core.errors import NotFound, Refused
from milestone_core.files.records import DistributionState, ScheduleRecord
from milestone_core.onchain import datums
from milestone_core.services import distributions
from milestone_core.services.context import Context


def on_chain(context: Context, record: ScheduleRecord) -> ScheduleRecord | None:
    """The record with the ids that its owner gave it on chain; None where it is not there.

    A page counts if it is what the schedule promises to the last byte, beside an identity token
    that only the schedule's owner can have made, in a programme that is the schedule's too. Of
    several pages, as many are taken as follow one another from the first.

    :raises ServiceUnavailable: the index cannot be asked.
    """
    schedule, registry = record.schedule, context.contract.registry.hash
    wanted = schedule.document_hash()
    numbers = range(len(distributions.pages_of(schedule)))
    found: dict[AssetId, dict[int, AssetId]] = defaultdict(dict)
    for utxo in context.utxo.unspent(str(context.contract.distribution_address)).utxos:
        token, page = _identity(utxo, registry), _page(context, utxo)
        if token is None or page is None or page.document != wanted:
            continue
        for number in numbers:
            if page == distributions.expected_page(schedule, number, registry, page.programme):
                found[page.programme][number] = token
    for programme, pages in sorted(found.items(), key=lambda item: -len(item[1])):
        in_order = tuple(pages[n] for n in numbers if all(m in pages for m in range(n + 1)))
        candidate = replace(
            record, state=DistributionState.ACTIVE, programme=programme, pages=in_order
        )
        if in_order and _is_ours(context, candidate):
            return candidate
    return None


def _identity(utxo: Utxo, registry: bytes) -> AssetId | None:
    tokens = [asset for asset in utxo.output.value.assets if asset.policy == registry]
    return tokens[0] if len(tokens) == 1 else None


def _page(context: Context, utxo: Utxo) -> Page | None:
    if utxo.output.datum is None:
        return None
    try:
        return datums.read_schedule(utxo.output.datum, context.network_id)
    except datums.ForeignDatum:
        return None


def _is_ours(context: Context, candidate: ScheduleRecord) -> bool:
    """Whether the programme is the schedule's, with its oracles or those that they named."""
    try:
        programme = distributions.programme_on_chain(context, candidate).programme
    except (NotFound, Refused):
        return False
    schedule = candidate.schedule
    same = (programme.oracles, programme.quorum) == (schedule.oracles, schedule.quorum)
    return same or programme.round > 0
