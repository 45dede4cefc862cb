"""Phase 2: the Plutus scripts of a transaction, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cbor2

from .addresses import is_byron
from .context import Surroundings
from .machine import MachineRefused, ScriptFailed, is_plutus_script, run, run_alone
from .model import Certificate, CertificateKind, Evaluation, ExUnits, Language, Pointer, TxIn
from .old_script_context import old_script_arguments
from .refusals import Refused
from .refusals import collateral as refuse
from .refusals import witnesses as refuse_witnesses
from .script_context import script_context

_OLD = (Language.PLUTUS_V1, Language.PLUTUS_V2)
_OLD_CERTIFICATES = (
    CertificateKind.STAKE_REGISTRATION,
    CertificateKind.STAKE_DEREGISTRATION,
    CertificateKind.STAKE_DELEGATION,
    CertificateKind.REGISTRATION,
    CertificateKind.DEREGISTRATION,
)


def units_of_scripts(surroundings: Surroundings) -> list[Evaluation]:
    """Run all scripts, with the transaction's limit of units as the budget.

    Raises ``ScriptFailed`` or ``MachineRefused``.
    """
    if not surroundings.transaction.witnesses.redeemers:
        return []
    if _needs_our_contexts(surroundings):
        return _one_by_one(surroundings)
    parameters = surroundings.environment.parameters
    resolved = surroundings.spent | surroundings.referenced
    return run(
        surroundings.transaction.raw,
        [(_reference(reference), output.raw) for reference, output in resolved.items()],
        parameters.cost_models,
        parameters.max_transaction_units,
        surroundings.environment.slot_config,
    )


def _reference(reference: TxIn) -> bytes:
    return cbor2.dumps([reference.transaction_id, reference.index])


def _needs_our_contexts(surroundings: Surroundings) -> bool:
    """Whether the machine (1.1.21) makes no contexts, or other ones than the ledger.

    It refuses native scripts beside Plutus, reference scripts that nobody needs, and for V1 all
    that is referenced. It tells of deposits as protocol version 9 did, which hid them, and V1 and
    V2 of withdrawals in the ledger's order.
    """
    scripts = surroundings.scripts
    needed = {need.script_hash for need in surroundings.needs}
    is_referencing = bool(surroundings.referenced or surroundings.reference_scripts)
    return bool(
        surroundings.plutus_needs
        and (
            any(not scripts[digest].is_plutus for digest in needed & scripts.keys())
            or surroundings.reference_scripts.keys() - needed
            or (Language.PLUTUS_V1 in surroundings.languages and is_referencing)
            or any(c.deposit is not None for c in surroundings.transaction.body.certificates)
            or (len(surroundings.withdrawing) > 1 and surroundings.languages & set(_OLD))
        )
    )


def _one_by_one(surroundings: Surroundings) -> list[Evaluation]:
    """Run every script on a context of our own making, where the machine makes none."""
    parameters = surroundings.environment.parameters
    memory, cpu = parameters.max_transaction_units
    evaluations = []
    for need in surroundings.plutus_needs:
        script = surroundings.scripts[need.script_hash]
        arguments = _arguments(surroundings, need.pointer, script.language)
        try:
            used = run_alone(script, arguments, parameters.cost_models, ExUnits(memory, cpu))
        except ScriptFailed as failed:
            failed.pointer = need.pointer
            raise
        memory, cpu = memory - used.memory, cpu - used.cpu
        evaluations.append(Evaluation(*need.pointer, *used))
    return evaluations


def _arguments(surroundings: Surroundings, pointer: Pointer, language: Language) -> list[bytes]:
    """What a script is applied to.

    Raises ``MachineRefused`` for what only an evaluation may bring here.
    """
    body = surroundings.transaction.body
    if body.has_votes or body.has_proposals or not _are_all_supported(body.certificates):
        raise MachineRefused("this devnet does not support governance")
    if pointer not in surroundings.transaction.witnesses.redeemers:
        raise MachineRefused(f"{pointer.purpose.value}[{pointer.index}] has no redeemer")
    try:
        if language in _OLD:
            return old_script_arguments(surroundings, pointer, language)
        return [script_context(surroundings, pointer)]
    except RecursionError:
        raise MachineRefused("data nested too deep") from None


def _are_all_supported(certificates: Iterable[Certificate]) -> bool:
    return all(isinstance(certificate.kind, CertificateKind) for certificate in certificates)


def scripts_keep_their_word(surroundings: Surroundings) -> Iterator[Refused]:
    """The script-validity flag is what the scripts say, within the units that are declared.

    Sources: rule UTXOS of cardano-ledger (``ValidationTagMismatch``). A script that needs more
    than its redeemer declares has failed.
    """
    is_valid = surroundings.transaction.is_valid
    try:
        evaluations = units_of_scripts(surroundings)
    except ScriptFailed as failed:
        if is_valid and failed.out_of_budget:
            yield refuse.execution_budget_out_of_bounds(failed.units)
        elif is_valid:
            yield refuse.spends_mismatch(is_valid, _said(failed))
        return
    except MachineRefused as refused:
        yield refuse.cannot_create_evaluation_context(str(refused))
        return
    exceeding = _exceeding(surroundings, evaluations)
    if is_valid and exceeding is not None:
        yield refuse.execution_budget_out_of_bounds(exceeding)
    elif not is_valid and exceeding is None:
        yield refuse.spends_mismatch(is_valid, "all scripts succeeded")


def _said(failed: ScriptFailed) -> str:
    purpose, index = failed.pointer
    return " ".join([f"{purpose.value}[{index}] failed:", failed.error, *failed.traces])


def _exceeding(surroundings: Surroundings, evaluations: list[Evaluation]) -> ExUnits | None:
    """The units of the first script that needs more than its redeemer declares."""
    redeemers = surroundings.transaction.witnesses.redeemers
    for purpose, index, memory, cpu in evaluations:
        declared = redeemers[Pointer(purpose, index)].units
        if memory > declared.memory or cpu > declared.cpu:
            return ExUnits(memory, cpu)
    return None


def scripts_can_be_run(surroundings: Surroundings) -> Iterator[Refused]:
    """What stops scripts before they run, whatever the script-validity flag says.

    ``CollectErrors`` of rule UTXOS: a language without cost model, or one that has no words
    for something in the transaction (``transTxInfo`` of the languages).
    """
    languages = surroundings.languages
    scripts = {surroundings.scripts[need.script_hash] for need in surroundings.plutus_needs}
    version = surroundings.environment.parameters.protocol_version[0]
    if malformed := [s.hash for s in scripts if not is_plutus_script(s, version)]:
        yield refuse_witnesses.malformed_scripts(malformed)
    if missing := languages - surroundings.environment.parameters.cost_models.keys():
        yield refuse_witnesses.missing_cost_models(missing)
    for reason in _untranslatable(surroundings, languages):
        yield refuse.cannot_create_evaluation_context(reason)


def _untranslatable(surroundings: Surroundings, languages: set[Language]) -> Iterator[str]:
    body, horizon = surroundings.transaction.body, surroundings.environment.horizon
    bounds = [bound for bound in (body.invalid_before, body.invalid_after) if bound is not None]
    if languages and horizon is not None and max(bounds, default=0) > horizon:
        yield (
            f"the validity interval ends beyond slot {horizon}, up to which the ledger knows the"
            " time of a slot (TimeTranslationPastHorizon)"
        )
    shown = [*surroundings.spent.values(), *surroundings.referenced.values(), *body.outputs]
    if languages and any(is_byron(output.address) for output in shown):
        yield "Plutus does not know Byron addresses"
    if Language.PLUTUS_V1 in languages and any(output.datum is not None for output in shown):
        yield "Plutus V1 does not know inline datums"
    if languages & set(_OLD) and any(c.kind not in _OLD_CERTIFICATES for c in body.certificates):
        yield "Plutus V1 and V2 do not know certificates of governance"
    if languages & set(_OLD) and (body.treasury is not None or body.donation):
        yield "Plutus V1 and V2 do not know treasury and donations"
