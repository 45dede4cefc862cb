"""Changing what Kupo watches while it runs: patterns added, patterns and matches removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from milestone_devnet.chain.chain import Chain
from milestone_devnet.kupo import errors
from milestone_devnet.kupo.index import Checkpoint, Index
from milestone_devnet.kupo.patterns import InvalidPattern, Pattern, overlap, parse

# How far back a rollback may go without the client's consent, in slots.
_SAFE_ZONE = 129_600
_LIMITS = {None: False, "within_safe_zone": False, "unsafe_allow_beyond_safe_zone": True}
_MAX_SLOT = 2**63 - 1
_HEADER_HASH = 32

# A real Kupo has no such bound; here it keeps strangers from filling the memory.
MAX_PATTERNS = 10_000


class Administration:
    """Changes to an index that clients ask for."""

    def __init__(self, chain: Chain, index: Index) -> None:
        self._chain = chain
        self._index = index

    def add(self, patterns: Sequence[Pattern] | None, body: bytes) -> list[str]:
        """Add patterns, and match the chain anew from the point that the body names.

        :param patterns: None where the body lists them.
        :return: all patterns that are watched now.
        :raises KupoError: a wrong pattern, a point that is unknown or too old.
        """
        request = _object(body)
        if patterns is None:
            patterns = _listed(request.get("patterns"))
        point, limit = self._point(request.get("rollback_to")), request.get("limit")
        if not isinstance(limit, str | None) or limit not in _LIMITS:
            raise errors.malformed_point()
        distance = self._chain.tip.slot - (0 if point is None else point.slot)
        if distance > _SAFE_ZONE and not _LIMITS[limit]:
            raise errors.beyond_the_safe_zone()
        if len({*self._index.patterns, *patterns}) > MAX_PATTERNS:
            raise errors.busy()
        self._index.add(patterns, point)
        return [str(pattern) for pattern in self._index.patterns]

    def remove(self, pattern: Pattern) -> dict[str, int]:
        """Watch for a pattern no more; its matches stay."""
        return {"deleted": self._index.remove(pattern)}

    def forget(self, pattern: Pattern) -> dict[str, int]:
        """Drop the matches of a pattern.

        :raises KupoError: a pattern that is watched for may match the same outputs.
        """
        if any(overlap(pattern, active) for active in self._index.patterns):
            raise errors.still_active()
        return {"deleted": self._index.forget(pattern)}

    def _point(self, described: Any) -> Checkpoint | None:
        """The block to go back to; None for before the first one."""
        if not isinstance(described, dict):
            raise errors.malformed_point()
        slot, header = described.get("slot_no"), described.get("header_hash")
        if isinstance(slot, bool) or not isinstance(slot, int) or not 0 <= slot <= _MAX_SLOT:
            raise errors.malformed_point()
        found = self._index.checkpoint_before(slot)
        if header is None and found is None:
            raise errors.unknown_point()
        # A whole point before the first block is taken on trust, as there.
        if header is not None and found not in (None, (slot, _header_hash(header))):
            raise errors.unknown_point()
        return found


def _object(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict):
        raise errors.malformed_point()
    return request


def _listed(texts: Any) -> list[Pattern]:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise errors.invalid_pattern()
    valid: dict[str, Pattern] = {}
    for text in texts:
        try:
            valid[text] = parse(text)
        except InvalidPattern:
            continue
    if len(valid) < len(set(texts)):
        raise errors.invalid_patterns(list(valid))
    return list(valid.values())


def _header_hash(text: Any) -> bytes:
    try:
        header = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        header = b""
    if len(header) != _HEADER_HASH:
        raise errors.malformed_point()
    return header
