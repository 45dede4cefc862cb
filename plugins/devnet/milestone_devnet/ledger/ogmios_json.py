"""The ledger's values in Ogmios's JSON (its ``cardano.json`` schema, v6.14 and v7.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from .addresses import address_text, bech32
from .model import (
    Anchor,
    AssetId,
    Certificate,
    CertificateKind,
    Credential,
    ExUnits,
    Language,
    Pointer,
    Representative,
    Script,
    TxIn,
    TxOut,
)
from .native_scripts import native_script_json

Json = dict[str, Any]


def lovelace_json(amount: int) -> Json:
    """``Value<AdaOnly>``."""
    return {"ada": {"lovelace": amount}}


def value_json(coin: int, assets: Mapping[AssetId, int]) -> Json:
    """``Value``: lovelace, and assets by policy and name in hex."""
    value: Json = lovelace_json(coin)
    for (policy, name), quantity in sorted(assets.items()):
        value.setdefault(policy.hex(), {})[name.hex()] = quantity
    return value


def reference_json(reference: TxIn) -> Json:
    """``TransactionOutputReference``."""
    return {"transaction": {"id": reference.transaction_id.hex()}, "index": reference.index}


def output_json(output: TxOut) -> Json:
    """``TransactionOutput``."""
    result: Json = {
        "address": address_text(output.address),
        "value": value_json(output.coin, output.assets),
    }
    if output.datum_hash is not None:
        result["datumHash"] = output.datum_hash.hex()
    if output.datum is not None:
        result["datum"] = output.datum.hex()
    if output.script is not None:
        result["script"] = script_json(output.script)
    return result


def script_json(script: Script) -> Json:
    """``Script``."""
    result: Json = {"language": script.language.value, "cbor": script.raw.hex()}
    if script.language is Language.NATIVE:
        result["json"] = native_script_json(script.raw)
    return result


def units_json(units: ExUnits) -> Json:
    """``ExecutionUnits``."""
    return {"memory": units.memory, "cpu": units.cpu}


def pointer_json(pointer: Pointer) -> Json:
    """``RedeemerPointer``."""
    return {"purpose": pointer.purpose.value, "index": pointer.index}


def origin_json(credential: Credential) -> str:
    """``CredentialOrigin``."""
    return "verificationKey" if credential.is_key else "script"


def pool_json(pool: bytes) -> str:
    """``StakePoolId``."""
    return bech32("pool", pool)


def representative_json(representative: Representative) -> Json:
    """``DelegateRepresentative``."""
    if not isinstance(representative, Credential):
        return {"type": representative.value}
    return {
        "type": "registered",
        "id": representative.hash.hex(),
        "from": origin_json(representative),
    }


def anchor_json(anchor: Anchor) -> Json:
    """``Anchor``."""
    return {"url": anchor.url, "hash": anchor.hash.hex()}


_CERTIFICATE_TYPES = {
    CertificateKind.STAKE_REGISTRATION: "stakeCredentialRegistration",
    CertificateKind.REGISTRATION: "stakeCredentialRegistration",
    CertificateKind.REGISTRATION_STAKE_DELEGATION: "stakeCredentialRegistration",
    CertificateKind.REGISTRATION_VOTE_DELEGATION: "stakeCredentialRegistration",
    CertificateKind.REGISTRATION_STAKE_VOTE_DELEGATION: "stakeCredentialRegistration",
    CertificateKind.STAKE_DEREGISTRATION: "stakeCredentialDeregistration",
    CertificateKind.DEREGISTRATION: "stakeCredentialDeregistration",
    CertificateKind.REPRESENTATIVE_REGISTRATION: "delegateRepresentativeRegistration",
    CertificateKind.REPRESENTATIVE_RETIREMENT: "delegateRepresentativeRetirement",
    CertificateKind.REPRESENTATIVE_UPDATE: "delegateRepresentativeUpdate",
}
_DELEGATION = "stakeDelegation"


def certificates_json(certificate: Certificate) -> list[Json]:
    """``Certificate``, of the kinds that this ledger supports.

    One that registers and delegates is told as two.
    """
    if certificate.credential is None or isinstance(certificate.kind, int):
        raise ValueError(f"certificates of kind {certificate.kind} have no JSON here")
    account: Json = {
        "from": origin_json(certificate.credential),
        "credential": certificate.credential.hash.hex(),
    }
    told = []
    kind = _CERTIFICATE_TYPES.get(certificate.kind, _DELEGATION)
    if kind.startswith("delegateRepresentative"):
        told.append(_about_a_representative(kind, certificate, certificate.credential))
    elif kind != _DELEGATION:
        deposit = certificate.deposit
        stated = {} if deposit is None else {"deposit": lovelace_json(deposit)}
        told.append({"type": kind, **account, **stated})
    if certificate.delegates:
        told.append({"type": _DELEGATION, **account, **delegation_json(certificate)})
    return told


class Delegation(Protocol):
    """What delegates stake and vote: a certificate, or an account."""

    @property
    def pool(self) -> bytes | None: ...

    @property
    def representative(self) -> Representative | None: ...


def delegation_json(delegation: Delegation) -> Json:
    """The members ``stakePool`` and ``delegateRepresentative``, as far as there are such."""
    result: Json = {}
    if delegation.pool is not None:
        result["stakePool"] = {"id": pool_json(delegation.pool)}
    if delegation.representative is not None:
        result["delegateRepresentative"] = representative_json(delegation.representative)
    return result


def _about_a_representative(kind: str, certificate: Certificate, credential: Credential) -> Json:
    result: Json = {"type": kind, "delegateRepresentative": representative_json(credential)}
    if certificate.deposit is not None:
        result["deposit"] = lovelace_json(certificate.deposit)
    if certificate.anchor is not None:
        result["metadata"] = anchor_json(certificate.anchor)
    elif certificate.kind is CertificateKind.REPRESENTATIVE_UPDATE:
        result["metadata"] = None
    return result
