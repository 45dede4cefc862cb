"""Ogmios's own JSON schemas, where they lie beside the checkout: every error must fit them."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from milestone_devnet.ledger import EvaluationFailed, Refused

VERSIONS = ("v6.14", "v7.0")
REPOSITORY = Path(__file__).resolve().parents[4]


def ledger_vectors() -> Path | None:
    """The public ledger vectors, ``None`` where they are not at hand.

    They lie beside a checkout, in ``../shared/vectors/ledger``, or where ``MILESTONE_VECTORS``
    says.
    """
    configured = os.environ.get("MILESTONE_VECTORS")
    folder = Path(configured) if configured else REPOSITORY.parent / "shared" / "vectors"
    return folder / "ledger" if (folder / "ledger" / "eras").is_dir() else None


def assert_refusal_fits_schema(refusal: Refused) -> None:
    """The refusal is an error that ``submitTransaction`` may answer."""
    if refusal.rule != "CannotCreateEvaluationContext":
        _assert_fits("SubmitTransactionFailure", refusal.as_json())


def assert_failure_fits_schema(failure: EvaluationFailed) -> None:
    """The failure is an error that ``evaluateTransaction`` may answer."""
    _assert_fits("EvaluateTransactionFailure", failure.as_json())


def _assert_fits(definition: str, error: dict[str, Any]) -> None:
    for version in VERSIONS if ledger_vectors() else ():
        fits = _validator(version, definition).is_valid(error)
        assert fits, f"{error} is no {definition} of Ogmios {version}"


@cache
def _validator(version: str, definition: str) -> Draft4Validator:
    folder = ledger_vectors()
    assert folder is not None
    schemas = folder.parent / "ogmios" / version / "schema"
    registry: Registry[Any] = Registry()
    for name in ("ogmios.json", "cardano.json"):
        content = json.loads((schemas / name).read_text("utf-8"))
        registry = registry.with_resource(name, DRAFT4.create_resource(content))
    root = {"$ref": f"ogmios.json#/definitions/{definition}"}
    return Draft4Validator(root, registry=registry)
