"""A release policy: a share of every allocation stays back until every milestone is proven."""

from __future__ import annotations

from dataclasses import dataclass, field

from milestone_core.api import Provider, Releasable, ReleaseContext, ReleasePolicy, hookimpl


@dataclass(frozen=True)
class Holdback:
    """The settings, from the schedule's ``[policy.settings]``, and the policy itself."""

    percent: int = field(default=10, metadata={"help": "how much stays back, 0 to 100"})

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError(f"percent must be 0 to 100, not {self.percent}")

    def releasable(self, context: ReleaseContext) -> Releasable:
        open_milestones = [name for name, proven in context.milestones.items() if not proven]
        if not open_milestones:
            return Releasable(context.vested, "every milestone is proven")
        most = context.amount * (100 - self.percent) // 100
        reason = f"{self.percent} % stays back until {', '.join(open_milestones)} is proven"
        return Releasable(min(context.vested, most), reason)


@hookimpl
def milestone_release_policy() -> list[Provider[ReleasePolicy]]:
    summary = "a share stays back until every milestone is proven"
    return [Provider("holdback", summary, lambda settings, _: settings, Holdback)]
