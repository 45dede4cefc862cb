"""What a schedule will be on chain, and what vests when, without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass

from milestone_core.domain.chain import AssetId
from milestone_core.domain.distribution import Vault
from milestone_core.domain.schedule import Schedule
from milestone_core.files.records import ScheduleRecord
from milestone_core.onchain import datums, plutus_data
from milestone_core.services import distributions
from milestone_core.services.context import Context

_NO_NAME = bytes(32)


@dataclass(frozen=True, slots=True)
class PlannedDatums:
    """The CBOR of every datum. ``ids_known`` is whether the programme's id is in them yet."""

    programme: bytes
    schedules: tuple[bytes, ...]
    vaults: tuple[bytes, ...]
    ids_known: bool


@dataclass(frozen=True, slots=True)
class VestingEvent:
    """At ``at`` (POSIX ms), ``vested`` base units have vested in all."""

    at: int
    vested: int


def datums_of(context: Context, record: ScheduleRecord) -> PlannedDatums:
    """The datums as deploying writes them; the programme's name is zero until then."""
    schedule, contract = record.schedule, context.contract
    programme = record.programme or AssetId(contract.programme.hash, _NO_NAME)
    pages = [
        distributions.expected_page(schedule, number, contract.registry.hash, programme)
        for number in range(len(distributions.pages_of(schedule)))
    ]
    vaults = [Vault(page.registry, (0,) * len(page.rows)) for page in pages]
    started = distributions.expected_programme(schedule)
    return PlannedDatums(
        programme=plutus_data.encode(datums.programme_data(started)),
        schedules=tuple(plutus_data.encode(datums.schedule_data(page)) for page in pages),
        vaults=tuple(plutus_data.encode(datums.vault_data(vault)) for vault in vaults),
        ids_known=record.programme is not None,
    )


def timeline(schedule: Schedule) -> tuple[VestingEvent, ...]:
    """Every moment at which something vests, with what has vested by then."""
    times = sorted(
        {
            allocation.vesting.step_at(number)
            for allocation in schedule.allocations
            for number in range(1, allocation.vesting.count + 1)
        }
    )
    return tuple(VestingEvent(at, _vested(schedule, at)) for at in times)


def _vested(schedule: Schedule, at: int) -> int:
    return sum(a.vesting.paid_after(a.amount, a.vesting.vested(at)) for a in schedule.allocations)
