"""Phase 2: the Plutus scripts of a transaction, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .addresses import is_byron
from .context import Surroundings
from .machine import MachineRefused, ScriptFailed, is_plutus_script, run, run_alone
from .machine_input import is_for_plutus_v1, machine_input
from .model import Certificate, CertificateKind, Evaluation, ExUnits, Language, Pointer, Purpose
from .refusals import Refused
from .refusals import collateral as refuse
from .refusals import witnesses as refuse_witnesses
from .refusals.accounts import unsupported
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
    transaction, resolved = machine_input(surroundings)
    return run(
        transaction,
        resolved,
        parameters.cost_models,
        parameters.max_transaction_units,
        surroundings.environment.slot_config,
    )


def _needs_our_contexts(surroundings: Surroundings) -> bool:
    """Whether the machine makes no contexts, or not those of the protocol version.

    It tells Plutus V3 of certificates 7 and 8 as version 9 did: without their deposits.
    """
    if surroundings.languages != {Language.PLUTUS_V3}:
        return False
    return any(_beyond_the_machine(surroundings)) or _states_deposits(surroundings)


def _states_deposits(surroundings: Surroundings) -> bool:
    certificates = surroundings.transaction.body.certificates
    return any(certificate.deposit is not None for certificate in certificates)


def _one_by_one(surroundings: Surroundings) -> list[Evaluation]:
    """Run every script on a context of our own making, where the machine makes none."""
    parameters = surroundings.environment.parameters
    memory, cpu = parameters.max_transaction_units
    evaluations = []
    for need in surroundings.plutus_needs:
        script = surroundings.scripts[need.script_hash].raw
        context = _context(surroundings, need.pointer)
        try:
            used = run_alone(script, context, parameters.cost_models, ExUnits(memory, cpu))
        except ScriptFailed as failed:
            failed.pointer = need.pointer
            raise
        memory, cpu = memory - used.memory, cpu - used.cpu
        evaluations.append(Evaluation(*need.pointer, *used))
    return evaluations


def _context(surroundings: Surroundings, pointer: Pointer) -> bytes:
    """The context, or ``MachineRefused`` for what only an evaluation may bring here."""
    body = surroundings.transaction.body
    if body.has_votes or body.has_proposals or not _are_all_supported(body.certificates):
        raise MachineRefused("this devnet does not support governance")
    if pointer not in surroundings.transaction.witnesses.redeemers:
        raise MachineRefused(f"{pointer.purpose.value}[{pointer.index}] has no redeemer")
    try:
        return script_context(surroundings, pointer)
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
    if languages & set(_OLD):
        yield from map(unsupported, _beyond_the_machine(surroundings))
    if missing := languages - surroundings.environment.parameters.cost_models.keys():
        yield refuse_witnesses.missing_cost_models(missing)
    for reason in _untranslatable(surroundings, languages):
        yield refuse.cannot_create_evaluation_context(reason)


def _beyond_the_machine(surroundings: Surroundings) -> Iterator[str]:
    """What the ledger allows and the machine (1.1.21) refuses to make contexts for."""
    plutus, scripts = surroundings.plutus_needs, surroundings.scripts
    needed = {need.script_hash for need in surroundings.needs}
    if plutus and not all(scripts[digest].is_plutus for digest in needed & scripts.keys()):
        yield "native scripts beside Plutus V1 or V2"
    certificates = surroundings.transaction.body.certificates
    if any(
        need.pointer.purpose is Purpose.PUBLISH
        and certificates[need.pointer.index].kind is CertificateKind.REGISTRATION
        for need in plutus
    ):
        yield "certificates that register a Plutus V1 or V2 script and state the deposit"
    if Language.PLUTUS_V3 in surroundings.languages and _states_deposits(surroundings):
        yield "certificates that state a deposit beside Plutus V3 with V1 or V2"
    if surroundings.reference_scripts.keys() - needed and not is_for_plutus_v1(surroundings):
        yield "reference scripts that nobody needs beside Plutus V2"


def _untranslatable(surroundings: Surroundings, languages: set[Language]) -> Iterator[str]:
    body = surroundings.transaction.body
    shown = [*surroundings.spent.values(), *surroundings.referenced.values(), *body.outputs]
    if languages and any(is_byron(output.address) for output in shown):
        yield "Plutus does not know Byron addresses"
    if Language.PLUTUS_V1 in languages and any(output.datum is not None for output in shown):
        yield "Plutus V1 does not know inline datums"
    if languages & set(_OLD) and any(c.kind not in _OLD_CERTIFICATES for c in body.certificates):
        yield "Plutus V1 and V2 do not know certificates of governance"
    if languages & set(_OLD) and (body.treasury is not None or body.donation):
        yield "Plutus V1 and V2 do not know treasury and donations"
