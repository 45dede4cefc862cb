"""A schedule: who gets how much, for which milestone, from when, and who attests.

The bounds are those that the contract checks at registration (``docs/contract.md``), so that a
schedule that passes here is not refused there.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from milestone_core.domain.address import Address
from milestone_core.domain.chain import AssetId
from milestone_core.domain.vesting import MAX_STEPS, Vesting
from milestone_core.errors import Problem

MAX_ORACLES = 16
MAX_MILESTONES = 32
MAX_ID_BYTES = 32
MAX_QUANTITY = 2**63 - 1
TIME_LIMIT = 2**43
DAY = int(timedelta(days=1).total_seconds()) * 1000
VESTING_ENDS_BEFORE_EXPIRY = 30 * DAY
PROGRAMME_OUTLIVES_EXPIRY = 90 * DAY
LEAST_ADA_STEP = 1_100_000
CONTRACTS_OWN_POLICY = "quorum-vesting"


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something to be proven. ``id`` is 1 to 32 bytes of UTF-8, ``title`` is for people."""

    id: str
    title: str = ""

    @property
    def key(self) -> bytes:
        """The id as it lies on chain."""
        return self.id.encode()


@dataclass(frozen=True, slots=True)
class Allocation:
    """``amount`` base units for ``beneficiary``, once ``milestone`` is proven and as it vests."""

    beneficiary: Address
    milestone: str
    vesting: Vesting
    amount: int

    @property
    def key(self) -> tuple[Address, str, Vesting]:
        """What makes two allocations the same promise but for the amount."""
        return self.beneficiary, self.milestone, self.vesting


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """The release policy of a schedule, with its settings; ``observer`` is its script on chain."""

    name: str
    settings: Mapping[str, object] = field(default_factory=dict)
    observer: bytes | None = None

    @property
    def advisory(self) -> bool:
        """Whether this program keeps the policy and the contract does not: it has no observer,
        and allows something else than what the contract does by itself."""
        return self.observer is None and self.name != CONTRACTS_OWN_POLICY


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that is promised, under one name. Times are POSIX ms, amounts base units.

    ``network`` is the name of the network that it is for; ``until`` is when the programme's owner
    may close it, and until when oracles may attest.
    """

    name: str
    network: str
    asset: AssetId
    decimals: int
    ticker: str
    owner: Address
    oracles: tuple[bytes, ...]
    quorum: int
    milestones: tuple[Milestone, ...]
    allocations: tuple[Allocation, ...]
    expiry: int
    until: int
    policy: PolicyChoice

    @property
    def total(self) -> int:
        """The sum of all allocations, base units."""
        return sum(allocation.amount for allocation in self.allocations)

    @property
    def beneficiaries(self) -> tuple[Address, ...]:
        """Everybody who is promised something, in order of first mention."""
        return tuple(dict.fromkeys(a.beneficiary for a in self.allocations))

    def document(self) -> bytes:
        """The canonical document (RFC 8785 JSON) that binds the whole schedule by its hash."""
        content = {
            "schema": 1,
            "name": self.name,
            "network": self.network,
            "asset": {
                "policy": self.asset.policy.hex(),
                "name": self.asset.name.hex(),
                "decimals": self.decimals,
                "ticker": self.ticker,
            },
            "owner": str(self.owner),
            "oracles": [oracle.hex() for oracle in self.oracles],
            "quorum": self.quorum,
            "milestones": [{"id": m.id, "title": m.title} for m in self.milestones],
            "allocations": [
                {
                    "beneficiary": str(a.beneficiary),
                    "milestone": a.milestone,
                    "vesting": {
                        "start": a.vesting.start,
                        "step": a.vesting.step,
                        "count": a.vesting.count,
                    },
                    "amount": str(a.amount),
                }
                for a in self.allocations
            ],
            "expiry": self.expiry,
            "until": self.until,
            "policy": {
                "name": self.policy.name,
                "settings": dict(self.policy.settings),
                "observer": self.policy.observer.hex() if self.policy.observer else "",
            },
        }
        # With ASCII keys and integers only, sorted keys and no spaces are what RFC 8785 asks.
        return json.dumps(
            content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()

    def document_hash(self) -> bytes:
        """The blake2b-256 of the canonical document, as the schedule's datum carries it."""
        return hashlib.blake2b(self.document(), digest_size=32).digest()


