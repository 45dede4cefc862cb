"""Rules about datums, redeemers and the script integrity hash (UTXOW)."""

from __future__ import annotations

from collections.abc import Iterator

from ..addresses import address_text
from ..context import Context
from ..model import Language, Pointer, Purpose
from ..ogmios_json import Json, certificates_json, reference_json
from ..refusals import Refused
from ..refusals import witnesses as refuse
from ..script_integrity import script_integrity_hash
from .validity import all_outputs


def datums_are_there(context: Context) -> Iterator[Refused]:
    """``MissingRequiredDatums``, ``NotAllowedSupplementalDatums``, ``UnspendableUTxONoDatumHash``.

    Since Plutus V3 (CIP-69) an input may have no datum at all.
    """
    provided = context.transaction.witnesses.datums.keys()
    inputs = [(ref, context.spent[ref], language) for _, ref, language in context.plutus_inputs]
    required = {output.datum_hash for _, output, _ in inputs if output.datum_hash is not None}
    if missing := required - provided:
        yield refuse.missing_datums(missing)
    others = [*all_outputs(context), *context.referenced.values()]
    supplemental = {output.datum_hash for output in others if output.datum_hash is not None}
    if extraneous := provided - required - supplemental:
        yield refuse.extraneous_datums(extraneous)
    orphans = [
        reference
        for reference, output, language in inputs
        if output.datum_hash is None and output.datum is None and language is not Language.PLUTUS_V3
    ]
    if orphans:
        yield refuse.orphan_script_inputs(orphans)


def redeemers_are_exact(context: Context) -> Iterator[Refused]:
    """``MissingRedeemers`` and ``ExtraRedeemers``: one for each Plutus script that runs."""
    needed = [need.pointer for need in context.plutus_needs]
    redeemers = context.transaction.witnesses.redeemers
    if missing := [pointer for pointer in needed if pointer not in redeemers]:
        yield refuse.missing_redeemers(_purpose_json(context, pointer) for pointer in missing)
    if extraneous := [pointer for pointer in redeemers if pointer not in needed]:
        yield refuse.extraneous_redeemers(extraneous)


def _purpose_json(context: Context, pointer: Pointer) -> Json:
    """What a script is asked about, as ``ScriptPurpose`` of Ogmios's schema."""
    body, index = context.transaction.body, pointer.index
    purpose: Json = {"purpose": pointer.purpose.value}
    if pointer.purpose is Purpose.SPEND:
        return purpose | {"outputReference": reference_json(sorted(body.inputs)[index])}
    if pointer.purpose is Purpose.MINT:
        return purpose | {"policy": context.policies[index].hex()}
    if pointer.purpose is Purpose.PUBLISH:
        # Of a certificate that registers and delegates it is the delegation that a script is asked.
        return purpose | {"certificate": certificates_json(body.certificates[index])[-1]}
    return purpose | {"rewardAccount": address_text(context.withdrawing[index])}


def script_integrity_hash_matches(context: Context) -> Iterator[Refused]:
    """``PPViewHashesDontMatch`` (``ScriptIntegrityHashMismatch``)."""
    provided = context.transaction.body.script_data_hash
    computed = script_integrity_hash(
        context.transaction.witnesses,
        context.languages,
        context.environment.parameters.cost_models,
    )
    if provided != computed:
        yield refuse.script_integrity_hash_mismatch(provided, computed)
