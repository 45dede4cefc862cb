"""Programme, page and vault as JSON, for what is remembered of the chain."""

from __future__ import annotations

from collections.abc import Iterator

from marshmallow import fields

from milestone_core.domain.address import HASH_LENGTH, Credential, CredentialKind
from milestone_core.domain.attestation import EVIDENCE_LENGTH
from milestone_core.domain.distribution import Page, Programme, ProgrammeMilestone, Row, Vault
from milestone_core.domain.schedule import MAX_ID_BYTES, MAX_ORACLES
from milestone_core.domain.vesting import MAX_STEPS
from milestone_core.errors import Problem
from milestone_core.files.fields import (
    AddressText,
    AssetText,
    Choice,
    Flag,
    Hex,
    Quantity,
    Whole,
    posix_ms,
)
from milestone_core.files.schedule_document import VestingSchema
from milestone_core.files.strict import Tables, ValueSchema, required

_MAX_INDEX = 2**16
_MAX_ROUND = 2**32 - 1
_DOCUMENT_HASH_LENGTH = 32


class _CredentialSchema(ValueSchema):
    makes = Credential

    kind = Choice(CredentialKind)
    hash = Hex((HASH_LENGTH,))


class _ProgrammeMilestoneSchema(ValueSchema):
    makes = ProgrammeMilestone

    id = Hex(range(1, MAX_ID_BYTES + 1))
    evidence = Hex((EVIDENCE_LENGTH,), allow_none=True)


class ProgrammeSchema(ValueSchema):
    """A programme's datum."""

    makes = Programme

    milestones = Tables(_ProgrammeMilestoneSchema)
    oracles = fields.List(Hex((HASH_LENGTH,)), **required())
    quorum = Whole(1, MAX_ORACLES)
    round = Whole(0, _MAX_ROUND)
    owner = fields.Nested(_CredentialSchema, **required())
    until = posix_ms()
    cancelled = Flag(**required())


class _RowSchema(ValueSchema):
    makes = Row

    address = Whole(0, _MAX_INDEX)
    milestone = Whole(0, _MAX_INDEX)
    vesting = Whole(0, _MAX_INDEX)
    amount = Quantity(1)


class PageSchema(ValueSchema):
    """A page's datum: the immutable schedule of one distribution."""

    makes = Page

    registry = Hex((HASH_LENGTH,))
    rows = Tables(_RowSchema)
    addresses = fields.List(AddressText(), **required())
    vestings = Tables(VestingSchema)
    programme = AssetText()
    asset = AssetText(ada=True)
    observer = Hex((HASH_LENGTH,), allow_none=True)
    owner = fields.Nested(_CredentialSchema, **required())
    expiry = posix_ms()
    document = Hex((_DOCUMENT_HASH_LENGTH,))

    def faults(self, made: Page) -> Iterator[Problem]:
        for number, row in enumerate(made.rows):
            if row.address >= len(made.addresses) or row.vesting >= len(made.vestings):
                yield Problem(f"rows[{number}]", "it points beyond the tables")


class VaultSchema(ValueSchema):
    """A vault's datum; the steps paid are written as a list of numbers."""

    makes = Vault

    registry = Hex((HASH_LENGTH,))
    claimed = fields.List(Whole(0, MAX_STEPS), **required())
