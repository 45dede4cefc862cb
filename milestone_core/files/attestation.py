"""What oracles are given to sign (MSG.json), and what they hand back (SIG.json).

Only the format is checked here: fields, types, lengths, and that a key belongs to the oracle it
is named for. Whether a signature is good is for the contract to decide (FR-026).

Other forms of a signature (a CIP-30 wallet's, a command-line signer's) belong beside
:func:`parse_signature`: each a reader of its own that ends in a :class:`SignedAttestation`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from marshmallow import ValidationError, validates_schema

from milestone_core.domain.address import HASH_LENGTH
from milestone_core.domain.attestation import (
    EVIDENCE_LENGTH,
    MAX_HEADER_LENGTH,
    SIGNATURE_LENGTH,
    VERIFICATION_KEY_LENGTH,
    Attestation,
)
from milestone_core.domain.chain import AssetId
from milestone_core.errors import BadDocument
from milestone_core.files.fields import AssetText, Hex, Kind, MilestoneId, Plain, Version, Whole
from milestone_core.files.sources import parse_json, read_bytes
from milestone_core.files.strict import Invalid, ValueSchema, load

MAX_FILE_BYTES = 64 * 1024
_DIGEST_LENGTH = 32
_MAX_PAYLOAD_LENGTH = 99  # what a Ledger shows and signs without hashing it
_MAX_ROUND = 2**32 - 1


@dataclass(frozen=True, slots=True)
class OracleMessage:
    """What an oracle is asked to sign.

    ``payload`` are the ASCII bytes that the wallet shows and signs; they end in the hex of
    ``digest``. Who signs computes both from the other fields rather than believe the file.
    """

    programme: AssetId
    round: int
    milestone: str
    evidence: bytes
    digest: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class SignedAttestation:
    """An attestation, and the identity token of the programme that it was signed for."""

    programme: AssetId
    attestation: Attestation


class Evidence(Hex):
    """The hash of a milestone's evidence; on chain, zeros stand for none."""

    def __init__(self) -> None:
        super().__init__((EVIDENCE_LENGTH,))

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bytes:
        evidence = super()._deserialize(value, *args, **kwargs)
        if not any(evidence):
            raise Invalid("it is all zeros, which stands for no evidence")
        return evidence


class AttestationSchema(ValueSchema):
    """The fields of an attestation, as files and records share them."""

    makes: ClassVar[Callable[..., Any]] = Attestation

    round = Whole(0, _MAX_ROUND)
    milestone = MilestoneId()
    evidence = Evidence()
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


def _signed(programme: AssetId, **attestation: Any) -> SignedAttestation:
    return SignedAttestation(programme, Attestation(**attestation))


class _SignatureSchema(AttestationSchema):
    makes = staticmethod(_signed)

    schema = Version()
    kind = Kind("attestation")
    programme = AssetText()


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


def _message(payload_again: bytes, **fields: Any) -> OracleMessage:
    del payload_again
    return OracleMessage(**fields)


class _MessageSchema(ValueSchema):
    makes = staticmethod(_message)

    schema = Version()
    kind = Kind("attestation-message")
    programme = AssetText()
    round = Whole(0, _MAX_ROUND)
    milestone = MilestoneId()
    evidence = Evidence()
    digest = Hex((_DIGEST_LENGTH,))
    payload = _Payload()
    payload_again = Hex(range(1, _MAX_PAYLOAD_LENGTH + 1), data_key="payload_hex")

    @validates_schema(skip_on_field_errors=True)
    def _agrees_with_itself(self, values: dict[str, Any], **_kwargs: Any) -> None:
        if values["payload_again"] != values["payload"]:
            raise ValidationError({"payload_hex": [("it is not the hex of the payload", "")]})
        if not values["payload"].endswith(b" " + values["digest"].hex().encode()):
            raise ValidationError({"payload": [("it does not end in the digest", "")]})


def encode_message(message: OracleMessage) -> dict[str, object]:
    """The document of a MSG.json."""
    return {**_MessageSchema().dump(message), "payload_hex": message.payload.hex()}


def encode_signature(signed: SignedAttestation) -> dict[str, object]:
    """The document of a SIG.json."""
    attestation = AttestationSchema().dump(signed.attestation)
    return {**_SignatureSchema().dump({"programme": signed.programme}), **attestation}


def parse_message(raw: bytes, source: str) -> OracleMessage:
    """Read a MSG.json.

    :param source: the file's name, for messages.
    :raises BadDocument: every field that is wrong.
    """
    return _parse(_MessageSchema(), raw, source)  # type: ignore[no-any-return]


def parse_signature(raw: bytes, source: str) -> SignedAttestation:
    """Read a SIG.json.

    :param source: the file's name, for messages.
    :raises BadDocument: every field that is wrong.
    """
    return _parse(_SignatureSchema(), raw, source)  # type: ignore[no-any-return]


def read_message(path: Path) -> OracleMessage:
    """Read the MSG.json at ``path``; raises as :func:`parse_message`."""
    return parse_message(read_bytes(path, MAX_FILE_BYTES), str(path))


def read_signature(path: Path) -> SignedAttestation:
    """Read the SIG.json at ``path``; raises as :func:`parse_signature`."""
    return parse_signature(read_bytes(path, MAX_FILE_BYTES), str(path))


def _parse(schema: ValueSchema, raw: bytes, source: str) -> Any:
    value, problems = load(schema, parse_json(raw, source))
    if problems:
        raise BadDocument(source, problems)
    return value
