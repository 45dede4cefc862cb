"""All mutations, in order."""

from __future__ import annotations

from . import by_quorum, release_claims, release_outputs
from .mutation import MUTATIONS

__all__ = ["MUTATIONS", "by_quorum", "release_claims", "release_outputs"]
