"""Rows into allocations: each value on its own, then rows that say the same twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError, fields

from milestone_core.domain.address import Address
from milestone_core.domain.schedule import Allocation
from milestone_core.domain.vesting import Vesting
from milestone_core.errors import Problem
from milestone_core.files.head import Head
from milestone_core.files.human_fields import Amount, Moment, OneOf, PaymentAddress
from milestone_core.files.rows import WrittenRow
from milestone_core.files.strict import ROOT, ValueSchema, problems_of, required
from milestone_core.files.vesting_tables import OTHER_NAMES, WrittenVesting, vesting_fields

_SCRIPT_BENEFICIARY = (
    "most scripts cannot spend what carries no datum; "
    "use a wallet's address, or pass --allow-script-address"
)


@dataclass(frozen=True, slots=True)
class _ReadRow:
    """A row whose values are good each by itself."""

    beneficiary: Address
    amount: int
    milestone: str
    vesting: str | None = None
    start: Moment | None = None
    every: int | None = None
    instalments: int | None = None

    @property
    def own_vesting(self) -> WrittenVesting | None:
        """The vesting that is written in the row itself."""
        return WrittenVesting(self.start, self.every, self.instalments) if self.start else None

    def faults(self) -> Iterator[Problem]:
        own = (self.start, self.every, self.instalments) != (None, None, None)
        if self.vesting is None and self.start is None:
            remedy = "name a vesting of the TOML, or give a start"
            yield Problem("start" if own else "vesting", "it is missing", remedy)
        elif self.vesting is not None and own:
            yield Problem("vesting", "the row has a vesting of its own too", "leave one out")
        elif self.own_vesting:
            yield from self.own_vesting.faults()


class _RowSchema(ValueSchema):
    makes = _ReadRow

    def faults(self, made: _ReadRow) -> Iterator[Problem]:
        return made.faults()


@dataclass(frozen=True, slots=True)
class PlacedAllocation:
    """An allocation with the row that it stands in (the first, if rows were merged).

    ``start`` is the row's own start as it was written, if it has one.
    """

    row: WrittenRow
    allocation: Allocation
    start: Moment | None = None

    def column(self, field: str) -> str:
        """Where the author finds what became that field of the allocation."""
        own = field == "vesting" and "vesting" not in self.row.values
        return self.row.at("start" if own else field)


class RowReader:
    """Reads rows against the head of their schedule."""

    def __init__(self, head: Head, network: str, *, allow_script_address: bool) -> None:
        self._head = head
        self._network = network
        self._allow_script = allow_script_address
        self._vestings = {
            name: written.vesting() for name, written in head.written_vestings.items()
        }
        self._schemas: dict[frozenset[str], ValueSchema] = {}

    def read(self, row: WrittenRow) -> tuple[PlacedAllocation | None, list[Problem]]:
        """The allocation of a row, and what is wrong with it.

        None, perhaps without a problem: the head leaves open what the row means.
        """
        try:
            read: _ReadRow = self._schema(row.values).load(row.values)
        except ValidationError as error:
            return None, [
                replace(p, where=row.place if p.where == ROOT else row.at(p.where))
                for p in problems_of(error.messages)
            ]
        vesting = self._vesting(read)
        if vesting is None or "asset" in self._head.failed:
            return None, []
        allocation = Allocation(read.beneficiary, read.milestone, vesting, read.amount)
        return PlacedAllocation(row, allocation, read.start), []

    def _vesting(self, read: _ReadRow) -> Vesting | None:
        if read.own_vesting is not None:
            return read.own_vesting.vesting()
        return self._vestings.get(read.vesting or "")

    def _schema(self, values: Mapping[str, Any]) -> ValueSchema:
        written = frozenset(values) & frozenset(OTHER_NAMES)
        if written not in self._schemas:
            self._schemas[written] = self._make_schema(values)
        return self._schemas[written]

    def _make_schema(self, values: Mapping[str, Any]) -> ValueSchema:
        head = self._head
        asset = head.values.get("asset")
        declared: dict[str, fields.Field[Any]] = {
            "beneficiary": PaymentAddress(
                self._network, allow_script=self._allow_script, script_remedy=_SCRIPT_BENEFICIARY
            ),
            # Without the asset's decimals nothing can be said of an amount.
            "amount": Amount(asset.places) if asset else fields.Raw(**required()),
            "milestone": OneOf(head.milestones, "milestone"),
            "vesting": OneOf(head.vestings, "vesting", required=False),
            **vesting_fields(values),
        }
        schema: type[ValueSchema] = _RowSchema.from_dict(declared)  # type: ignore[assignment]
        return schema()


def unite(
    placed: Sequence[PlacedAllocation], *, merge: bool
) -> tuple[list[PlacedAllocation], list[Problem], list[str]]:
    """Allocations that differ in more than the amount, the problems, and notes of what was merged.

    :param merge: add up the rows that say the same but for the amount, rather than refuse them.
    """
    first: dict[tuple[Address, str, Vesting], PlacedAllocation] = {}
    problems, notes = [], []
    for one in placed:
        key = one.allocation.key
        known = first.setdefault(key, one)
        if known is one:
            continue
        where, before = one.row.place, known.row.place
        if merge:
            amount = known.allocation.amount + one.allocation.amount
            first[key] = replace(known, allocation=replace(known.allocation, amount=amount))
            notes.append(f"{where} is added to {before}")
        else:
            what = f"it repeats {before}: the same beneficiary, milestone and vesting"
            problems.append(Problem(where, what, "remove it, or pass --merge to add them up"))
    return list(first.values()), problems, notes
