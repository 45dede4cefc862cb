"""Rules about what a transaction spends and refers to (UTXO)."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context
from ..fees import reference_scripts_size
from ..refusals import Refused
from ..refusals import body as refuse


def has_inputs(context: Context) -> Iterator[Refused]:
    """``InputSetEmptyUTxO``."""
    if not context.transaction.body.inputs:
        yield refuse.empty_input_set()


def inputs_exist(context: Context) -> Iterator[Refused]:
    """Inputs, collateral and reference inputs are unspent outputs (``BadInputsUTxO``)."""
    body = context.transaction.body
    named = {*body.inputs, *body.collateral, *body.reference_inputs}
    known = context.spent.keys() | context.collateral.keys() | context.referenced.keys()
    if unknown := named - known:
        yield refuse.unknown_output_references(unknown)


def references_are_not_spent(context: Context) -> Iterator[Refused]:
    """No reference input is an input too (``BabbageNonDisjointRefInputs``)."""
    body = context.transaction.body
    if both := set(body.inputs) & set(body.reference_inputs):
        yield refuse.conflicting_inputs_and_references(both)


def reference_scripts_are_bounded(context: Context) -> Iterator[Refused]:
    """``ConwayTxRefScriptsSizeTooBig``; not asked of a transaction whose scripts fail."""
    if not context.transaction.is_valid:
        return
    measured = reference_scripts_size(context)
    maximum = context.environment.parameters.max_reference_scripts_size
    if measured > maximum:
        yield refuse.reference_scripts_too_large(measured, maximum)
