"""Certificates from their CBOR (Conway CDDL)."""

from __future__ import annotations

from . import cbor
from .model import Certificate, CertificateKind, Credential

_LAST_KIND = 18
_REMOVED_KINDS = (5, 6)
_FIELDS = {
    CertificateKind.STAKE_REGISTRATION: 2,
    CertificateKind.STAKE_DEREGISTRATION: 2,
    CertificateKind.STAKE_DELEGATION: 3,
    CertificateKind.REGISTRATION: 3,
    CertificateKind.DEREGISTRATION: 3,
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
    if len(parts) != _FIELDS[kind]:
        raise cbor.Malformed(f"a certificate of kind {number} has other fields")
    credential = credential_of(parts[1])
    if kind in (CertificateKind.REGISTRATION, CertificateKind.DEREGISTRATION):
        return Certificate(kind, credential, deposit=cbor.unsigned(parts[2]))
    if kind is CertificateKind.STAKE_DELEGATION:
        return Certificate(kind, credential, pool=cbor.byte_string(parts[2], 28))
    return Certificate(kind, credential)


def credential_of(item: bytes) -> Credential:
    """A stake credential: ``[0, key hash]`` or ``[1, script hash]``."""
    parts = cbor.items(item)
    if len(parts) != 2 or cbor.unsigned(parts[0]) > 1:
        raise cbor.Malformed("no credential")
    return Credential(cbor.unsigned(parts[0]) == 0, cbor.byte_string(parts[1], 28))
