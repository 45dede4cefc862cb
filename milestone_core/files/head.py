"""The schedule's TOML but for its rows: asset, people, milestones, vestings, policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields

from milestone_core.domain.address import HASH_LENGTH
from milestone_core.domain.chain import ADA, AssetId
from milestone_core.domain.schedule import MAX_ORACLES, Milestone, PolicyChoice
from milestone_core.errors import Problem
from milestone_core.files.amounts import MAX_DECIMALS
from milestone_core.files.fields import (
    MAX_ASSET_NAME_LENGTH,
    MilestoneId,
    Plain,
    Settings,
    Slug,
    Whole,
)
from milestone_core.files.human_fields import AnyCaseHex, Oracle, PaymentAddress, Time
from milestone_core.files.schedule_document import MAX_TICKER_LENGTH, MAX_TITLE_LENGTH
from milestone_core.files.strict import StrictSchema, Tables, ValueSchema, problems_of, required
from milestone_core.files.text import is_plain
from milestone_core.files.vesting_tables import Vestings, WrittenVesting

DEFAULT_POLICY = "quorum-vesting"
ADA_DECIMALS = 6

_OPTIONAL: dict[str, Any] = required(required=False)
_SCRIPT_OWNER = (
    "whoever can spend anything at that script can act as the owner; "
    "use a wallet's address, or pass --allow-script-owner"
)


@dataclass(frozen=True, slots=True)
class WrittenAsset:
    """The table ``[asset]``: ``unit = "ada"``, or policy, name and decimals."""

    unit: str | None = None
    policy: bytes | None = None
    name: str | None = None
    name_hex: bytes | None = None
    decimals: int | None = None
    ticker: str | None = None

    def faults(self) -> Iterator[Problem]:
        """What is missing, too much, or contradictory."""
        if self.unit is not None:
            yield from self._ada_faults()
        elif self.policy is None:
            yield Problem("policy", "it is missing", 'give policy and name, or unit = "ada"')
        else:
            yield from self._token_faults()

    def _ada_faults(self) -> Iterator[Problem]:
        if str(self.unit).lower() != "ada":
            yield Problem("unit", f"{self.unit!r} is no unit", 'write unit = "ada", or a policy')
        if self.policy is not None or self.name is not None or self.name_hex is not None:
            yield Problem("policy", "ADA has neither policy nor name", "leave them or unit out")
        if self.decimals not in (None, ADA_DECIMALS):
            yield Problem("decimals", f"ADA has {ADA_DECIMALS}", "leave it out")

    def _token_faults(self) -> Iterator[Problem]:
        if (self.name is None) == (self.name_hex is None):
            yield Problem("name", "exactly one of name and name_hex is needed", "write one of them")
        if len((self.name or "").encode()) > MAX_ASSET_NAME_LENGTH:
            yield Problem("name", f"it is longer than {MAX_ASSET_NAME_LENGTH} bytes", "shorten it")
        if self.decimals is None:
            yield Problem("decimals", "it is missing", "as the token's registry entry has it")

    @property
    def id(self) -> AssetId:
        if self.policy is None:
            return ADA
        name = self.name_hex if self.name_hex is not None else (self.name or "").encode()
        return AssetId(self.policy, name)

    @property
    def places(self) -> int:
        """How many decimals amounts have."""
        return ADA_DECIMALS if self.decimals is None else self.decimals

    @property
    def symbol(self) -> str:
        """The ticker; where none is given, the name, if it can be read as a short text."""
        if self.ticker is not None:
            return self.ticker
        if self.policy is None:
            return "ADA"
        name = self.id.name.decode("utf-8", errors="replace")
        readable = is_plain(name) and "\ufffd" not in name and len(name) <= MAX_TICKER_LENGTH
        return name if readable else ""


class _AssetTable(ValueSchema):
    makes = WrittenAsset

    unit = fields.String(**_OPTIONAL)
    policy = AnyCaseHex((HASH_LENGTH,), required=False)
    name = Plain(MAX_ASSET_NAME_LENGTH, required=False)
    name_hex = AnyCaseHex(range(MAX_ASSET_NAME_LENGTH + 1), required=False)
    decimals = Whole(0, MAX_DECIMALS, required=False)
    ticker = Plain(MAX_TICKER_LENGTH, required=False)

    def faults(self, made: WrittenAsset) -> Iterator[Problem]:
        return made.faults()


class _MilestoneTable(ValueSchema):
    makes = Milestone

    id = MilestoneId()
    title = Plain(MAX_TITLE_LENGTH, required=False)


class _PolicyTable(ValueSchema):
    makes = PolicyChoice

    name = Slug(load_default=DEFAULT_POLICY)
    settings = Settings(**_OPTIONAL)
    observer = AnyCaseHex((HASH_LENGTH,), required=False)


def _schema(network: str, *, allow_script_owner: bool) -> StrictSchema:
    declared: dict[str, fields.Field[Any]] = {
        "name": Slug(**required()),
        "owner": PaymentAddress(
            network, allow_script=allow_script_owner, script_remedy=_SCRIPT_OWNER
        ),
        "expiry": Time(**required()),
        "until": Time(**_OPTIONAL),
        "quorum": Whole(1, MAX_ORACLES),
        "oracles": fields.List(Oracle(network), **required()),
        "asset": fields.Nested(_AssetTable, **required()),
        "milestones": Tables(_MilestoneTable),
        "vestings": Vestings(**_OPTIONAL),
        "policy": fields.Nested(_PolicyTable, **_OPTIONAL),
        "allocations": fields.Raw(**_OPTIONAL),
    }
    schema: type[StrictSchema] = StrictSchema.from_dict(declared)  # type: ignore[assignment]
    return schema()


@dataclass(frozen=True, slots=True)
class Head:
    """What could be read of a schedule's head.

    ``values`` holds the keys that are good, ``failed`` names those that are not; ``milestones``
    and ``vestings`` are the names that the file declares, be their tables good or not, so that a
    row is not blamed for naming them; None where it cannot be told what they are.
    """

    values: Mapping[str, Any]
    failed: frozenset[str]
    problems: tuple[Problem, ...]
    milestones: frozenset[str] | None
    vestings: frozenset[str] | None

    @property
    def written_vestings(self) -> Mapping[str, WrittenVesting]:
        """The vestings that are good, by name."""
        return self.values.get("vestings", {})  # type: ignore[no-any-return]


def read_head(document: Mapping[str, Any], network: str, *, allow_script_owner: bool) -> Head:
    """Read everything but the rows; what is wrong is told in ``problems``."""
    schema = _schema(network, allow_script_owner=allow_script_owner)
    messages: dict[str, Any] = {}
    try:
        values = schema.load(document)
    except ValidationError as error:
        messages = error.messages_dict
        good = error.valid_data if isinstance(error.valid_data, dict) else {}
        partly = {"vestings"}  # each of its tables stands for itself
        values = {k: v for k, v in good.items() if k not in messages or k in partly}
    return Head(
        values=values,
        failed=frozenset(str(key) for key in messages),
        problems=tuple(problems_of(messages)),
        milestones=_declared_ids(document.get("milestones")),
        vestings=_declared_names(document.get("vestings", {})),
    )


def _declared_ids(tables: object) -> frozenset[str] | None:
    if not isinstance(tables, list):
        return None
    ids = (table.get("id") for table in tables if isinstance(table, dict))
    return frozenset(identifier for identifier in ids if isinstance(identifier, str))


def _declared_names(table: object) -> frozenset[str] | None:
    return frozenset(table) if isinstance(table, dict) else None
