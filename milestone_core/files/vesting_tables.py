"""A vesting as people write it: a start, and perhaps instalments.

``start`` alone is a cliff. ``every = "30d"`` and ``instalments = 24`` say the rest; ``step`` and
``count``, the contract's words, are other names of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields

from milestone_core.domain.vesting import Vesting, cliff
from milestone_core.errors import Problem
from milestone_core.files.human_fields import Duration, Instalments, Moment, Time
from milestone_core.files.strict import Invalid, StrictSchema, ValueSchema, required
from milestone_core.files.text import is_slug, shown

OTHER_NAMES = {"step": "every", "count": "instalments"}


@dataclass(frozen=True, slots=True)
class WrittenVesting:
    """A vesting before its parts are known to fit together."""

    start: Moment
    every: int | None = None
    instalments: int | None = None

    def faults(self) -> Iterator[Problem]:
        """Which part is missing."""
        if self.every is not None and self.instalments is None:
            yield Problem("instalments", "it is missing", "say how many, such as 24")
        if self.every is None and (self.instalments or 1) > 1:
            yield Problem("every", "it is missing", "say how far apart, such as 30d")

    def vesting(self) -> Vesting:
        """The vesting; only where there are no faults."""
        if self.every is None or self.instalments is None:
            return cliff(self.start.ms)
        return Vesting(self.start.ms, self.every, self.instalments)


def vesting_fields(written: Mapping[str, object]) -> dict[str, fields.Field[Any]]:
    """The fields of a vesting under the names that ``written`` uses for them."""
    names = {name: other for other, name in OTHER_NAMES.items() if other in written}
    return {
        "start": Time(**required(required=False)),
        "every": Duration(data_key=names.get("every"), **required(required=False)),
        "instalments": Instalments(data_key=names.get("instalments"), **required(required=False)),
    }


class _VestingTable(ValueSchema):
    makes = WrittenVesting

    def faults(self, made: WrittenVesting) -> Iterator[Problem]:
        return made.faults()


class Vestings(fields.Field[dict[str, WrittenVesting]]):
    """The tables ``[vestings.NAME]``."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> dict[str, WrittenVesting]:
        if not isinstance(value, dict):
            raise Invalid("it is not a table", "write [vestings.NAME] above each vesting")
        read: dict[str, WrittenVesting] = {}
        messages: dict[str, Any] = {}
        for name, table in value.items():
            try:
                read[name] = _read(name, table)
            except ValidationError as error:
                messages[name] = error.messages
        if messages:
            raise ValidationError(messages, valid_data=read)
        return read


def _read(name: str, table: object) -> WrittenVesting:
    if not is_slug(name):
        raise Invalid(f"{shown(name)} is not a name", "use letters, digits, '-', '_' and '.'")
    declared = vesting_fields(table if isinstance(table, dict) else {})
    declared["start"] = Time(**required())
    schema: type[StrictSchema] = _VestingTable.from_dict(declared)  # type: ignore[assignment]
    return schema().load(table)  # type: ignore[no-any-return, arg-type]
