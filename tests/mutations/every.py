"""All mutations, in order."""

from __future__ import annotations

from . import (
    by_quorum,
    closing,
    continuing,
    registering,
    release_claims,
    release_outputs,
    starting,
    terms,
)
from .mutation import MUTATIONS

__all__ = [
    "MUTATIONS",
    "by_quorum",
    "closing",
    "continuing",
    "registering",
    "release_claims",
    "release_outputs",
    "starting",
    "terms",
]
