"""A signature in any of the forms in which an oracle's tool hands it back.

- our own SIG.json (:mod:`milestone_core.files.attestation`);
- what a wallet's ``signData`` returns (CIP-30): ``{"signature": hex, "key": hex}``;
- what ``cardano-signer sign --cip8`` prints, with ``--json``, ``--json-extended`` or as text.

The last two are a COSE_Sign1 and a COSE_Key (CIP-8, RFC 9052). They are taken apart, and whatever
the contract could never accept is refused with its reason: a payload that was hashed, another
algorithm, a header that is too long. The cryptography is left to the contract.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milestone_core.domain.attestation import (
    MAX_HEADER_LENGTH,
    SIGNATURE_LENGTH,
    VERIFICATION_KEY_LENGTH,
)
from milestone_core.domain.decisions import OracleSignature, SignedDecision
from milestone_core.errors import BadDocument, Problem
from milestone_core.files import cbor
from milestone_core.files.attestation import MAX_FILE_BYTES, signature_of
from milestone_core.files.sources import decode_text, parse_json, read_bytes
from milestone_core.files.text import shown

_TEXT = re.compile(r"\s*([0-9a-fA-F]+)(?:\s+([0-9a-fA-F]+))?\s*")
_TAG_COSE_SIGN1 = b"\xd2"
_ALGORITHM, _EDDSA = 1, -8
_KEY_TYPE, _OKP, _CURVE, _ED25519, _X = 1, 1, -1, 6, -2
_HASHED_LENGTH = 28
_UNHASHED = (
    "let the wallet sign the text itself; a Ledger does up to 99 ASCII characters, as it has"
)


@dataclass(frozen=True, slots=True)
class WalletSignature:
    """What a wallet signed.

    ``payload`` is the signed text, None where the signature was made without carrying it;
    ``address`` the bytes of the address that the header names, if any; ``leaks_secret`` whether
    the file holds the signing key as well.
    """

    signature: OracleSignature
    payload: bytes | None
    address: bytes | None
    leaks_secret: bool = False


SignatureFile = SignedDecision | WalletSignature


def read_signature(path: Path) -> SignatureFile:
    """Read the signature at ``path``; raises as :func:`parse_signature`."""
    return parse_signature(read_bytes(path, MAX_FILE_BYTES), str(path))


def parse_signature(raw: bytes, source: str) -> SignatureFile:
    """Read a signature, whichever form it has.

    :param source: the file's name, for messages.
    :raises BadDocument: every field that is wrong.
    """
    found = _TEXT.fullmatch(decode_text(raw, source))
    if found:
        return _Cose(source, "COSE_Sign1", "COSE_Key").read(found[1], found[2])
    document = parse_json(_unquoted(raw), source)
    if isinstance(document, str):  # the JSON of a JSON, as a browser's console shows it
        document = parse_json(document.encode(errors="replace"), source)
    if isinstance(document, dict) and "kind" not in document:
        signer = document.get("output")
        for form, place in ((document, ""), (signer, "output.")):
            if isinstance(form, dict) and "COSE_Sign1_hex" in form:
                reader = _Cose(source, f"{place}COSE_Sign1_hex", f"{place}COSE_Key_hex")
                leaks = "secretKey" in document
                return reader.read(form["COSE_Sign1_hex"], form.get("COSE_Key_hex"), leaks=leaks)
        if "signature" in document and "verification_key" not in document:
            return _Cose(source, "signature", "key").read(
                document["signature"], document.get("key")
            )
    return signature_of(document, source)


def _unquoted(raw: bytes) -> bytes:
    """Without the single quotes that a browser's console puts around a text."""
    text = raw.strip()
    quoted = len(text) > 1 and text[:1] == text[-1:] == b"'"
    return text[1:-1] if quoted else raw


class _Faulty(ValueError):
    """What is wrong with a part, and what to do instead."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class _Cose:
    """Reads one file; ``sign1`` and ``key`` are what its two fields are called there."""

    source: str
    sign1: str
    key: str

    def read(self, sign1: object, key: object, *, leaks: bool = False) -> WalletSignature:
        problems = []
        try:
            header, payload, signature, address = _read_sign1(sign1)
        except (_Faulty, cbor.NotCbor) as error:
            problems.append(self._problem(self.sign1, error))
        try:
            verification_key = _read_key(key)
        except (_Faulty, cbor.NotCbor) as error:
            problems.append(self._problem(self.key, error))
        if problems:
            raise BadDocument(self.source, problems)
        signed = OracleSignature(verification_key, header, signature)
        return WalletSignature(signed, payload, address, leaks)

    @staticmethod
    def _problem(where: str, error: _Faulty | cbor.NotCbor) -> Problem:
        if isinstance(error, _Faulty):
            return Problem(where, str(error), error.remedy)
        return Problem(where, f"it is not CBOR as COSE has it: {error}", "copy all of it")


def _read_sign1(value: object) -> tuple[bytes, bytes | None, bytes, bytes | None]:
    raw = _bytes_of(value).removeprefix(_TAG_COSE_SIGN1)
    match cbor.decode(raw):
        case [bytes(header), dict(unprotected), bytes() | None as payload, bytes(signature)]:
            pass
        case _:
            raise _Faulty("it is no COSE_Sign1: a header, a map, a payload and a signature")
    if len(signature) != SIGNATURE_LENGTH:
        raise _Faulty(f"the signature has {len(signature)} bytes instead of {SIGNATURE_LENGTH}")
    if not 1 <= len(header) <= MAX_HEADER_LENGTH:
        raise _Faulty(
            f"the protected header has {len(header)} bytes, the contract takes 1 to "
            f"{MAX_HEADER_LENGTH}"
        )
    if unprotected.get("hashed") is True or (payload and len(payload) == _HASHED_LENGTH):
        raise _Faulty(
            "the wallet signed the hash of the text, which the contract never accepts", _UNHASHED
        )
    return header, payload, signature, _address_in(header)


def _address_in(header: bytes) -> bytes | None:
    protected = cbor.decode(header)
    if not isinstance(protected, dict):
        raise _Faulty("the protected header is not a map")
    if protected.get(_ALGORITHM) != _EDDSA:
        raise _Faulty(
            f"its algorithm is {shown(protected.get(_ALGORITHM))} instead of {_EDDSA} (EdDSA)"
        )
    address = protected.get("address")
    return address if isinstance(address, bytes) else None


def _read_key(value: object) -> bytes:
    if value is None:
        raise _Faulty(
            "it is missing: without the public key nobody can check the signature",
            "hand in all that the wallet returned, or leave --signature-only out",
        )
    key: Any = cbor.decode(_bytes_of(value))
    if not isinstance(key, dict) or key.get(_KEY_TYPE) != _OKP or key.get(_CURVE) != _ED25519:
        raise _Faulty("it is no COSE_Key of an Ed25519 key")
    x = key.get(_X)
    if not isinstance(x, bytes) or len(x) != VERIFICATION_KEY_LENGTH:
        raise _Faulty(f"its public key is not {VERIFICATION_KEY_LENGTH} bytes")
    return x


def _bytes_of(value: object) -> bytes:
    if not isinstance(value, str):
        raise _Faulty("it is not a text")
    text = value.strip()
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text):
        raise _Faulty("it is not hex", "copy all of it")
    return bytes.fromhex(text)
