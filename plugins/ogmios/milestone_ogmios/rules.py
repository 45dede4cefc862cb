"""The ledger's rules by Ogmios's numbers: what to say, with the figures, and what to do.

Source: ``SubmitTransactionFailure`` and ``EvaluateTransactionFailure`` of Ogmios's API, v6 and v7.
Rules that a release can never meet (stake pools, governance) keep the server's own words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from milestone_core.api import one_line
from milestone_ogmios.fields import Field

_MANY = 3

_BUILD_AGAIN = "Run the command again: it builds the transaction from the chain as it is now."
_DEFECT = "The transaction was built wrongly: please report it, with the figures."
_LOOK_UP = "Settle what became of it before building another: milestone resume"
_SIGN = "Sign it with every key that the review names."
_COLLATERAL = "Give the wallet an output of 5 ADA with nothing else in it, for collateral."


@dataclass(frozen=True, slots=True)
class Rule:
    """``say`` makes the sentence from the error's data, ``hint`` is the way out."""

    say: Callable[[Field], str]
    hint: str = ""


def _ada(field: Field) -> str:
    return f"{field['ada']['lovelace'].integer()} lovelace"


def _value(field: Field) -> str:
    entries = [
        f"{quantity.integer()} {'lovelace' if policy == 'ada' else f'{policy}.{name}'}"
        for policy, names in field.members().items()
        for name, quantity in names.members().items()
    ]
    return _some(entries, "assets")


def _some(entries: list[str], what: str) -> str:
    shown = ", ".join(one_line(entry, 200) for entry in entries[:_MANY])
    more = len(entries) - _MANY
    return f"{shown} and {more} more {what}" if more > 0 else shown


def _hashes(field: Field) -> str:
    return _some([item.text() for item in field.items()], "hashes")


def _references(field: Field) -> str:
    return _some([_reference(item) for item in field.items()], "outputs")


def _reference(field: Field) -> str:
    return f"{field['transaction']['id'].text()}#{field['index'].integer()}"


def pointer(field: Field) -> tuple[str, int]:
    """A redeemer ``{purpose, index}``."""
    return field["purpose"].text(), field["index"].integer(0)


def _pointers(field: Field) -> str:
    return _some(["{}:{}".format(*pointer(item)) for item in field.items()], "redeemers")


def _units(field: Field) -> str:
    return f"{field['memory'].integer()} memory and {field['cpu'].integer()} steps"


def _interval(data: Field) -> str:
    interval = data["validityInterval"]
    first, last = interval.get("invalidBefore"), interval.get("invalidAfter")
    bounds = [f"from slot {first.integer()}"] if first else []
    bounds += [f"before slot {last.integer()}"] if last else []
    now = data["currentSlot"].integer()
    return f"it is valid {' and '.join(bounds) or 'always'}, and the chain is at slot {now}"


def _poor_outputs(data: Field) -> str:
    outputs = []
    for entry in data["insufficientlyFundedOutputs"].items():
        least = entry.get("minimumRequiredValue")
        have = _ada(entry["output"]["value"])
        outputs.append(f"one has {have}" + (f" and needs {_ada(least)}" if least else ""))
    return "outputs carry too little ADA: " + _some(outputs, "outputs")


def _integrity(data: Field) -> str:
    given, computed = data.get("providedScriptIntegrity"), data.get("computedScriptIntegrity")
    return (
        f"its script integrity hash is {given.text() if given else 'missing'}, "
        f"the ledger computes {computed.text() if computed else 'none'}"
    )


