"""What oracles are given to sign (MSG.json), and what our own signer hands back (SIG.json).

Only the format is checked here: fields, types, lengths, and that a key belongs to the oracle it
is named for. Whether a signature is good is for the contract to decide (FR-026). What wallets and
other signers hand back is read in :mod:`milestone_core.files.signatures`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validates_schema

from milestone_core.domain.address import HASH_LENGTH
from milestone_core.domain.attestation import (
    EVIDENCE_LENGTH,
    MAX_HEADER_LENGTH,
    SIGNATURE_LENGTH,
    VERIFICATION_KEY_LENGTH,
    Attestation,
)
from milestone_core.domain.decisions import (
    DIGEST_LENGTH,
    Cancel,
    Decision,
    OracleMessage,
    OracleSignature,
    Prove,
    Rotate,
    SignedDecision,
)
from milestone_core.domain.schedule import MAX_ORACLES, panel_problems
from milestone_core.errors import BadDocument
from milestone_core.files.fields import AssetText, Hex, Kind, MilestoneId, Plain, Version, Whole
from milestone_core.files.sources import parse_json, read_bytes
from milestone_core.files.strict import Invalid, ValueSchema, load, required

MAX_FILE_BYTES = 64 * 1024
_MAX_PAYLOAD_LENGTH = 99  # what a Ledger shows and signs without hashing it
_MAX_ROUND = 2**32 - 1


class Evidence(Hex):
    """The hash of a milestone's evidence; on chain, zeros stand for none."""

    def __init__(self) -> None:
        super().__init__((EVIDENCE_LENGTH,))

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bytes:
        evidence = super()._deserialize(value, *args, **kwargs)
        if not any(evidence):
            raise Invalid("it is all zeros, which stands for no evidence")
        return evidence


class _SignedSchema(ValueSchema):
    round = Whole(0, _MAX_ROUND)
    oracle = Hex((HASH_LENGTH,))
    verification_key = Hex((VERIFICATION_KEY_LENGTH,))
    header = Hex(range(1, MAX_HEADER_LENGTH + 1))
    signature = Hex((SIGNATURE_LENGTH,))

    @validates_schema(skip_on_field_errors=True)
    def _key_is_the_oracles(self, values: dict[str, Any], **_kwargs: Any) -> None:
        key_hash = hashlib.blake2b(values["verification_key"], digest_size=HASH_LENGTH).digest()
        if key_hash != values["oracle"]:
            raise ValidationError(
                {
                    "verification_key": [
                        (f"it is the key of {key_hash.hex()}, not of the oracle", "")
                    ]
                }
            )


class AttestationSchema(_SignedSchema):
    """The fields of an attestation, as records have them."""

    makes: ClassVar[Callable[..., Any]] = Attestation

    milestone = MilestoneId()
    evidence = Evidence()


class _Proves(ValueSchema):
    milestone = MilestoneId()
    evidence = Evidence()


class _Rotates(ValueSchema):
    oracles = fields.List(Hex((HASH_LENGTH,)), **required())
    quorum = Whole(1, MAX_ORACLES)

    @validates_schema(skip_on_field_errors=True)
    def _can_decide(self, values: dict[str, Any], **_kwargs: Any) -> None:
        problems = list(panel_problems(values["oracles"], values["quorum"]))
        if problems:
            raise ValidationError({p.where: [(p.what, p.remedy)] for p in problems})


def _decision(of: type[Decision], values: dict[str, Any]) -> Decision:
    return of(**{name: values.pop(name) for name in of.__dataclass_fields__})


def _signed(of: type[Decision]) -> Callable[..., SignedDecision]:
    def make(**values: Any) -> SignedDecision:
        decision = _decision(of, values)
        programme, round_ = values.pop("programme"), values.pop("round")
        del values["oracle"]
        return SignedDecision(programme, round_, decision, OracleSignature(**values))

    return make


class _SignatureSchema(_SignedSchema):
    schema = Version()
    programme = AssetText()


class _ProofSignature(_SignatureSchema, _Proves):
    makes = staticmethod(_signed(Prove))
    kind = Kind("attestation")


class _CancelSignature(_SignatureSchema):
    makes = staticmethod(_signed(Cancel))
    kind = Kind("cancel")


class _RotateSignature(_SignatureSchema, _Rotates):
    makes = staticmethod(_signed(Rotate))
    kind = Kind("rotate")


class _Payload(Plain):
    def __init__(self) -> None:
        super().__init__(_MAX_PAYLOAD_LENGTH, 1)

    def _serialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        return value.decode("ascii")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        payload = super()._deserialize(value, *args, **kwargs)
        if not payload.isascii():
            raise Invalid("it is not ASCII")
        return payload.encode()


