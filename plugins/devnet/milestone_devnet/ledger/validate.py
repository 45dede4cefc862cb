"""The two questions that the ledger answers about a transaction."""

from __future__ import annotations

from collections.abc import Iterable

from .context import Context, Surroundings
from .fees import reference_scripts_size
from .machine import MachineRefused, ScriptFailed
from .model import Evaluation, Pointer, Purpose, Transaction
from .phase_two import scripts_can_be_run, scripts_keep_their_word, units_of_scripts
from .refusals import LedgerError, Refused
from .refusals import collateral as refuse_collateral
from .refusals import evaluation as fail
from .refusals import witnesses as refuse_witnesses
from .rules import broken_rules
from .rules.collateral import collateral_balance
from .state import Effect, Environment, LedgerView, UtxoView


def validate(transaction: Transaction, state: LedgerView, environment: Environment) -> Effect:
    """Check a transaction by all rules of phase 1 and phase 2.

    Returns its effect (``state`` is only read). Raises ``Refused`` with the one failure that
    Ogmios would report. A transaction that declares its scripts to fail, and whose scripts
    do, is accepted: it loses its collateral.
    """
    context = Context(transaction, state.utxo, environment, state)
    _raise_any(broken_rules(context))
    _raise_any(scripts_can_be_run(context))
    _raise_any(scripts_keep_their_word(context))
    return _effect(context)


def _raise_any(failures: Iterable[Refused]) -> None:
    failure = Refused.most_telling(failures)
    if failure is not None:
        raise failure


def _effect(context: Context) -> Effect:
    transaction, size = context.transaction, reference_scripts_size(context)
    if transaction.is_valid:
        return Effect(
            transaction.id,
            True,
            context.spent,
            transaction.produced(),
            transaction.body.fee,
            context.book.account_changes(),
            context.book.representative_changes(),
            size,
        )
    taken, _ = collateral_balance(context)
    return Effect(
        transaction.id,
        False,
        context.collateral,
        transaction.produced(),
        taken,
        reference_scripts_size=size,
    )


def evaluate(
    transaction: Transaction, utxo: UtxoView, environment: Environment
) -> list[Evaluation]:
    """Run the scripts of a transaction that may be unsigned, unbalanced or without units.

    Returns what each used, in redeemer order. Raises ``EvaluationFailed``.
    """
    surroundings = Surroundings(transaction, utxo, environment)
    _inputs_are_known(surroundings)
    errors = dict(_badly_built(surroundings))
    if errors:
        raise fail.evaluation_failed(errors)
    failure = Refused.most_telling(scripts_can_be_run(surroundings))
    if failure is not None:
        known = failure.data if isinstance(failure.data, dict) else {}
        raise fail.evaluation_impossible(known.get("reason", failure.message))
    try:
        return units_of_scripts(surroundings)
    except ScriptFailed as failed:
        raise fail.evaluation_failed({failed.pointer: _script_error(failed)}) from failed
    except MachineRefused as refused:
        raise fail.evaluation_impossible(str(refused)) from refused


def _script_error(failed: ScriptFailed) -> LedgerError:
    if failed.out_of_budget:
        return refuse_collateral.execution_budget_out_of_bounds(failed.units)
    return fail.script_failed(failed.error, failed.traces)


def _inputs_are_known(surroundings: Surroundings) -> None:
    body = surroundings.transaction.body
    named = {*body.inputs, *body.reference_inputs}
    unknown = sorted(named - surroundings.spent.keys() - surroundings.referenced.keys())
    if unknown:
        listed = ", ".join(map(str, unknown))
        raise fail.evaluation_impossible(f"Unknown transaction input (not in the UTxO): {listed}")


def _badly_built(surroundings: Surroundings) -> Iterable[tuple[Pointer, LedgerError]]:
    """Redeemers whose script or datum is not there."""
    needs = {need.pointer: need.script_hash for need in surroundings.needs}
    for pointer in surroundings.transaction.witnesses.redeemers:
        script = surroundings.scripts.get(needs.get(pointer, b""))
        if pointer not in needs or (script is not None and not script.is_plutus):
            yield pointer, _pointless(surroundings, pointer)
        elif script is None:
            yield pointer, fail.script_missing([pointer])
    datums = surroundings.transaction.witnesses.datums
    for pointer, reference, _ in surroundings.plutus_inputs:
        datum_hash = surroundings.spent[reference].datum_hash
        if datum_hash is not None and datum_hash not in datums:
            yield pointer, refuse_witnesses.missing_datums([datum_hash])


def _pointless(surroundings: Surroundings, pointer: Pointer) -> LedgerError:
    inputs = sorted(surroundings.transaction.body.inputs)
    if pointer.purpose is Purpose.SPEND and pointer.index < len(inputs):
        return fail.unsuitable_output_reference(inputs[pointer.index])
    return refuse_witnesses.extraneous_redeemers([pointer])
