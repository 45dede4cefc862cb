"""What Ogmios answers, held against upstream's schema, where that lies beside the checkout."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from milestone_devnet.ogmios.rpc import Request
from milestone_devnet.ogmios.session import Session

# The response schema of a method whose name is not simply the method's.
_RESPONSES = {
    "queryLedgerState": "QueryLedgerState",
    "queryNetwork": "QueryNetwork",
}


def vectors() -> Path | None:
    """The folder of vectors beside the checkout, None where it is not at hand."""
    beside = Path(__file__).parents[5] / "shared" / "vectors"
    folder = Path(os.environ.get("MILESTONE_VECTORS", beside))
    return folder if folder.is_dir() else None


def schemas(version: str) -> Path | None:
    """The folder of upstream's JSON schemas of a version, None where it is not at hand."""
    folder = vectors()
    return folder / "ogmios" / version / "schema" if folder else None


@cache
def _registry(folder: Path) -> Registry[Any]:
    contents = {
        name: json.loads((folder / name).read_text("utf-8"))
        for name in ("ogmios.json", "cardano.json")
    }
    _correct(contents["ogmios.json"], contents["cardano.json"])
    resources = [(name, DRAFT4.create_resource(content)) for name, content in contents.items()]
    return Registry().with_resources(resources)


def _correct(ogmios: dict[str, Any], cardano: dict[str, Any]) -> None:
    """Where upstream's schemas and server disagree, the server is right."""
    # It requires a key "string" that the server calls "message".
    ogmios["properties"]["RpcError"]["properties"]["error"]["required"] = ["code", "message"]
    # It requires a key that it forbids, and gives the parameters of Byron another era's shape.
    byron = cardano["definitions"]["Genesis<Byron>"]
    byron["required"].remove("protocolParameters")
    byron["properties"]["updatableParameters"] = {
        "$ref": "cardano.json#/definitions/BootstrapProtocolParameters"
    }


@cache
def _validator(folder: Path, name: str) -> Draft4Validator:
    schema = {"$ref": f"ogmios.json#/properties/{name}"}
    return Draft4Validator(schema, registry=_registry(folder))


def schema_of(method: str) -> str:
    """The name of a method's response in the schema."""
    group, _, query = method.partition("/")
    words = (_RESPONSES[group], query) if query else ("", method)
    return f"{words[0]}{words[1][0].upper()}{words[1][1:]}Response"


def problem_with(method: str, answer: Mapping[str, Any], folder: Path) -> str | None:
    """Why an answer is not what a version's schema allows, None where it is."""
    generic = "error" in answer and "method" not in answer
    name = "RpcError" if generic else schema_of(method)
    error = next(_validator(folder, name).iter_errors(answer), None)
    return f"{name}: {error.message[:500]}" if error else None


def definition_problem(name: str, value: Any, folder: Path) -> str | None:
    """Why a value is no ``name`` of ``cardano.json``, None where it is."""
    schema = {"$ref": f"cardano.json#/definitions/{name}"}
    error = next(Draft4Validator(schema, registry=_registry(folder)).iter_errors(value), None)
    return f"{name}: {error.message[:500]}" if error else None


def check_answer(method: str, answer: Mapping[str, Any], version: str) -> None:
    """Fail on an answer that the version's schema does not allow, where the schema is at hand."""
    folder = schemas(version)
    problem = problem_with(method, answer, folder) if folder else None
    assert problem is None, f"{problem}\n{json.dumps(answer)[:2000]}"


@contextmanager
def watching_answers() -> Iterator[list[str]]:
    """Validate what every devnet of this process answers meanwhile, to whichever client.

    The list collects what its schema does not allow. Answers of a shape that was seen before are
    not looked at again: clients ask for the same things all the time.
    """
    problems: list[str] = []
    seen: set[str] = set()
    outcome = Session._outcome

    async def watched(session: Session, request: Request, method: Any) -> dict[str, Any]:
        answer = await outcome(session, request, method)
        version = session._version.full.rpartition(".")[0]
        folder, shape = schemas(version), f"{version} {request.method} {_shape(answer)}"
        if folder is not None and shape not in seen:
            seen.add(shape)
            problem = problem_with(request.method, answer, folder)
            problems.extend([problem] if problem else [])
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "_outcome", watched)
        yield problems


def _shape(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_shape(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(sorted({_shape(entry) for entry in value})) + "]"
    return type(value).__name__
