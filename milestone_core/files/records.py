"""What a project keeps in its store: records, and their JSON documents.

Amounts are strings of base units, times POSIX ms, ids and bytes hex. Reading is strict: a
document that this program could not have written is a :class:`BrokenRecord`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import fields

from milestone_core.domain.attestation import Attestation
from milestone_core.domain.lifecycle import TransactionState
from milestone_core.errors import BadDocument, BrokenRecord, Problem
from milestone_core.files import attestation
from milestone_core.files.attestation import AttestationSchema
from milestone_core.files.chain_schemas import PageSchema, ProgrammeSchema, VaultSchema
from milestone_core.files.fields import (
    AssetText,
    Choice,
    Hex,
    Plain,
    Slug,
    Version,
    Whole,
    posix_ms,
)
from milestone_core.files.schedule_document import StoredSchedule
from milestone_core.files.stored import (
    AttestationRecord,
    CachedState,
    DistributionState,
    JournalEntry,
    MessageRecord,
    ScheduleRecord,
    attestation_prefix,
)
from milestone_core.files.strict import ValueSchema, load, required

__all__ = [
    "ATTESTATIONS",
    "JOURNAL",
    "MESSAGES",
    "SCHEDULES",
    "STATES",
    "AttestationRecord",
    "BrokenRecord",
    "CachedState",
    "DistributionState",
    "JournalEntry",
    "MessageRecord",
    "ScheduleRecord",
    "TransactionState",
    "attestation_prefix",
    "decode_attestation",
    "decode_journal_entry",
    "decode_message",
    "decode_schedule",
    "decode_state",
    "encode_attestation",
    "encode_journal_entry",
    "encode_message",
    "encode_schedule",
    "encode_state",
]

SCHEDULES = "schedules"
ATTESTATIONS = "attestations"
JOURNAL = "journal"
MESSAGES = "messages"
STATES = "states"

_HASH_LENGTH = 32
_MAX_SLOT = 2**63 - 1
_MAX_TRANSACTION_BYTES = 64 * 1024
_MAX_PURPOSE = 64
_MAX_NOTE = 2_000


class _ScheduleRecordSchema(ValueSchema):
    makes = ScheduleRecord

    schema = Version()
    schedule = StoredSchedule()
    state = Choice(DistributionState)
    created_at = posix_ms()
    programme = AssetText(allow_none=True)
    pages = fields.List(AssetText(), **required())


class _AttestationSchema(AttestationSchema):
    makes = Attestation

    rejected = Plain(_MAX_NOTE)


class _AttestationRecordSchema(ValueSchema):
    makes = AttestationRecord

    schema = Version()
    schedule = Slug(**required())
    programme = AssetText()
    attestation = fields.Nested(_AttestationSchema, **required())
    committed_at = posix_ms()


class _JournalEntrySchema(ValueSchema):
    makes = JournalEntry

    schema = Version()
    transaction_id = Hex((_HASH_LENGTH,))
    purpose = Plain(_MAX_PURPOSE, 1)
    schedule = Plain(_MAX_PURPOSE)
    cbor = Hex(range(1, _MAX_TRANSACTION_BYTES + 1))
    state = Choice(TransactionState)
    invalid_after = Whole(0, _MAX_SLOT, allow_none=True)
    recorded_at = posix_ms()
    details = fields.Dict(keys=fields.String(), values=fields.String(), **required())
    replaced_by = Hex((_HASH_LENGTH,), allow_none=True)


class _CachedStateSchema(ValueSchema):
    makes = CachedState

    schema = Version()
    distribution = AssetText()
    slot = Whole(0, _MAX_SLOT)
    header = Hex((0, _HASH_LENGTH))
    seen_at = posix_ms()
    programme = fields.Nested(ProgrammeSchema, **required())
    page = fields.Nested(PageSchema, **required())
    vault = fields.Nested(VaultSchema, **required())

    def faults(self, made: CachedState) -> Iterator[Problem]:
        if len(made.vault.claimed) != len(made.page.rows):
            yield Problem("vault", "it counts other rows than the page has")
        milestones = len(made.programme.milestones)
        if any(row.milestone >= milestones for row in made.page.rows):
            yield Problem("page", "a row names a milestone that the programme does not have")


def encode_schedule(record: ScheduleRecord) -> dict[str, object]:
    """The document of a schedule record, under ``record.key`` in ``schedules``."""
    return _ScheduleRecordSchema().dump(record)  # type: ignore[no-any-return]


def decode_schedule(document: Mapping[str, object], key: str = "") -> ScheduleRecord:
    """Read what :func:`encode_schedule` wrote.

    :param key: where it was found, for messages.
    :raises BrokenRecord: it is something else.
    """
    return _decode(_ScheduleRecordSchema(), document, SCHEDULES, key)  # type: ignore[no-any-return]


def encode_attestation(record: AttestationRecord) -> dict[str, object]:
    """The document of an attestation record, under ``record.key`` in ``attestations``."""
    return _AttestationRecordSchema().dump(record)  # type: ignore[no-any-return]


def decode_attestation(document: Mapping[str, object], key: str = "") -> AttestationRecord:
    """Read what :func:`encode_attestation` wrote; otherwise as :func:`decode_schedule`."""
    return _decode(_AttestationRecordSchema(), document, ATTESTATIONS, key)  # type: ignore[no-any-return]


def encode_message(record: MessageRecord) -> dict[str, object]:
    """The document of a message to oracles, under ``record.key`` in ``messages``."""
    return {"schedule": record.schedule, "message": attestation.encode_message(record.message)}


def decode_message(document: Mapping[str, object], key: str) -> MessageRecord:
    """Read what :func:`encode_message` wrote; otherwise as :func:`decode_schedule`."""
    match document:
        case {"schedule": str(schedule), "message": dict(message), **rest} if not rest:
            pass
        case _:
            problem = Problem("document", "it is not a schedule and a message")
            raise BrokenRecord(MESSAGES, key, [problem])
    try:
        record = MessageRecord(schedule, attestation.message_of(message, key))
    except BadDocument as error:
        raise BrokenRecord(MESSAGES, key, error.problems) from error
    if record.key != key:
        problem = Problem("key", f"the document is that of {record.key}")
        raise BrokenRecord(MESSAGES, key, [problem])
    return record


def encode_journal_entry(entry: JournalEntry) -> dict[str, object]:
    """The document of a journal entry, under ``entry.key`` in ``journal``."""
    return _JournalEntrySchema().dump(entry)  # type: ignore[no-any-return]


def decode_journal_entry(document: Mapping[str, object], key: str = "") -> JournalEntry:
    """Read what :func:`encode_journal_entry` wrote; otherwise as :func:`decode_schedule`."""
    return _decode(_JournalEntrySchema(), document, JOURNAL, key)  # type: ignore[no-any-return]


def encode_state(state: CachedState) -> dict[str, object]:
    """The document of a cached state, under ``state.key`` in ``states``."""
    return _CachedStateSchema().dump(state)  # type: ignore[no-any-return]


def decode_state(document: Mapping[str, object], key: str = "") -> CachedState:
    """Read what :func:`encode_state` wrote; otherwise as :func:`decode_schedule`."""
    return _decode(_CachedStateSchema(), document, STATES, key)  # type: ignore[no-any-return]


def _decode(schema: ValueSchema, document: Mapping[str, object], collection: str, key: str) -> Any:
    record, problems = load(schema, document)
    if problems:
        raise BrokenRecord(collection, key, problems)
    if key and record.key != key:
        problem = Problem("key", f"the document is that of {record.key}")
        raise BrokenRecord(collection, key, [problem])
    return record
