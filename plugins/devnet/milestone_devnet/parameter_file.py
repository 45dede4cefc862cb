"""Protocol parameters that a file overrides, in Ogmios's names and forms, checked.

The file holds any part of what ``queryLedgerState/protocolParameters`` answers. What no rule of
this ledger reads is refused, so that nobody believes it to be in force.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from milestone_core.api import BadInput
from milestone_devnet.ledger import ExUnits, Language, Parameters, default_parameters

_MAX_INTEGER = 2**63 - 1
_RATIO = re.compile(r"(\d{1,18})/(\d{1,18})", re.ASCII)
# Fewer entries than the oldest cost model has are no cost model; far more are a mistake.
_COST_MODEL_SIZES = range(100, 2001)


def read_parameters(path: Path) -> Parameters:
    """The devnet's parameters with those that a file overrides.

    :raises BadInput: the file cannot be read; an unknown name, or a value of a wrong form. All
        that is wrong is told at once.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadInput(f"{path} is not a JSON object of protocol parameters")
    changes: dict[str, Any] = {}
    problems = []
    for name, value in content.items():
        try:
            changes |= _changes(name, value)
        except ValueError as error:
            problems.append(f"{name[:100]}: {error}")
    if problems:
        raise BadInput(
            f"{path} has wrong protocol parameters: {'; '.join(problems)}",
            hint="write them as Ogmios's queryLedgerState/protocolParameters does",
            details={"problems": problems},
        )
    parameters = replace(default_parameters(), **changes)
    if not _fits_a_block(parameters):
        raise BadInput(
            f"{path} allows a transaction that fits into no block",
            hint="raise the limits of a block, or lower those of a transaction",
        )
    return parameters


def _fits_a_block(parameters: Parameters) -> bool:
    one, block = parameters.max_transaction_units, parameters.max_block_units
    return (
        parameters.max_transaction_size <= parameters.max_block_body_size
        and one.memory <= block.memory
        and one.cpu <= block.cpu
        and parameters.max_reference_scripts_size <= parameters.max_reference_scripts_size_per_block
    )


def _changes(name: str, value: Any) -> dict[str, Any]:
    if name not in _READERS:
        raise ValueError("no rule of the devnet's ledger reads such a parameter")
    return _READERS[name](value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_INTEGER:
        raise ValueError(f"an integer between 0 and {_MAX_INTEGER} is expected")
    return value


def _object(value: Any, *members: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or value.keys() != set(members):
        raise ValueError(f"an object with {', '.join(members)} is expected")
    return value


def _lovelace(value: Any) -> int:
    return _integer(_object(_object(value, "ada")["ada"], "lovelace")["lovelace"])


def _bytes(value: Any) -> int:
    return _integer(_object(value, "bytes")["bytes"])


def _ratio(value: Any) -> Fraction:
    match = _RATIO.fullmatch(value) if isinstance(value, str) else None
    if match is None or not int(match[2]):
        raise ValueError('a ratio such as "577/10000" is expected')
    return Fraction(int(match[1]), int(match[2]))


def _number(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**32:
        raise ValueError("a number that is not negative is expected")
    return Fraction(str(value))


def _units(value: Any) -> ExUnits:
    units = _object(value, "memory", "cpu")
    return ExUnits(_integer(units["memory"]), _integer(units["cpu"]))


def _prices(value: Any) -> dict[str, Any]:
    prices = _object(value, "memory", "cpu")
    return {"price_memory": _ratio(prices["memory"]), "price_cpu": _ratio(prices["cpu"])}


def _reference_scripts(value: Any) -> dict[str, Any]:
    fees = _object(value, "base", "range", "multiplier")
    size = _integer(fees["range"])
    if not size:
        raise ValueError("a range of zero bytes")
    return {
        "min_fee_reference_scripts_base": _number(fees["base"]),
        "min_fee_reference_scripts_range": size,
        "min_fee_reference_scripts_multiplier": _number(fees["multiplier"]),
    }


def _cost_models(value: Any) -> dict[str, Any]:
    languages = {language.value: language for language in Language if language.tag}
    if not isinstance(value, dict) or not value.keys() <= languages.keys():
        raise ValueError(f"an object with some of {', '.join(languages)} is expected")
    given = {languages[name]: _cost_model(model) for name, model in value.items()}
    return {"cost_models": {**default_parameters().cost_models, **given}}


def _cost_model(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) not in _COST_MODEL_SIZES:
        raise ValueError("a cost model is a list of some hundred integers")
    if not all(type(cost) is int and abs(cost) <= _MAX_INTEGER for cost in value):
        raise ValueError("a cost is an integer of 64 bits")
    return tuple(value)


def _as(field: str, read: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {field: read(value)}


_READERS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "minFeeCoefficient": _as("min_fee_coefficient", _integer),
    "minFeeConstant": _as("min_fee_constant", _lovelace),
    "minFeeReferenceScripts": _reference_scripts,
    "maxBlockBodySize": _as("max_block_body_size", _bytes),
    "maxBlockHeaderSize": _as("max_block_header_size", _bytes),
    "maxTransactionSize": _as("max_transaction_size", _bytes),
    "maxReferenceScriptsSize": _as("max_reference_scripts_size", _bytes),
    "maxReferenceScriptsSizePerTransaction": _as("max_reference_scripts_size", _bytes),
    "maxValueSize": _as("max_value_size", _bytes),
    "maxExecutionUnitsPerTransaction": _as("max_transaction_units", _units),
    "maxExecutionUnitsPerBlock": _as("max_block_units", _units),
    "scriptExecutionPrices": _prices,
    "minUtxoDepositCoefficient": _as("utxo_cost_per_byte", _integer),
    "collateralPercentage": _as("collateral_percentage", _integer),
    "maxCollateralInputs": _as("max_collateral_inputs", _integer),
    "stakeCredentialDeposit": _as("stake_credential_deposit", _lovelace),
    "plutusCostModels": _cost_models,
}
