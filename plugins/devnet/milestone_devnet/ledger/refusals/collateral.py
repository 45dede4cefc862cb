"""Refusals of collateral, execution units and what scripts said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..model import AssetId, ExUnits, TxIn
from ..ogmios_json import (
    lovelace_json,
    units_json,
    value_json,
)
from .errors import Refused, references_json


def insufficient_collateral(provided: int, minimum: int) -> Refused:
    return Refused(
        "InsufficientCollateral",
        3128,
        "The collateral is below the protocol's percentage of the fee.",
        {
            "providedCollateral": lovelace_json(provided),
            "minimumRequiredCollateral": lovelace_json(minimum),
        },
        priority=17,
    )


def collateral_locked_by_script(references: Iterable[TxIn]) -> Refused:
    return Refused(
        "CollateralLockedByScript",
        3129,
        "Some collateral inputs are locked by a script; only keys may lock collateral.",
        {"unsuitableCollateralInputs": references_json(references)},
        priority=4,
    )


def too_many_collateral_inputs(counted: int, maximum: int) -> Refused:
    return Refused(
        "TooManyCollateralInputs",
        3131,
        "The transaction has more collateral inputs than the protocol allows.",
        {"maximumCollateralInputs": maximum, "countedCollateralInputs": counted},
        priority=14,
    )


def missing_collateral_inputs() -> Refused:
    return Refused(
        "MissingCollateralInputs",
        3132,
        "The transaction runs Plutus scripts and has no collateral inputs.",
        priority=14,
    )


def non_ada_collateral(coin: int, assets: Mapping[AssetId, int]) -> Refused:
    return Refused(
        "NonAdaCollateral",
        3133,
        "The collateral would take assets other than ada; a collateral return output that "
        "gives them back is missing or differs.",
        {"unsuitableCollateralValue": value_json(coin, assets)},
        priority=14,
    )


def execution_units_too_large(provided: ExUnits, maximum: ExUnits) -> Refused:
    return Refused(
        "ExecutionUnitsTooLarge",
        3134,
        "The redeemers declare more execution units than the protocol allows in a transaction.",
        {
            "providedExecutionUnits": units_json(provided),
            "maximumExecutionUnits": units_json(maximum),
        },
        priority=18,
    )


def total_collateral_mismatch(declared: int, computed: int) -> Refused:
    return Refused(
        "TotalCollateralMismatch",
        3135,
        "The declared total collateral is not collateral inputs less collateral return.",
        {
            "declaredTotalCollateral": lovelace_json(declared),
            "computedTotalCollateral": lovelace_json(computed),
        },
        priority=16,
    )


def spends_mismatch(is_valid: bool, reason: str) -> Refused:
    """The script-validity flag is wrong; ``reason`` says what really happened."""
    return Refused(
        "SpendsMismatch",
        3136,
        f"The script-validity flag says otherwise than the scripts: {reason}",
        {"declaredSpending": "inputs" if is_valid else "collaterals", "mismatchReason": reason},
        priority=20,
    )


def execution_budget_out_of_bounds(used: ExUnits) -> Refused:
    return Refused(
        "ExecutionBudgetOutOfBounds",
        3161,
        "A script needs more execution units than its redeemer declares, or than the protocol "
        "allows.",
        {"budgetUsed": units_json(used)},
        priority=19,
    )


def cannot_create_evaluation_context(reason: str) -> Refused:
    """A script's language has no words for something in the transaction."""
    return Refused(
        "CannotCreateEvaluationContext",
        3004,
        "The scripts cannot be shown this transaction.",
        {"reason": reason},
        priority=11,
    )
