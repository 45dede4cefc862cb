"""Stepped vesting: equal instalments, paid cumulatively so that rounding loses nothing."""

from __future__ import annotations

from dataclasses import dataclass

MAX_STEPS = 255


@dataclass(frozen=True, slots=True, order=True)
class Vesting:
    """``count`` instalments: the first at ``start`` (POSIX ms), one more every ``step`` ms.

    A cliff is ``count`` 1. At most 255 steps, so that a vault counts them in one byte.
    """

    start: int
    step: int
    count: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.step < 1 or not 1 <= self.count <= MAX_STEPS:
            raise ValueError(f"not a vesting: {self.start}, {self.step}, {self.count}")

    @property
    def end(self) -> int:
        """When the last step vests, POSIX ms."""
        return self.start + (self.count - 1) * self.step

    def vested(self, now: int) -> int:
        """The steps vested at ``now`` (POSIX ms)."""
        if now < self.start:
            return 0
        return min(self.count, 1 + (now - self.start) // self.step)

    def step_at(self, number: int) -> int:
        """When step ``number`` (1 to ``count``) vests, POSIX ms."""
        return self.start + (number - 1) * self.step

    def paid_after(self, amount: int, steps: int) -> int:
        """What ``amount`` has paid in all after ``steps`` steps."""
        return amount * steps // self.count

    def steps_within(self, amount: int, limit: int) -> int:
        """The most steps whose cumulative payment does not exceed ``limit``."""
        if limit >= amount:
            return self.count
        if limit < 0:
            return 0
        # paid_after(k) <= limit  <=>  amount * k < (limit + 1) * count
        return ((limit + 1) * self.count - 1) // amount


def cliff(at: int) -> Vesting:
    """Everything at once, at ``at`` (POSIX ms)."""
    return Vesting(at, 1, 1)
