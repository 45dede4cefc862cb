"""Documents to store, and things that are none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**63, max_value=2**4096)
    | st.integers(min_value=-(2**4096), max_value=-(2**63))
    | text
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(text, _values, max_size=4)
"""Any document: nested, empty, with every kind of text and integers of any size."""


def nested(depth: int) -> dict[str, Any]:
    """A document of ``depth`` objects within each other."""
    document: dict[str, Any] = {}
    for _ in range(depth - 1):
        document = {"in": document}
    return document


def _in_itself() -> dict[str, Any]:
    document: dict[str, Any] = {}
    document["in"] = document
    return document


NO_DOCUMENTS: dict[str, Any] = {
    "a float": {"amount": 1.5},
    "a float that is whole": {"rows": [{"amount": 2.0}]},
    "not a number": {"amount": float("nan")},
    "bytes": {"hash": b"\x01"},
    "a tuple": {"rows": (1, 2)},
    "a set": {"rows": {1}},
    "a time": {"at": datetime(2026, 1, 1, tzinfo=UTC)},
    "a name that is no string": {"rows": {1: "x"}},
    "half a character": {"note": "\ud800"},
    "a name with half a character": {"\udfff": 1},
    "a list": [1, 2],
    "a string": "text",
    "nothing": None,
    "nested without end": _in_itself(),
}
"""What ``put`` refuses with TypeError or BadInput, each under what is wrong with it."""

NO_NAMES: dict[str, Any] = {
    "empty": "",
    "half a character": "\ud800",
    "a number": 1,
    "bytes": b"key",
}
"""What names neither a collection nor a key."""
