"""A second Plutus machine, PyPI ``uplc``, on contexts that the devnet's ledger makes by itself.

Neither shares code with the evaluator (Aiken's) that gives the units everywhere else: the machine
is written in Python, and the contexts are built by ``script_context``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from milestone_core.domain.chain import Units
from milestone_core.onchain import plutus_data
from milestone_devnet.ledger import Environment, TxIn, TxOut, decode_transaction
from milestone_devnet.ledger.context import Surroundings
from milestone_devnet.ledger.script_context import script_context

Pointer = tuple[str, int]


class SecondMachineRefused(Exception):
    """A script failed there."""


def units(
    transaction: bytes,
    utxo: Mapping[TxIn, TxOut],
    environment: Environment,
    alter: Callable[[bytes], bytes] = lambda context: context,
) -> dict[Pointer, Units]:
    """The units of every script of a transaction.

    :param alter: changes the CBOR of each script's context.
    :raises SecondMachineRefused: one of them fails.
    """
    tools, ast = _uplc()
    around = Surroundings(decode_transaction(transaction), utxo, environment)
    found = {}
    for need in around.plutus_needs:
        program = tools.unflatten(around.scripts[need.script_hash].raw)
        context = ast.data_from_cbor(alter(script_context(around, need.pointer)))
        outcome = tools.eval(program, context)
        if isinstance(outcome.result, RuntimeError):
            raise SecondMachineRefused(need.pointer) from outcome.result
        if isinstance(outcome.result, Exception):
            raise outcome.result  # a defect of the machine, which says nothing of the script
        purpose, index = need.pointer
        found[purpose.value, index] = Units(outcome.cost.memory, outcome.cost.cpu)
    return found


def _uplc() -> tuple[Any, Any]:
    tools: Any = import_module("uplc.tools")
    ast: Any = import_module("uplc.ast")
    if not hasattr(ast, "definite_dumps"):
        # Its serialiseData gives lists a definite length, which Plutus does to empty ones only.
        ast.definite_dumps = ast.plutus_cbor_dumps
        ast.plutus_cbor_dumps = lambda data: plutus_data.serialise(
            plutus_data.decode(ast.definite_dumps(data))
        )
    return tools, ast
