"""How much fits on a page: deploying it must take no more than 80 % of what a transaction may.

What each part adds, measured on the compiled contract and rounded up (``tests/bounds`` compares it
with real transactions). Registration is what costs most, so a page that can be registered can be
released from and closed as well. Of the units only memory matters: the steps are never scarcer.
"""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass

from milestone_core.domain.address import Address
from milestone_core.domain.schedule import Allocation, Schedule
from milestone_core.domain.vesting import Vesting


@dataclass(frozen=True, slots=True)
class Load:
    """What a transaction takes, or a part of it adds: bytes, and units of memory."""

    size: int
    memory: int

    def __add__(self, other: Load) -> Load:
        return Load(self.size + other.size, self.memory + other.memory)

    @property
    def fits(self) -> bool:
        return self.size <= LIMIT.size and self.memory <= LIMIT.memory


LIMIT = Load(16_384 * 80 // 100, 16_500_000 * 80 // 100)
"""80 % of the limits at protocol version 10."""

_CONSTRUCTOR, _HASH = 3, 30
_CREDENTIAL = _CONSTRUCTOR + _HASH - 1
_REGISTERING, _STARTING = Load(1_100, 250_000), Load(330, 120_000)


def programme_load(schedule: Schedule) -> Load:
    """What starting the programme adds to registering its first page."""
    ids = [len(milestone.key) for milestone in schedule.milestones]
    size = sum(_CONSTRUCTOR + 2 + length + 34 for length in ids) + _HASH * len(schedule.oracles)
    # Every two of them are compared.
    memory = _compared(schedule.milestones, 22_500) + _compared(schedule.oracles, 13_500)
    return _STARTING + Load(size, memory)


def _compared(items: Sized, each: int) -> int:
    count = len(items)
    return each * count + 3_200 * count * (count - 1) // 2


def empty_page_load(schedule: Schedule) -> Load:
    """What registering a page takes whatever lies on it."""
    # The asset's name is in the schedule, in the vault and in the change.
    observer = _HASH if schedule.policy.observer else 0
    return _REGISTERING + Load(3 * len(schedule.asset.name) + observer, 0)


def address_load(address: Address) -> Load:
    """What one more beneficiary adds."""
    if address.stake is None:
        return Load(_CONSTRUCTOR + _CREDENTIAL + 4, 35_000)
    return Load(_CONSTRUCTOR + 2 * _CREDENTIAL + 2 * _CONSTRUCTOR + 2, 50_500)


def vesting_load(vesting: Vesting) -> Load:
    """What one more entry of the table of vestings adds."""
    numbers = (vesting.start, vesting.step, vesting.count)
    return Load(_CONSTRUCTOR + sum(map(_integer_size, numbers)), 28_500)


def row_load(allocation: Allocation, address: int, milestone: int, vesting: int) -> Load:
    """What one more row adds, given its indices; the vault has a byte for it."""
    numbers = (address, milestone, vesting, allocation.amount)
    size = _CONSTRUCTOR + sum(map(_integer_size, numbers)) + 1
    return Load(size, 25_500)


def _integer_size(number: int) -> int:
    """The bytes of a natural number in CBOR."""
    for width, limit in ((1, 24), (2, 2**8), (3, 2**16), (5, 2**32)):
        if number < limit:
            return width
    return 9
