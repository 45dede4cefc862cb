"""A bundle: all that somebody else needs to follow a distribution and to claim from it.

It holds the schedule, the ids under which it lies on chain, which chain and which contract that is,
and the oracles' attestations, each in the form of a SIG.json. There is no secret in it. What it
says of itself is recomputed here; what it says of the chain is compared with the chain by
:mod:`milestone_core.services.bundle`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields

from milestone_core.domain.address import HASH_LENGTH
from milestone_core.domain.chain import AssetId
from milestone_core.domain.decisions import Prove, SignedDecision
from milestone_core.domain.schedule import Schedule
from milestone_core.errors import BadDocument, Problem
from milestone_core.files.attestation import encode_signature, signature_of
from milestone_core.files.fields import AssetText, Hex, Kind, Version, Whole
from milestone_core.files.schedule_document import StoredSchedule
from milestone_core.files.sources import parse_json, read_bytes
from milestone_core.files.strict import StrictSchema, ValueSchema, load, required

MAX_FILE_BYTES = 64 * 1024 * 1024
_DOCUMENT_HASH_LENGTH = 32
_MAX_MAGIC = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Bundle:
    """A deployed schedule as it is handed on.

    ``magic`` and ``contract`` (the scripts' hashes by title) say which chain and contract
    ``programme`` and ``pages``, identity tokens, belong to. ``document_hash`` is the schedule's.
    """

    magic: int
    contract: Mapping[str, bytes]
    document_hash: bytes
    schedule: Schedule
    programme: AssetId
    pages: tuple[AssetId, ...]
    attestations: tuple[SignedDecision, ...]


class _ContractSchema(StrictSchema):
    programme = Hex((HASH_LENGTH,))
    registry = Hex((HASH_LENGTH,))
    distribution = Hex((HASH_LENGTH,))


class _Signatures(fields.Field[tuple[SignedDecision, ...]]):
    """Attestations, each in the form of its own file."""

    def _serialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        return [encode_signature(signed) for signed in value]

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise ValidationError([("it is not a list", "")])
        read, wrong = [], {}
        for index, document in enumerate(value):
            try:
                read.append(signature_of(document, ""))
            except BadDocument as error:
                wrong[index] = {p.where: [(p.what, p.remedy)] for p in error.problems}
        if wrong:
            raise ValidationError(wrong)
        return tuple(read)


class _BundleSchema(ValueSchema):
    makes = Bundle

    schema = Version()
    kind = Kind("bundle")
    magic = Whole(0, _MAX_MAGIC)
    contract = fields.Nested(_ContractSchema, **required())
    document_hash = Hex((_DOCUMENT_HASH_LENGTH,))
    schedule = StoredSchedule()
    programme = AssetText()
    pages = fields.List(AssetText(), data_key="distributions", **required())
    attestations = _Signatures(**required())

    def faults(self, made: Bundle) -> Iterator[Problem]:
        found = made.schedule.document_hash()
        if found != made.document_hash:
            what = f"the hash of the schedule is {found.hex()}: one of the two was changed"
            yield Problem("document_hash", what, "ask for the bundle again")
        if made.programme.policy != made.contract["programme"]:
            yield Problem("programme", "its policy is not the hash of the bundle's programme")
        for index, page in enumerate(made.pages):
            if page.policy != made.contract["registry"]:
                place = f"distributions[{index}]"
                yield Problem(place, "its policy is not the hash of the bundle's registry")
        if len(set(made.pages)) != len(made.pages):
            yield Problem("distributions", "one is named twice")
        milestones = {milestone.id for milestone in made.schedule.milestones}
        for index, signed in enumerate(made.attestations):
            place = f"attestations[{index}]"
            if not isinstance(signed.decision, Prove):
                yield Problem(place, "it attests no milestone", "remove it")
            elif signed.decision.milestone not in milestones:
                yield Problem(f"{place}.milestone", "the schedule has no such milestone")
            if signed.programme != made.programme:
                yield Problem(f"{place}.programme", "it is for another programme", "remove it")


def encode_bundle(bundle: Bundle) -> dict[str, object]:
    """The document of a bundle."""
    document: dict[str, object] = _BundleSchema().dump(bundle)
    return {"schema": document["schema"], "kind": document["kind"], **document}


def parse_bundle(raw: bytes, source: str) -> Bundle:
    """Read a bundle whose parts agree with each other.

    :param source: the file's name, for messages.
    :raises BadDocument: everything that is wrong with it.
    """
    bundle, problems = load(_BundleSchema(), parse_json(raw, source))
    if problems:
        raise BadDocument(source, problems, hint="Nothing was imported.")
    return bundle  # type: ignore[no-any-return]


def read_bundle(path: Path) -> Bundle:
    """Read the bundle at ``path``; raises as :func:`parse_bundle`."""
    return parse_bundle(read_bytes(path, MAX_FILE_BYTES), str(path))
