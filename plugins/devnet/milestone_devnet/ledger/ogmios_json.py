"""The ledger's values in Ogmios's JSON (its ``cardano.json`` schema, v6.14 and v7.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import address_text, bech32
from .model import (
    AssetId,
    Certificate,
    CertificateKind,
    Credential,
    ExUnits,
    Language,
    Pointer,
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


_CERTIFICATE_TYPES = {
    CertificateKind.STAKE_REGISTRATION: "stakeCredentialRegistration",
    CertificateKind.REGISTRATION: "stakeCredentialRegistration",
    CertificateKind.STAKE_DEREGISTRATION: "stakeCredentialDeregistration",
    CertificateKind.DEREGISTRATION: "stakeCredentialDeregistration",
    CertificateKind.STAKE_DELEGATION: "stakeDelegation",
}


def certificate_json(certificate: Certificate) -> Json:
    """``Certificate``, of the kinds that this ledger supports."""
    if certificate.credential is None or isinstance(certificate.kind, int):
        raise ValueError(f"certificates of kind {certificate.kind} have no JSON here")
    result: Json = {
        "type": _CERTIFICATE_TYPES[certificate.kind],
        "from": origin_json(certificate.credential),
        "credential": certificate.credential.hash.hex(),
    }
    if certificate.deposit is not None:
        result["deposit"] = lovelace_json(certificate.deposit)
    if certificate.pool is not None:
        result["stakePool"] = {"id": pool_json(certificate.pool)}
    return result
