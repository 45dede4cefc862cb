"""Rules about which scripts there must be, and native scripts (UTXOW)."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context
from ..machine import is_plutus_script
from ..native_scripts import native_script_agrees
from ..refusals import Refused
from ..refusals import witnesses as refuse
from .validity import all_outputs


def needed_scripts_are_there(context: Context) -> Iterator[Refused]:
    """``MissingScriptWitnessesUTXOW`` and ``ExtraneousScriptWitnessesUTXOW``.

    A script that is referenced must not be among the witnesses too.
    """
    needed = {need.script_hash for need in context.needs}
    to_witness = needed - context.reference_scripts.keys()
    if missing := to_witness - context.witness_scripts.keys():
        yield refuse.missing_scripts(missing)
    if extraneous := context.witness_scripts.keys() - to_witness:
        yield refuse.extraneous_scripts(extraneous)


def native_scripts_agree(context: Context) -> Iterator[Refused]:
    """``ScriptWitnessNotValidatingUTXOW``."""
    body = context.transaction.body
    provided = context.scripts
    needed = {need.script_hash for need in context.needs}
    natives = [provided[h] for h in needed if h in provided and not provided[h].is_plutus]
    failing = [
        script.hash
        for script in natives
        if not native_script_agrees(
            script.raw, context.signers, body.invalid_before, body.invalid_after
        )
    ]
    if failing:
        yield refuse.failing_native_script(failing)


def plutus_scripts_are_well_formed(context: Context) -> Iterator[Refused]:
    """``MalformedScriptWitnesses`` and ``MalformedReferenceScripts`` (of the outputs)."""
    carried = [output.script for output in all_outputs(context) if output.script is not None]
    scripts = {*carried, *context.transaction.witnesses.scripts}
    version = context.environment.parameters.protocol_version[0]
    if bad := [s.hash for s in scripts if s.is_plutus and not is_plutus_script(s, version)]:
        yield refuse.malformed_scripts(bad)
