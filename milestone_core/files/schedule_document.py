"""The canonical schedule document, read back: what storage keeps and bundles carry.

:meth:`Schedule.document` writes it. Reading is strict: only what it could have written is read,
so the hash of what is read is the hash that lies on chain.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from marshmallow import fields

from milestone_core.domain.address import HASH_LENGTH
from milestone_core.domain.chain import AssetId
from milestone_core.domain.schedule import (
    MAX_ORACLES,
    TIME_LIMIT,
    Allocation,
    Milestone,
    PolicyChoice,
    Schedule,
    problems,
)
from milestone_core.domain.vesting import MAX_STEPS, Vesting
from milestone_core.errors import BadDocument, Problem
from milestone_core.files.addresses import network_id
from milestone_core.files.amounts import MAX_DECIMALS
from milestone_core.files.fields import (
    MAX_ASSET_NAME_LENGTH,
    AddressText,
    Hex,
    MilestoneId,
    Plain,
    Quantity,
    Settings,
    Slug,
    Version,
    Whole,
    posix_ms,
)
from milestone_core.files.sources import parse_json
from milestone_core.files.strict import StrictSchema, Tables, ValueSchema, load, required

MAX_TICKER_LENGTH = 16
MAX_TITLE_LENGTH = 200


class _AssetSchema(StrictSchema):
    policy = Hex((0, HASH_LENGTH))
    name = Hex(range(MAX_ASSET_NAME_LENGTH + 1))
    decimals = Whole(0, MAX_DECIMALS)
    ticker = Plain(MAX_TICKER_LENGTH)


class _MilestoneSchema(ValueSchema):
    makes = Milestone

    id = MilestoneId()
    title = Plain(MAX_TITLE_LENGTH)


class VestingSchema(ValueSchema):
    """A vesting, as the contract knows it."""

    makes = Vesting

    start = posix_ms()
    step = Whole(1, TIME_LIMIT)
    count = Whole(1, MAX_STEPS)


class _AllocationSchema(ValueSchema):
    makes = Allocation

    beneficiary = AddressText()
    milestone = MilestoneId()
    vesting = fields.Nested(VestingSchema, **required())
    amount = Quantity(1)


def _policy(name: str, settings: dict[str, object], observer: bytes) -> PolicyChoice:
    return PolicyChoice(name, settings, observer or None)


class _PolicySchema(ValueSchema):
    makes = staticmethod(_policy)

    name = Slug(**required())
    settings = Settings(**required())
    observer = Hex((0, HASH_LENGTH))


def _schedule(asset: dict[str, Any], **values: Any) -> Schedule:
    return Schedule(
        asset=AssetId(asset["policy"], asset["name"]),
        decimals=asset["decimals"],
        ticker=asset["ticker"],
        **values,
    )


class ScheduleSchema(ValueSchema):
    """The canonical document as JSON; loading makes a :class:`Schedule` that has no problems."""

    makes = staticmethod(_schedule)

    schema = Version()
    name = Slug(**required())
    network = Slug(**required())
    asset = fields.Nested(_AssetSchema, **required())
    owner = AddressText()
    oracles = fields.List(Hex((HASH_LENGTH,)), **required())
    quorum = Whole(1, MAX_ORACLES)
    milestones = Tables(_MilestoneSchema)
    allocations = Tables(_AllocationSchema)
    expiry = posix_ms()
    until = posix_ms()
    policy = fields.Nested(_PolicySchema, **required())

    def faults(self, made: Schedule) -> Iterator[Problem]:
        yield from problems(made)
        yield from _document_problems(made)


def _document_problems(schedule: Schedule) -> Iterator[Problem]:
    """What a schedule from our own reader never has, and a document made elsewhere might."""
    if schedule.asset.is_ada and schedule.asset.name:
        yield Problem("asset.name", "ADA has no asset name")
    expected = network_id(schedule.network)
    addresses = {"owner": schedule.owner} | {
        f"allocations[{index}].beneficiary": allocation.beneficiary
        for index, allocation in enumerate(schedule.allocations)
    }
    for place, address in addresses.items():
        if address.network != expected:
            yield Problem(place, f"the address is not one of {schedule.network}")
    for key, times in Counter(a.key for a in schedule.allocations).items():
        if times > 1:
            what = f"{key[0]} is promised {key[1]!r} {times} times with the same vesting"
            yield Problem("allocations", what, "a document holds one row for each, with the sum")


def parse_document(raw: bytes, source: str = "the schedule document") -> Schedule:
    """Read the canonical document of a schedule.

    :param source: how messages name where it comes from.
    :raises BadDocument: it is none, it breaks a rule of schedules, or it says the same in other
        bytes, which would have another hash.
    """
    schedule, found = load(ScheduleSchema(), parse_json(raw, source))
    if not found and schedule.document() != raw:
        what = "it is not in the canonical form, so its hash is not that of the schedule"
        found = [Problem("document", what, "RFC 8785: sorted keys, no spaces")]
    if found:
        raise BadDocument(source, found)
    return schedule  # type: ignore[no-any-return]


class StoredSchedule(fields.Field[Schedule]):
    """A schedule inside another document, as the object that its canonical document is."""

    def __init__(self) -> None:
        super().__init__(**required())

    def _serialize(self, value: Schedule | None, *_args: Any, **_kwargs: Any) -> Any:
        return None if value is None else json.loads(value.document())

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Schedule:
        return ScheduleSchema().load(value)  # type: ignore[no-any-return]
