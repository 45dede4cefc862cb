"""All mutations, in order."""

from __future__ import annotations

from . import by_quorum, closing, registering, release_claims, release_outputs, starting
from .mutation import MUTATIONS

__all__ = [
    "MUTATIONS",
    "by_quorum",
    "closing",
    "registering",
    "release_claims",
    "release_outputs",
    "starting",
]
