"""Refusals of signatures, scripts, datums, redeemers and metadata."""

from __future__ import annotations

from collections.abc import Iterable

from ..model import Language, Pointer, TxIn
from ..ogmios_json import (
    Json,
    pointer_json,
)
from .errors import Refused, hexes, references_json


def invalid_signatories(keys: Iterable[bytes]) -> Refused:
    """``keys``: the verification keys (32 bytes)."""
    return Refused(
        "InvalidSignatories",
        3100,
        "Some signatures do not verify; what is signed is the hash of the transaction's body.",
        {"invalidSignatories": hexes(keys)},
        priority=9,
    )


def missing_signatories(hashes: Iterable[bytes]) -> Refused:
    return Refused(
        "MissingSignatories",
        3101,
        "Some signatures are missing: every key that locks an input, is listed as a required "
        "signer or authorises a certificate or withdrawal must sign.",
        {"missingSignatories": hexes(hashes)},
        priority=9,
    )


def missing_scripts(hashes: Iterable[bytes]) -> Refused:
    return Refused(
        "MissingScripts",
        3102,
        "Some scripts are needed, and are neither among the witnesses nor referenced.",
        {"missingScripts": hexes(hashes)},
        priority=10,
    )


def failing_native_script(hashes: Iterable[bytes]) -> Refused:
    return Refused(
        "FailingNativeScript",
        3103,
        "Some native scripts do not agree: a signature is missing, or the validity interval "
        "does not fit their time locks.",
        {"failingNativeScripts": hexes(hashes)},
        priority=12,
    )


def extraneous_scripts(hashes: Iterable[bytes]) -> Refused:
    return Refused(
        "ExtraneousScripts",
        3104,
        "Some scripts among the witnesses are not needed, or are already referenced.",
        {"extraneousScripts": hexes(hashes)},
        priority=13,
    )


def missing_metadata_hash(computed: bytes) -> Refused:
    return Refused(
        "MissingMetadataHash",
        3105,
        "The transaction has metadata, and no hash of it in its body.",
        {"metadata": {"hash": computed.hex()}},
        priority=7,
    )


def missing_metadata(provided: bytes) -> Refused:
    return Refused(
        "MissingMetadata",
        3106,
        "The transaction's body has a hash of metadata that are not there.",
        {"metadata": {"hash": provided.hex()}},
        priority=7,
    )


def metadata_hash_mismatch(provided: bytes, computed: bytes) -> Refused:
    return Refused(
        "MetadataHashMismatch",
        3107,
        "The hash of metadata in the transaction's body is not that of its metadata.",
        {"provided": {"hash": provided.hex()}, "computed": {"hash": computed.hex()}},
        priority=8,
    )


def invalid_metadata() -> Refused:
    return Refused(
        "InvalidMetadata",
        3108,
        "Some Plutus script in the auxiliary data is none.",
        priority=6,
    )


def missing_redeemers(purposes: Iterable[Json]) -> Refused:
    """``purposes``: as ``ScriptPurpose`` of the schema."""
    return Refused(
        "MissingRedeemers",
        3109,
        "Some Plutus scripts have no redeemer.",
        {"missingRedeemers": list(purposes)},
        priority=10,
    )


def extraneous_redeemers(pointers: Iterable[Pointer]) -> Refused:
    return Refused(
        "ExtraneousRedeemers",
        3110,
        "Some redeemers point to no Plutus script.",
        {"extraneousRedeemers": [pointer_json(pointer) for pointer in pointers]},
        priority=13,
    )


def missing_datums(hashes: Iterable[bytes]) -> Refused:
    return Refused(
        "MissingDatums",
        3111,
        "Some inputs are locked by a Plutus script with the hash of a datum that is not there.",
        {"missingDatums": hexes(hashes)},
        priority=10,
    )


def extraneous_datums(hashes: Iterable[bytes]) -> Refused:
    return Refused(
        "ExtraneousDatums",
        3112,
        "Some datums among the witnesses belong to no input, output or reference input.",
        {"extraneousDatums": hexes(hashes)},
        priority=13,
    )


def script_integrity_hash_mismatch(provided: bytes | None, computed: bytes | None) -> Refused:
    return Refused(
        "ScriptIntegrityHashMismatch",
        3113,
        "The script integrity hash is not that of the redeemers, datums and cost models.",
        {
            "providedScriptIntegrity": None if provided is None else provided.hex(),
            "computedScriptIntegrity": None if computed is None else computed.hex(),
        },
        priority=5,
    )


def orphan_script_inputs(references: Iterable[TxIn]) -> Refused:
    return Refused(
        "OrphanScriptInputs",
        3114,
        "Some inputs are locked by a Plutus script of version 1 or 2 and have no datum: nobody "
        "can ever spend them.",
        {"orphanScriptInputs": references_json(references)},
        priority=4,
    )


def missing_cost_models(languages: Iterable[Language]) -> Refused:
    return Refused(
        "MissingCostModels",
        3115,
        "The protocol parameters have no cost model for a script's language.",
        {"missingCostModels": sorted(language.value for language in languages)},
        priority=9,
    )


def malformed_scripts(hashes: Iterable[bytes]) -> Refused:
    return Refused(
        "MalformedScripts",
        3116,
        "Some scripts are no Plutus scripts: a byte string, within a byte string, of flat code.",
        {"malformedScripts": hexes(hashes)},
        priority=9,
    )
