"""What lies at the contract's address, whoever registered it: by id, or by an address.

Nothing that this project stores is asked or believed, but for the names of its own schedules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from milestone_core.domain import release as rules
from milestone_core.domain.address import Address
from milestone_core.domain.chain import AssetId, Utxo
from milestone_core.domain.distribution import Page, Programme, Vault
from milestone_core.domain.release import RowState, Selection
from milestone_core.domain.schedule import CONTRACTS_OWN_POLICY, PolicyChoice
from milestone_core.errors import NotFound
from milestone_core.files.stored import ScheduleRecord
from milestone_core.onchain import datums
from milestone_core.services import checks, distributions, lookup
from milestone_core.services.context import Context

Wanted = Callable[[AssetId, Page], bool]
"""Whether the page of an id is asked for."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A distribution as the chain shows it. ``record`` is that of a schedule known here.

    ``programme`` is None where the programme is closed: nothing more is released then. ``rows``
    are those that were asked for, at ``now`` (POSIX ms); ``slot`` is how far the index had read.
    """

    id: AssetId
    page: Page
    vault: Vault
    programme: Programme | None
    rows: tuple[RowState, ...]
    record: ScheduleRecord | None
    now: int
    slot: int

    @property
    def claimable(self) -> int:
        return sum(row.claimable for row in self.rows)


def by_id(context: Context, asset: AssetId) -> tuple[FoundPage, ...]:
    """The distribution of that id, or all of the programme of that id.

    :raises NotFound: there is none.
    """
    if asset.policy != context.contract.programme.hash:
        lookup.find_page(context, asset)  # which says why there is none
        return tuple(_survey(context, lambda id_, _: id_ == asset, Selection()))
    found = tuple(_survey(context, lambda _, page: page.programme == asset, Selection()))
    if not found:
        lookup.find_programme(context, asset)
        raise NotFound(f"nothing is registered in the programme {asset} any more")
    return found


def by_address(context: Context, address: Address) -> tuple[FoundPage, ...]:
    """Everything that is promised to an address; everything there is, if it is the contract's.

    :raises NotFound: there is nothing.
    """
    ours = context.contract.distribution_address
    if address.payment == ours.payment:
        found = tuple(_survey(context, lambda *_: True, Selection()))
        if not found:
            raise NotFound(f"nothing is deployed at the contract's address {address}")
        return found
    selection = Selection(beneficiary=address)
    found = tuple(_survey(context, lambda _, page: address in page.addresses, selection))
    if not found:
        script = address.payment.is_script
        raise NotFound(
            f"no distribution at the contract's address promises anything to {address}",
            hint=f"That is the address of another script; the contract's is {ours}"
            if script
            else "Was it deployed, and to this very address? A wallet has many; see: milestone "
            "status NAME",
        )
    return found


def _survey(context: Context, wanted: Wanted, selection: Selection) -> Iterator[FoundPage]:
    """The pages that are wanted, with the rows that are selected."""
    contract = context.contract
    checks.require_network(context)
    tip = context.chain.tip()
    checks.require_fresh(context, tip)
    _require_watched(context)
    now = context.chain.clock().ms_at(tip.slot)
    records = {page: one for one in distributions.all_records(context) for page in one.pages}
    programme_of = cache(lambda asset: _programme(context, asset))
    snapshot = context.utxo.unspent(str(contract.distribution_address))
    for asset, (page, vault) in _pairs(context, snapshot.utxos).items():
        if not wanted(asset, page):
            continue
        record, programme = records.get(asset), programme_of(page.programme)
        rows: tuple[RowState, ...] = ()
        if programme is not None:
            if any(row.milestone >= len(programme.milestones) for row in page.rows):
                continue  # registered in a programme that it does not fit: nobody can claim
            choice = record.schedule.policy if record else PolicyChoice(CONTRACTS_OWN_POLICY)
            policy = context.policy(choice)
            rows = rules.assess(page, vault, programme, now, policy.releasable)
            rows = tuple(row for row in rows if selection.includes(row))
        yield FoundPage(asset, page, vault, programme, rows, record, now, snapshot.checkpoint)


def _require_watched(context: Context) -> None:
    pattern = str(context.contract.distribution_address)
    if not context.utxo.tracks(pattern):
        raise lookup.unwatched(pattern)


def _programme(context: Context, asset: AssetId) -> Programme | None:
    try:
        return lookup.find_programme(context, asset).programme
    except NotFound:
        return None


def _pairs(context: Context, utxos: tuple[Utxo, ...]) -> dict[AssetId, tuple[Page, Vault]]:
    """Schedules with their vaults, by identity token; whatever else lies there is not ours."""
    pages: dict[AssetId, Page] = {}
    vaults: dict[AssetId, Vault] = {}
    for utxo in utxos:
        value = utxo.output.value
        tokens = [a for a in value.assets if a.policy == context.contract.registry.hash]
        datum = utxo.output.datum
        if len(tokens) != 1 or value.quantity(tokens[0]) != 1 or datum is None:
            continue
        try:
            vaults[tokens[0]] = datums.read_vault(datum)
        except datums.ForeignDatum:
            with suppress(datums.ForeignDatum):
                pages[tokens[0]] = datums.read_schedule(datum, context.network_id)
    # What cannot be read is somebody's oddity; it must not hide what is there for everybody else.
    whole = sorted(pages.keys() & vaults.keys(), key=str)
    return {asset: (pages[asset], vaults[asset]) for asset in whole}
