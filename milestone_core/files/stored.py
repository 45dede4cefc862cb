"""What a project keeps in its store, as values: schedules, attestations, journal, cached state.

Amounts are base units, times POSIX ms. :mod:`milestone_core.files.records` writes and reads them
as documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote

from milestone_core.domain.attestation import Attestation
from milestone_core.domain.chain import AssetId
from milestone_core.domain.decisions import OracleMessage
from milestone_core.domain.distribution import Page, Programme, Vault
from milestone_core.domain.lifecycle import TransactionState
from milestone_core.domain.schedule import Schedule


class DistributionState(Enum):
    """How far a schedule has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACTIVE = "active"
    COMPLETE = "complete"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ScheduleRecord:
    """A registered schedule, and what it became on chain. ``created_at`` is POSIX ms.

    ``programme`` and ``pages`` are identity tokens, None and empty until deployed; the pages are
    in the order in which the schedule was split.
    """

    schedule: Schedule
    state: DistributionState
    created_at: int
    programme: AssetId | None = None
    pages: tuple[AssetId, ...] = ()

    @property
    def key(self) -> str:
        return self.schedule.name


@dataclass(frozen=True, slots=True)
class AttestationRecord:
    """An oracle's attestation as it was committed, at ``committed_at`` (POSIX ms).

    ``programme`` is the one that it was signed for.
    """

    schedule: str
    programme: AssetId
    attestation: Attestation
    committed_at: int

    @property
    def key(self) -> str:
        """One per oracle and evidence, so that a second signature replaces the first."""
        signed = self.attestation
        return (
            f"{attestation_prefix(self.schedule, signed.milestone)}"
            f"{signed.evidence.hex()}/{signed.oracle.hex()}"
        )


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message that was made for the oracles of a schedule."""

    schedule: str
    message: OracleMessage

    @property
    def key(self) -> str:
        return f"{self.schedule}/{self.message.digest.hex()}"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A transaction that this project made, and what became of it.

    ``cbor`` is the whole transaction, signed unless the state is ``built``; ``invalid_after`` the
    first slot in which it is no longer valid, None where it never expires; ``recorded_at`` POSIX
    ms; ``replaced_by`` the id of the transaction that was built in its place.
    """

    transaction_id: bytes
    purpose: str
    schedule: str
    cbor: bytes = field(repr=False)
    state: TransactionState
    invalid_after: int | None
    recorded_at: int
    details: Mapping[str, str] = field(default_factory=dict)
    replaced_by: bytes | None = None

    @property
    def key(self) -> str:
        return self.transaction_id.hex()


@dataclass(frozen=True, slots=True)
class CachedState:
    """A distribution as it was last seen on chain, so that it can be shown without asking.

    ``distribution`` is its identity token; ``slot`` and ``header`` say as of which block (the
    header is empty where the index told none), ``seen_at`` when by the wall clock, POSIX ms.
    """

    distribution: AssetId
    slot: int
    header: bytes
    seen_at: int
    programme: Programme
    page: Page
    vault: Vault

    @property
    def key(self) -> str:
        return str(self.distribution)


def attestation_prefix(schedule: str, milestone: str) -> str:
    """What the keys of all attestations of a milestone begin with."""
    return f"{schedule}/{quote(milestone, safe='')}/"
