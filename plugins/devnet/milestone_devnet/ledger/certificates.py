"""Certificates from their CBOR (Conway CDDL)."""

from __future__ import annotations

from typing import Any

from . import cbor
from .model import (
    Anchor,
    Certificate,
    CertificateKind,
    Credential,
    DefaultVote,
    Representative,
)

_LAST_KIND = 18
_REMOVED_KINDS = (5, 6)
_LONGEST_URL = 128
_DEFAULT_VOTES = {2: DefaultVote.ABSTAIN, 3: DefaultVote.NO_CONFIDENCE}

# What follows number and credential.
_FIELDS: dict[CertificateKind, tuple[str, ...]] = {
    CertificateKind.STAKE_REGISTRATION: (),
    CertificateKind.STAKE_DEREGISTRATION: (),
    CertificateKind.STAKE_DELEGATION: ("pool",),
    CertificateKind.REGISTRATION: ("deposit",),
    CertificateKind.DEREGISTRATION: ("deposit",),
    CertificateKind.VOTE_DELEGATION: ("representative",),
    CertificateKind.STAKE_VOTE_DELEGATION: ("pool", "representative"),
    CertificateKind.REGISTRATION_STAKE_DELEGATION: ("pool", "deposit"),
    CertificateKind.REGISTRATION_VOTE_DELEGATION: ("representative", "deposit"),
    CertificateKind.REGISTRATION_STAKE_VOTE_DELEGATION: ("pool", "representative", "deposit"),
    CertificateKind.REPRESENTATIVE_REGISTRATION: ("deposit", "anchor"),
    CertificateKind.REPRESENTATIVE_RETIREMENT: ("deposit",),
    CertificateKind.REPRESENTATIVE_UPDATE: ("anchor",),
}


def certificate_of(item: bytes) -> Certificate:
    """A certificate; of kinds that this ledger does not support, only the number."""
    parts = cbor.items(item)
    number = cbor.unsigned(parts[0]) if parts else _LAST_KIND + 1
    if number > _LAST_KIND or number in _REMOVED_KINDS:
        raise cbor.Malformed("no certificate of Conway")
    try:
        kind = CertificateKind(number)
    except ValueError:
        return Certificate(number, None)
    names = _FIELDS[kind]
    if len(parts) != 2 + len(names):
        raise cbor.Malformed(f"a certificate of kind {number} has other fields")
    fields: dict[str, Any] = {
        name: _READERS[name](part) for name, part in zip(names, parts[2:], strict=True)
    }
    return Certificate(kind, credential_of(parts[1]), **fields)


def credential_of(item: bytes) -> Credential:
    """A credential: ``[0, key hash]`` or ``[1, script hash]``."""
    parts = cbor.items(item)
    if len(parts) != 2 or cbor.unsigned(parts[0]) > 1:
        raise cbor.Malformed("no credential")
    return Credential(cbor.unsigned(parts[0]) == 0, cbor.byte_string(parts[1], 28))


def representative_of(item: bytes) -> Representative:
    """A delegate representative: a credential, ``[2]`` (abstain) or ``[3]`` (no confidence)."""
    parts = cbor.items(item)
    if len(parts) != 1:
        return credential_of(item)
    try:
        return _DEFAULT_VOTES[cbor.unsigned(parts[0])]
    except KeyError:
        raise cbor.Malformed("no delegate representative") from None


def _pool(item: bytes) -> bytes:
    return cbor.byte_string(item, 28)


def _anchor(item: bytes) -> Anchor | None:
    if item == cbor.NULL:
        return None
    url_item, digest = cbor.record_items(item, 2, "an anchor")
    url = cbor.text(url_item)
    if len(url.encode()) > _LONGEST_URL:
        raise cbor.Malformed(f"a URL of more than {_LONGEST_URL} bytes")
    return Anchor(url, cbor.byte_string(digest, 32))


_READERS = {
    "pool": _pool,
    "deposit": cbor.unsigned,
    "representative": representative_of,
    "anchor": _anchor,
}
