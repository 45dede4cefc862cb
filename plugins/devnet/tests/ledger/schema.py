"""Ogmios's own JSON schemas, where they lie beside the checkout: every error must fit them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from milestone_devnet.ledger import EvaluationFailed, Refused

from .vectors import vectors_folder

VERSIONS = ("v6.14", "v7.0")


def assert_refusal_fits_schema(refusal: Refused) -> None:
    """The refusal is an error that ``submitTransaction`` may answer."""
    if refusal.rule != "CannotCreateEvaluationContext":
        _assert_fits("SubmitTransactionFailure", refusal.as_json())


def assert_failure_fits_schema(failure: EvaluationFailed) -> None:
    """The failure is an error that ``evaluateTransaction`` may answer."""
    _assert_fits("EvaluateTransactionFailure", failure.as_json())


def _assert_fits(definition: str, error: dict[str, Any]) -> None:
    for version in VERSIONS if vectors_folder() else ():
        fits = _validator(version, definition).is_valid(error)
        assert fits, f"{error} is no {definition} of Ogmios {version}"


@cache
def _validator(version: str, definition: str) -> Draft4Validator:
    folder = vectors_folder()
    assert folder is not None
    schemas = folder.parent / "ogmios" / version / "schema"
    registry: Registry[Any] = Registry()
    for name in ("ogmios.json", "cardano.json"):
        content = json.loads((schemas / name).read_text("utf-8"))
        registry = registry.with_resource(name, DRAFT4.create_resource(content))
    root = {"$ref": f"ogmios.json#/definitions/{definition}"}
    return Draft4Validator(root, registry=registry)