def problems(schedule: Schedule) -> list[Problem]:
    """Everything for which the contract, or any user, would refuse the schedule.

    Places are named by field (``quorum``, ``allocations[3]``); readers of files, who know rows and
    columns, name theirs before it comes to this.
    """
    return [
        *panel_problems(schedule.oracles, schedule.quorum),
        *_milestone_problems(schedule),
        *_time_problems(schedule),
        *_allocation_problems(schedule),
    ]


def panel_problems(oracles: Sequence[bytes], quorum: int) -> Iterator[Problem]:
    """Why the contract would refuse such oracles (key hashes) with such a quorum."""
    count = len(oracles)
    if not 1 <= count <= MAX_ORACLES:
        yield Problem("oracles", f"there are {count}", f"name 1 to {MAX_ORACLES}")
    for oracle, times in Counter(oracles).items():
        if times > 1:
            yield Problem("oracles", f"{oracle.hex()} is named {times} times", "name each once")
    if not 1 <= quorum <= max(count, 1):
        yield Problem("quorum", f"{quorum} of {count} oracles", f"choose 1 to {count}")


def _milestone_problems(schedule: Schedule) -> Iterator[Problem]:
    count = len(schedule.milestones)
    if not 1 <= count <= MAX_MILESTONES:
        yield Problem("milestones", f"there are {count}", f"name 1 to {MAX_MILESTONES}")
    for index, milestone in enumerate(schedule.milestones):
        if not 1 <= len(milestone.key) <= MAX_ID_BYTES:
            size = len(milestone.key)
            yield Problem(f"milestones[{index}].id", f"it has {size} bytes", "use 1 to 32 bytes")
    for milestone_id, times in Counter(m.id for m in schedule.milestones).items():
        if times > 1:
            yield Problem(
                "milestones", f"the id {milestone_id!r} is used {times} times", "give each its own"
            )


def _time_problems(schedule: Schedule) -> Iterator[Problem]:
    if schedule.until < schedule.expiry + PROGRAMME_OUTLIVES_EXPIRY:
        yield Problem(
            "until",
            "the programme would end less than 90 days after the expiry",
            "leave it out, or choose a date at least 90 days after the expiry",
        )
    if schedule.until >= TIME_LIMIT:
        yield Problem("until", "it lies beyond the year 2248", "choose an earlier date")


def _allocation_problems(schedule: Schedule) -> Iterator[Problem]:
    if not schedule.allocations:
        yield Problem("allocations", "there are none", "promise something to somebody")
    if schedule.total > MAX_QUANTITY:
        yield Problem(
            "allocations", f"the sum {schedule.total} exceeds 2^63-1 base units", "split it"
        )
    known = {milestone.id for milestone in schedule.milestones}
    for index, allocation in enumerate(schedule.allocations):
        for fault in allocation_faults(allocation, schedule.asset, schedule.expiry, known):
            yield replace(fault, where=f"allocations[{index}].{fault.where}")


def allocation_faults(
    allocation: Allocation, asset: AssetId, expiry: int, milestones: set[str]
) -> Iterator[Problem]:
    """What is wrong with one allocation, each placed by the field that it is about.

    :param expiry: POSIX ms; every vesting must end 30 days before it.
    :param milestones: the known milestone ids.
    """
    amount, vesting = allocation.amount, allocation.vesting
    if allocation.milestone not in milestones:
        known = ", ".join(sorted(milestones))
        what = f"the milestone {allocation.milestone!r} is not in the schedule"
        yield Problem("milestone", what, f"known: {known}")
    if amount > MAX_QUANTITY:
        what = f"the amount {amount} exceeds 2^63-1 base units"
        yield Problem("amount", what, "split the distribution")
    if amount < vesting.count:
        yield Problem(
            "amount",
            f"{amount} base units cannot be paid in {vesting.count} instalments",
            f"each instalment pays at least one unit, and there are at most {MAX_STEPS}",
        )
    elif asset.is_ada and amount // vesting.count < LEAST_ADA_STEP:
        yield Problem(
            "amount",
            f"an instalment of {amount // vesting.count} lovelace is below 1.1 ADA",
            "raise the amount or use fewer instalments",
        )
    if vesting.end > expiry - VESTING_ENDS_BEFORE_EXPIRY:
        what = "its vesting ends less than 30 days before the expiry"
        yield Problem("vesting", what, "choose a later expiry, or an earlier start")
