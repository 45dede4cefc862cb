"""The script integrity hash: it binds redeemers, datums and cost models to a transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import cbor2

from .model import Language, WitnessSet, blake2b_256

_EMPTY_MAP = b"\xa0"


def script_integrity_hash(
    witnesses: WitnessSet,
    languages: Collection[Language],
    cost_models: Mapping[Language, Sequence[int]],
) -> bytes | None:
    """blake2b-256 over redeemers, datums and language views; ``None`` if there is nothing.

    ``languages`` are those of the Plutus scripts that run. Source: ``mkScriptIntegrity`` and
    the Conway CDDL's note on ``script_data_hash``.
    """
    if not witnesses.redeemers and not witnesses.datums and not languages:
        return None
    redeemers = witnesses.redeemers_raw if witnesses.redeemers_raw is not None else _EMPTY_MAP
    datums = witnesses.datums_raw if witnesses.datums_raw is not None else b""
    return blake2b_256(redeemers + datums + _language_views(languages, cost_models))


def _language_views(
    languages: Collection[Language], cost_models: Mapping[Language, Sequence[int]]
) -> bytes:
    views = [_language_view(language, cost_models.get(language)) for language in languages]
    views.sort(key=lambda view: (len(view[0]), view[0]))
    return bytes([0xA0 | len(views)]) + b"".join(key + value for key, value in views)


def _language_view(language: Language, model: Sequence[int] | None) -> tuple[bytes, bytes]:
    """Plutus V1 is written with the bugs of its time: doubly encoded, of indefinite length."""
    number = cbor2.dumps(language.tag - 1)
    if language is not Language.PLUTUS_V1:
        return number, cbor2.dumps(None if model is None else list(model))
    if model is None:
        return cbor2.dumps(number), cbor2.dumps(None)
    numbers = b"\x9f" + b"".join(cbor2.dumps(entry) for entry in model) + b"\xff"
    return cbor2.dumps(number), cbor2.dumps(numbers)