def _message(of: type[Decision]) -> Callable[..., OracleMessage]:
    def make(**values: Any) -> OracleMessage:
        decision = _decision(of, values)
        return OracleMessage(values["programme"], values["round"], decision, values["payload"])

    return make


class _MessageSchema(ValueSchema):
    schema = Version()
    programme = AssetText()
    round = Whole(0, _MAX_ROUND)
    digest = Hex((DIGEST_LENGTH,))
    payload = _Payload()
    payload_again = Hex(range(1, _MAX_PAYLOAD_LENGTH + 1), data_key="payload_hex")

    @validates_schema(skip_on_field_errors=True)
    def _agrees_with_itself(self, values: dict[str, Any], **_kwargs: Any) -> None:
        if values["payload_again"] != values["payload"]:
            raise ValidationError({"payload_hex": [("it is not the hex of the payload", "")]})
        if not values["payload"].endswith(b" " + values["digest"].hex().encode()):
            raise ValidationError({"payload": [("it does not end in the digest", "")]})


class _ProofMessage(_MessageSchema, _Proves):
    makes = staticmethod(_message(Prove))
    kind = Kind("attestation-message")


class _CancelMessage(_MessageSchema):
    makes = staticmethod(_message(Cancel))
    kind = Kind("cancel-message")


class _RotateMessage(_MessageSchema, _Rotates):
    makes = staticmethod(_message(Rotate))
    kind = Kind("rotate-message")


_MESSAGES: Mapping[type[Decision], type[_MessageSchema]] = {
    Prove: _ProofMessage,
    Cancel: _CancelMessage,
    Rotate: _RotateMessage,
}
_SIGNATURES: Mapping[type[Decision], type[_SignatureSchema]] = {
    Prove: _ProofSignature,
    Cancel: _CancelSignature,
    Rotate: _RotateSignature,
}


def encode_message(message: OracleMessage) -> dict[str, object]:
    """The document of a MSG.json."""
    return _headed(
        _MESSAGES[type(message.decision)](),
        {
            "programme": message.programme,
            "round": message.round,
            **asdict(message.decision),
            "digest": message.digest,
            "payload": message.payload,
            "payload_again": message.payload,
        },
    )


def encode_signature(signed: SignedDecision) -> dict[str, object]:
    """The document of a SIG.json."""
    return _headed(
        _SIGNATURES[type(signed.decision)](),
        {
            "programme": signed.programme,
            "round": signed.round,
            **asdict(signed.decision),
            "oracle": signed.signature.oracle,
            **asdict(signed.signature),
        },
    )


def _headed(schema: ValueSchema, values: dict[str, object]) -> dict[str, object]:
    """The document, with what it is at its head."""
    document = schema.dump(values)
    return {"schema": document["schema"], "kind": document["kind"], **document}


def message_of(document: object, source: str) -> OracleMessage:
    """Read the document of a MSG.json.

    :param source: where it is from, for messages.
    :raises BadDocument: every field that is wrong.
    """
    message: OracleMessage = _load(document, _MESSAGES.values(), source)
    return message


def signature_of(document: object, source: str) -> SignedDecision:
    """Read the document of a SIG.json; otherwise as :func:`message_of`."""
    signed: SignedDecision = _load(document, _SIGNATURES.values(), source)
    return signed


def parse_message(raw: bytes, source: str) -> OracleMessage:
    """Read a MSG.json.

    :param source: the file's name, for messages.
    :raises BadDocument: every field that is wrong.
    """
    return message_of(parse_json(raw, source), source)


def read_message(path: Path) -> OracleMessage:
    """Read the MSG.json at ``path``; raises as :func:`parse_message`."""
    return parse_message(read_bytes(path, MAX_FILE_BYTES), str(path))


def _load(document: object, schemas: Iterable[type[ValueSchema]], source: str) -> Any:
    """By the schema of the document's kind; where it has none of ours, by the first."""
    made = {_kind_of(schema): schema for schema in (each() for each in schemas)}
    kind = document.get("kind") if isinstance(document, dict) else None
    first = next(iter(made.values()))
    schema = made.get(kind, first) if isinstance(kind, str) else first
    value, problems = load(schema, document)
    if problems:
        raise BadDocument(source, problems)
    return value


def _kind_of(schema: ValueSchema) -> str:
    kind = schema.fields["kind"]
    assert isinstance(kind, Kind)
    return str(kind.constant)