RULES: dict[int, Rule] = {
    -32602: Rule(lambda _: "it is not a transaction of any era that the node knows", _DEFECT),
    3002: Rule(
        lambda d: (
            "outputs given beside it differ from the ledger's: "
            + _references(d["overlappingOutputReferences"])
        ),
        _BUILD_AGAIN,
    ),
    3003: Rule(
        lambda d: f"the node is still in the era {d['currentNodeEra'].text()}",
        "Wait until the node is in sync: milestone doctor",
    ),
    3004: Rule(
        lambda d: "its scripts cannot be run: " + one_line(d["reason"].text()), _BUILD_AGAIN
    ),
    3005: Rule(
        lambda d: (
            f"the ledger is in the era {d['ledgerEra'].text()}, "
            f"and it was made for {d['queryEra'].text()}"
        ),
        "The chain is changing eras: run the command again in a minute.",
    ),
    3011: Rule(lambda d: f"scripts are missing for {_pointers(d['missingScripts'])}", _DEFECT),
    3013: Rule(
        lambda d: (
            "a redeemer points to an output that no script locks: "
            + _reference(d["unsuitableOutputReference"])
        ),
        _DEFECT,
    ),
    3100: Rule(
        lambda d: f"signatures do not verify, of the keys {_hashes(d['invalidSignatories'])}",
        "It was changed after it was signed: sign it again.",
    ),
    3101: Rule(
        lambda d: f"signatures are missing, of the keys {_hashes(d['missingSignatories'])}", _SIGN
    ),
    3102: Rule(lambda d: f"scripts are missing: {_hashes(d['missingScripts'])}", _DEFECT),
    3110: Rule(
        lambda d: f"redeemers point to nothing: {_pointers(d['extraneousRedeemers'])}", _DEFECT
    ),
    3111: Rule(lambda d: f"datums are missing: {_hashes(d['missingDatums'])}", _DEFECT),
    3112: Rule(lambda d: f"datums belong to nothing: {_hashes(d['extraneousDatums'])}", _DEFECT),
    3113: Rule(_integrity, "The cost models changed meanwhile: " + _BUILD_AGAIN),
    3117: Rule(
        lambda d: f"outputs are unknown or spent: {_references(d['unknownOutputReferences'])}",
        _LOOK_UP,
    ),
    3118: Rule(_interval, "If its time is over, run the command again; if not, wait for it."),
    3119: Rule(
        lambda d: (
            f"it is {d['measuredTransactionSize']['bytes'].integer()} bytes long, "
            f"{d['maximumTransactionSize']['bytes'].integer()} are allowed"
        ),
        "Release fewer allocations at once.",
    ),
    3120: Rule(
        lambda d: f"{len(d['excessivelyLargeOutputs'].items())} outputs hold too many assets",
        "Split them over more outputs.",
    ),
    3122: Rule(
        lambda d: (
            f"its fee is {_ada(d['providedFee'])}, "
            f"at least {_ada(d['minimumRequiredFee'])} are needed"
        ),
        _DEFECT,
    ),
    3123: Rule(
        lambda d: (
            f"it consumes {_value(d['valueConsumed'])} and produces {_value(d['valueProduced'])}"
        ),
        _DEFECT,
    ),
    3124: Rule(
        lambda d: f"it is for another network than {d['expectedNetwork'].text()}",
        "Compare the network in milestone.toml with the node's: milestone doctor",
    ),
    3125: Rule(_poor_outputs, _DEFECT),
    3128: Rule(
        lambda d: (
            f"the collateral is {_ada(d['providedCollateral'])}, "
            f"at least {_ada(d['minimumRequiredCollateral'])} are needed"
        ),
        _COLLATERAL,
    ),
    3129: Rule(
        lambda d: (
            "collateral is locked by a script: " + _references(d["unsuitableCollateralInputs"])
        ),
        _COLLATERAL,
    ),
    3130: Rule(
        lambda d: f"slot {d['unforeseeableSlot'].integer()} lies beyond what the ledger foresees",
        "Give it a validity interval that ends sooner.",
    ),
    3131: Rule(
        lambda d: (
            f"it has {d['countedCollateralInputs'].integer()} collateral inputs, "
            f"{d['maximumCollateralInputs'].integer()} are allowed"
        ),
        _COLLATERAL,
    ),
    3132: Rule(lambda _: "it runs scripts and has no collateral", _COLLATERAL),
    3133: Rule(
        lambda d: f"the collateral is not ADA alone: {_value(d['unsuitableCollateralValue'])}",
        _COLLATERAL,
    ),
    3134: Rule(
        lambda d: (
            f"its scripts claim {_units(d['providedExecutionUnits'])}, "
            f"{_units(d['maximumExecutionUnits'])} are allowed"
        ),
        "Release fewer allocations at once.",
    ),
    3135: Rule(
        lambda d: (
            f"it declares a collateral of {_ada(d['declaredTotalCollateral'])}, "
            f"the ledger computes {_ada(d['computedTotalCollateral'])}"
        ),
        _DEFECT,
    ),
    3136: Rule(
        lambda d: (
            "its scripts fail, though it says they do not: " + one_line(d["mismatchReason"].text())
        ),
        _BUILD_AGAIN,
    ),
    3161: Rule(
        lambda d: f"a script ran out of its budget after {_units(d['budgetUsed'])}", _BUILD_AGAIN
    ),
    3164: Rule(
        lambda d: (
            "outputs are spent and referred to at once: " + _references(d["conflictingReferences"])
        ),
        _DEFECT,
    ),
    3166: Rule(
        lambda d: (
            "its reference scripts have "
            f"{d['measuredReferenceScriptsSize']['bytes'].integer()} bytes, "
            f"{d['maximumReferenceScriptsSize']['bytes'].integer()} are allowed"
        ),
        _DEFECT,
    ),
    3997: Rule(lambda d: "the mempool does not take it: " + one_line(d["error"].text()), _LOOK_UP),
}
