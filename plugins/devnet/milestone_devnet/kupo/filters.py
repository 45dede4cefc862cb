"""The query part of ``/matches``: flags, filters, ranges and order, as strict as Kupo is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from milestone_devnet.kupo.errors import bad_request
from milestone_devnet.kupo.patterns import (
    Condition,
    InvalidPattern,
    OfTransaction,
    WithAsset,
    parse,
)

QueryItem = tuple[str, str | None]

_POINT = re.compile(r"(\d{1,18})(?:\.([0-9a-fA-F]{64}))?", re.ASCII)
_LOWER = {"created_after": "created.slot", "spent_after": "spent.slot"}
_UPPER = {"created_before": "created.slot", "spent_before": "spent.slot"}
_FILTERS = ("policy_id", "asset_name", "transaction_id", "output_index")
_ORDERS = {"most_recent_first": "DESC", "oldest_first": "ASC"}


@dataclass(frozen=True, slots=True)
class Bound:
    """An inclusive bound: a slot, and its block's hash where the client named a whole point."""

    column: str
    operator: str
    slot: int
    hash: bytes | None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a query asks for besides its pattern."""

    conditions: tuple[Condition, ...]
    bounds: tuple[Bound, ...]
    direction: str
    resolve_hashes: bool


def query_items(raw: str) -> list[QueryItem]:
    """The raw query taken apart; a bare flag has None for a value, which ``flag=`` has not."""
    items: list[QueryItem] = []
    for part in raw.split("&") if raw else []:
        name, equals, value = part.partition("=")
        items.append((unquote_plus(name), unquote_plus(value) if equals else None))
    return items


def read_filter(items: Sequence[QueryItem]) -> Filter:
    """Read the query; names that Kupo does not know are ignored, as there.

    :raises KupoError: a flag with a value, a filter without its other half, something twice.
    """
    bounds = [
        *_bounds(items, _LOWER, ">="),
        *_bounds(items, _UPPER, "<="),
    ]
    conditions = [*_status(items), *_asset_or_output(items)]
    return Filter(tuple(conditions), tuple(bounds), _direction(items), _resolve(items))


def transaction_filter(items: Sequence[QueryItem]) -> bytes | None:
    """The ``transaction_id`` that metadata are asked for; None for all.

    :raises KupoError: an id that is none, or a filter that only matches have.
    """
    conditions = _asset_or_output(items)
    given = dict(_values(items, *_FILTERS))
    if not conditions:
        return None
    if given.keys() != {"transaction_id"}:
        raise bad_request(
            "Invalid or incomplete filter query parameters! Metadata can be filtered by"
            " 'transaction_id', encoded in base16."
        )
    return bytes.fromhex(given["transaction_id"] or "")


def _values(items: Sequence[QueryItem], *names: str) -> list[QueryItem]:
    return [item for item in items if item[0] in names]


def _status(items: Sequence[QueryItem]) -> list[Condition]:
    flags = _values(items, "spent", "unspent")
    if len(flags) > 1 or any(value is not None for _, value in flags):
        raise bad_request(
            "Invalid filter query! Matches can be filtered by status using HTTP query flags."
            " Provide either '?spent' or '?unspent', without a value; anything else is an error."
        )
    if not flags:
        return []
    negation = "NOT " if flags[0][0] == "spent" else ""
    return [(f"spent.height IS {negation}NULL", ())]


def _resolve(items: Sequence[QueryItem]) -> bool:
    flags = _values(items, "resolve_hashes")
    if flags and flags[0][1] is not None:
        raise bad_request(
            "Invalid query operator! Datums & scripts can be provided inline using the HTTP query"
            " flag '?resolve_hashes', without a value."
        )
    return bool(flags)


def _direction(items: Sequence[QueryItem]) -> str:
    orders = _values(items, "order")
    if not orders:
        return "DESC"
    direction = _ORDERS.get(orders[0][1] or "")
    if direction is None or len(orders) > 1:
        raise bad_request(
            "Invalid sort direction provided as query parameter. You can specify either"
            " 'order=most_recent_first' or 'order=oldest_first'."
        )
    return direction


def _asset_or_output(items: Sequence[QueryItem]) -> list[Condition]:
    """``policy_id`` with perhaps ``asset_name``, or ``transaction_id`` with ``output_index``."""
    given = _values(items, *_FILTERS)
    values = dict(given)
    if not given:
        return []
    policy, transaction_id = values.get("policy_id"), values.get("transaction_id")
    if len(values) == len(given) and (policy is None) != (transaction_id is None):
        if policy is not None and not values.keys() - {"policy_id", "asset_name"}:
            text = f"{policy}.{values.get('asset_name', '*')}"
        elif transaction_id is not None and not values.keys() - {"transaction_id", "output_index"}:
            text = f"{values.get('output_index', '*')}@{transaction_id}"
        else:
            text = ""
        try:
            pattern = parse(text)
        except InvalidPattern:
            pattern = None
        if isinstance(pattern, WithAsset | OfTransaction):
            return [pattern.condition()]
    raise bad_request(
        "Invalid or incomplete filter query parameters! 'policy_id', 'asset_name' and"
        " 'transaction_id' must be encoded in base16. You MUST specify a 'policy_id' if you"
        " specify an 'asset_name', and a 'transaction_id' if you specify an 'output_index'."
    )


def _bounds(items: Sequence[QueryItem], columns: dict[str, str], operator: str) -> list[Bound]:
    given = _values(items, *columns)
    bounds = []
    for name, value in given:
        match = _POINT.fullmatch(value or "")
        if match is None or len(given) > 1:
            raise bad_request(
                "Unprocessable slot range! A range has at most one lower and one upper bound,"
                " each an absolute slot or a point (slot.header_hash)."
            )
        header = bytes.fromhex(match[2]) if match[2] else None
        bounds.append(Bound(columns[name], operator, int(match[1]), header))
    return bounds
