"""The Plutus machine: Aiken's evaluator, through the foreign function interface of cometa.

It takes a whole transaction, builds the script contexts itself and gives the exact units. What
it wants, and where it differs from the ledger, is dealt with in ``phase_two``. The library is
loaded at the first use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from typing import Any

import cbor2

from . import cbor
from .flat import CONSTRUCTORS, WITHOUT_CONSTRUCTORS, NotFlat, features, ignoring_arguments
from .model import Evaluation, ExUnits, Language, Pointer, Purpose, Script
from .parameters import SlotConfig
from .witnesses import PLUTUS_FIELDS

# The evaluator (1.1.21) reads so many entries and panics on fewer; further ones are of builtins
# that it does not have.
_ENTRIES = {Language.PLUTUS_V1: 166, Language.PLUTUS_V2: 175, Language.PLUTUS_V3: 297}
_MAX_PRICE = 2**40
# Where a cost model has the CPU price of a step of the machine; that of memory follows.
_APPLICATION, _CONSTANT, _FUNCTION = 17, 21, 27
_POLICY_ARGUMENTS = {Language.PLUTUS_V1: 2, Language.PLUTUS_V2: 2, Language.PLUTUS_V3: 1}
_NO_SLOTS = SlotConfig(0)
_NO_PARAMETERS = b"80"
# Builtins, by their numbers in flat: the first ones of what came later.
_SERIALISE_DATA, _BLS_G1_ADD, _INTEGER_TO_BYTES, _AND_BYTES, _EXP_MOD = 51, 54, 73, 75, 87
_PLOMIN = 10
_CORE_VERSIONS = {
    Language.PLUTUS_V1: (WITHOUT_CONSTRUCTORS,),
    Language.PLUTUS_V2: (WITHOUT_CONSTRUCTORS,),
    Language.PLUTUS_V3: (WITHOUT_CONSTRUCTORS, CONSTRUCTORS),
}
# The evaluator's errors are texts: Rust's debug output, which may show the whole script context.
_FAILURE = re.compile(
    r'RedeemerError \{ tag: "(?P<tag>\w+)", index: (?P<index>\d+), err: (?P<error>.*) \}', re.DOTALL
)
_MACHINE = re.compile(
    r"Machine\((?P<cause>.*), ExBudget \{ mem: (?P<memory>-?\d+), cpu: (?P<cpu>-?\d+) \}, "
    r"\[(?P<logs>.*)\]\)",
    re.DOTALL,
)
_LOG = re.compile(r'Log\("((?:[^"\\]|\\.)*)"\)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_MAX_ERROR = 500


class ScriptFailed(Exception):
    """One script did not succeed; ``units`` is what it had used by then."""

    def __init__(self, pointer: Pointer, error: str, traces: Sequence[str], units: ExUnits) -> None:
        super().__init__(error)
        self.pointer = pointer
        self.error = error
        self.traces = traces
        self.units = units

    @property
    def out_of_budget(self) -> bool:
        """Whether it failed for want of units."""
        return self.error.startswith("OutOfEx")


class MachineRefused(Exception):
    """The evaluator ran nothing: it finds the transaction badly built."""


@cache
def _library() -> tuple[Any, Any]:
    from cometa._aiken_ffi import aiken_ffi, aiken_lib

    return aiken_ffi, aiken_lib


def run(
    transaction: bytes,
    resolved: Sequence[tuple[bytes, bytes]],
    cost_models: Mapping[Language, Sequence[int]],
    budget: ExUnits,
    slots: SlotConfig,
) -> list[Evaluation]:
    """Evaluate all redeemers of a transaction.

    ``resolved`` pairs the CBOR of every input and reference input with that of its output.
    Returns the units of each redeemer. Raises ``ScriptFailed`` for the first script that fails,
    ``MachineRefused`` if none was run.
    """
    ffi, lib = _library()
    slot_config = ffi.new("SlotConfig*")
    slot_config.slot_length = slots.slot_length_ms
    slot_config.zero_slot = slots.zero_slot
    slot_config.zero_time = slots.zero_time_ms
    initial = ffi.new("InitialBudget*")
    initial.mem, initial.cpu = budget.memory, budget.cpu
    answer = _answer(
        lib.eval_phase_two(
            _hex(transaction),
            _hex(cbor.array([reference for reference, _ in resolved])),
            _hex(cbor.array([output for _, output in resolved])),
            _hex(_cost_models(cost_models)),
            initial,
            slot_config,
        )
    )
    if answer["status"] != "SUCCESS":
        raise _failure(answer["error"])
    redeemers = cbor2.loads(bytes.fromhex(answer["redeemer_cbor"]))
    return [
        Evaluation(Purpose.of_tag(tag), index, memory, cpu)
        for tag, index, _, (memory, cpu) in redeemers
    ]


def run_alone(
    script: Script,
    arguments: Sequence[bytes],
    cost_models: Mapping[Language, Sequence[int]],
    budget: ExUnits,
) -> ExUnits:
    """Evaluate one Plutus script on arguments that are given as data.

    The evaluator only takes whole transactions. So the script is applied to the arguments, the
    program that results is wrapped in a function that ignores what a minting policy is given,
    and that function is the policy of a transaction made for it; some steps of the machine are
    its own and not counted. Returns the units; raises ``ScriptFailed`` with a pointer to that
    policy, and ``MachineRefused``.
    """
    _, lib = _library()
    applied = _answer(
        lib.apply_params_to_plutus_script(_hex(cbor.array(arguments)), _hex(script.raw))
    )
    if applied["status"] != "SUCCESS":
        raise MachineRefused(applied["error"])
    program = cbor.byte_string(bytes.fromhex(applied["compiled_code"]))
    try:
        count = _POLICY_ARGUMENTS[script.language]
        policy = Script(script.language, cbor2.dumps(ignoring_arguments(program, count)))
    except NotFlat as error:
        raise MachineRefused(str(error)) from error
    steps = _own_steps(cost_models[script.language], count)
    allowed = ExUnits(budget.memory + steps.memory, budget.cpu + steps.cpu)
    transaction, resolved = _transaction_that_mints(policy)
    [used] = run(transaction, resolved, cost_models, allowed, _NO_SLOTS)
    return ExUnits(used.memory - steps.memory, used.cpu - steps.cpu)


def _own_steps(model: Sequence[int], count: int) -> ExUnits:
    """The cost of ``count`` applications, constants and functions (the model: CPU, memory)."""
    places = [model[i : i + 2] for i in (_APPLICATION, _CONSTANT, _FUNCTION)]
    return ExUnits(
        count * sum(memory for _, memory in places), count * sum(cpu for cpu, _ in places)
    )


def _transaction_that_mints(script: Script) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    reference = cbor2.dumps([bytes(32), 0])
    output = cbor2.dumps([b"\x60" + bytes(28), 0])
    body = {0: [[bytes(32), 0]], 1: [], 2: 0, 9: {script.hash: {b"": 1}}}
    witnesses = {
        PLUTUS_FIELDS[script.language]: [script.raw],
        5: [[Purpose.MINT.tag, 0, 0, [0, 0]]],
    }
    return cbor2.dumps([body, witnesses, True, None]), [(reference, output)]


@lru_cache(maxsize=1024)
def is_plutus_script(script: Script, protocol_version: int) -> bool:
    """Whether the bytes are a Plutus script: a CBOR byte string of flat code, not too deep.

    It only has what its language has at the (major) protocol version: ``deserialiseScript`` of
    Plutus, and its ``PlutusLedgerApi.Common.Versions``. Before V3 anything may follow.
    """
    only = cbor.one_item if script.language is Language.PLUTUS_V3 else cbor.first_item
    try:
        needed = features(cbor.byte_string(only(script.raw)))
    except (NotFlat, cbor.Malformed):
        return False
    if needed.version not in _CORE_VERSIONS[script.language]:
        return False
    if not needed.builtins <= _builtins(script.language, protocol_version):
        return False
    _, lib = _library()
    answer = _answer(lib.apply_params_to_plutus_script(_NO_PARAMETERS + b"\0", _hex(script.raw)))
    return bool(answer["status"] == "SUCCESS")


def _builtins(language: Language, protocol_version: int) -> AbstractSet[int]:
    """The builtins of a language, by their numbers in flat (Conway)."""
    is_plomin = protocol_version >= _PLOMIN
    if language is Language.PLUTUS_V1:
        return frozenset(range(_SERIALISE_DATA))
    if language is Language.PLUTUS_V2:
        conversions = range(_INTEGER_TO_BYTES, _AND_BYTES) if is_plomin else ()
        return frozenset({*range(_BLS_G1_ADD), *conversions})
    return frozenset(range(_EXP_MOD if is_plomin else _AND_BYTES))


def _hex(data: bytes) -> bytes:
    return data.hex().encode() + b"\0"


def _answer(pointer: Any) -> dict[str, Any]:
    ffi, lib = _library()
    try:
        answer: dict[str, Any] = json.loads(ffi.string(pointer))
    finally:
        lib.drop_char_pointer(pointer)
    return answer


def _cost_models(models: Mapping[Language, Sequence[int]]) -> bytes:
    """Missing entries price their builtins out: a chain without an entry has no such builtin."""
    padded = {}
    for language, model in models.items():
        wanted = _ENTRIES[language]
        padded[language.tag - 1] = [*model[:wanted], *[_MAX_PRICE] * (wanted - len(model))]
    return cbor2.dumps(padded)


def _failure(text: str) -> Exception:
    failure = _FAILURE.search(text)
    if failure is None:
        return MachineRefused(text.removeprefix("AIKEN: ")[:_MAX_ERROR])
    pointer = Pointer(Purpose(failure["tag"].lower()), int(failure["index"]))
    machine = _MACHINE.fullmatch(failure["error"])
    if machine is None:
        return ScriptFailed(pointer, failure["error"][:_MAX_ERROR], (), ExUnits(0, 0))
    traces = tuple(_unescape(log) for log in _LOG.findall(machine["logs"]))
    units = ExUnits(int(machine["memory"]), int(machine["cpu"]))
    return ScriptFailed(pointer, machine["cause"][:_MAX_ERROR], traces, units)


def _unescape(text: str) -> str:
    """A string as Rust's debug output escapes it."""

    def character(match: re.Match[str]) -> str:
        code, escaped = match.groups()
        return chr(int(code, 16)) if code else _ESCAPED.get(escaped, escaped)

    return _ESCAPE.sub(character, text)
