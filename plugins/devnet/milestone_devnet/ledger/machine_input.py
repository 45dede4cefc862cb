"""What the machine is handed: the transaction and its inputs, in the form that it accepts.

For Plutus V1 it refuses what the ledger allows: inputs that carry a script, and reference inputs
at all. A V1 script sees neither, so scripts move from outputs to witnesses and the reference
inputs go. One thing differs from the ledger then: with reference inputs, V1 scripts see another
transaction id.
"""

from __future__ import annotations

from collections.abc import Iterable

import cbor2

from . import cbor
from .body import Field
from .context import Surroundings
from .model import Language, Script, TxIn, TxOut
from .witnesses import PLUTUS_FIELDS

_SCRIPT_REFERENCE = 3


def is_for_plutus_v1(surroundings: Surroundings) -> bool:
    """Whether all Plutus scripts of the transaction are of version 1."""
    return surroundings.languages == {Language.PLUTUS_V1}


def machine_input(surroundings: Surroundings) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The transaction, and the CBOR of its inputs and reference inputs with their outputs."""
    if is_for_plutus_v1(surroundings):
        return _for_plutus_v1(surroundings)
    resolved = surroundings.spent | surroundings.referenced
    return surroundings.transaction.raw, [
        (_reference(reference), output.raw) for reference, output in resolved.items()
    ]


def _for_plutus_v1(surroundings: Surroundings) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    needed = {need.script_hash for need in surroundings.needs}
    carried = [script for h, script in surroundings.reference_scripts.items() if h in needed]
    resolved = [
        (_reference(reference), _without_script(output))
        for reference, output in surroundings.spent.items()
    ]
    if not carried and not surroundings.referenced:
        return surroundings.transaction.raw, resolved
    return _with_witnesses(surroundings, carried), resolved


def _reference(reference: TxIn) -> bytes:
    return cbor2.dumps([reference.transaction_id, reference.index])


def _without_script(output: TxOut) -> bytes:
    if output.script is None:
        return output.raw
    fields = cbor.fields(output.raw)
    del fields[_SCRIPT_REFERENCE]
    return cbor.record(fields)


def _with_witnesses(surroundings: Surroundings, scripts: Iterable[Script]) -> bytes:
    """The transaction with more scripts among its witnesses and without reference inputs."""
    transaction = surroundings.transaction
    body = cbor.fields(transaction.body_raw)
    body.pop(Field.REFERENCE_INPUTS, None)
    witnesses = cbor.fields(transaction.witnesses_raw)
    for script in scripts:
        field = PLUTUS_FIELDS[script.language]
        present = cbor.set_items(witnesses[field]) if field in witnesses else []
        witnesses[field] = cbor.array([*present, cbor2.dumps(script.raw)])
    flag = cbor2.dumps(transaction.is_valid)
    auxiliary_data = transaction.auxiliary_data or cbor.NULL
    return cbor.array([cbor.record(body), cbor.record(witnesses), flag, auxiliary_data])
