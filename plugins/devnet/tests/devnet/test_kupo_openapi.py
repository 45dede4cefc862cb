"""Kupo's own OpenAPI document drives requests against the devnet's Kupo.

It needs the document (``kupo/v2.12.0.yaml`` of the public vectors) and schemathesis.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2
import pytest
import requests
from hypothesis import HealthCheck, given, settings

from milestone_devnet.faucet import TOKEN
from milestone_devnet.node import Devnet, Settings

from .clients import Ogmios
from .wallet import ALWAYS_TRUE, FEE, funded_key, transaction

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
yaml = pytest.importorskip("yaml", reason="pyyaml is not installed")

pytestmark = pytest.mark.slow

BESIDE = Path(__file__).resolve().parents[5] / "shared" / "vectors"
DOCUMENT = Path(os.environ.get("MILESTONE_VECTORS", BESIDE)) / "kupo" / "v2.12.0.yaml"
FLAGS = ("spent", "unspent", "resolve_hashes", "strict")
ERRORS: dict[str, Any] = {
    "description": "the request is wrong, or the server cannot serve it",
    "content": {
        "application/json;charset=utf-8": {
            "schema": {
                "type": "object",
                "required": ["hint"],
                "properties": {"hint": {"type": "string"}, "details": {"type": "object"}},
                "additionalProperties": False,
            }
        }
    },
}


def document() -> dict[str, Any]:
    """The document, with its slips put right.

    They are: ``null`` as a type, which OpenAPI knows since 3.1; alternatives of which both fit
    always (``oneOf`` of two strings); regular expressions that are none; path parameters named
    otherwise than in the path; headers of 304 that only bodies have; flags without a schema; and
    endpoints that answer 400 and 404 without saying so.
    """
    # Through JSON, so that status codes are strings and nothing is shared by YAML's anchors.
    content: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(DOCUMENT.read_text("utf-8"))))
    content["openapi"] = "3.1.0"
    components = content["components"]
    for name, schema in components["schemas"].items():
        if name in ("Address", "AddressPattern"):
            schema["anyOf"] = [{"type": "string"}]
        if "pattern" in schema:
            schema["pattern"] = "^" + schema["pattern"].replace("(*|", r"(\*|") + "$"
    for name, parameter in components["parameters"].items():
        if parameter["in"] == "path":
            parameter["name"] = name
        if name.replace("-", "_") in FLAGS:
            parameter["schema"] = {"type": "string"}
    del components["responses"]["304"]["headers"]
    for path, operations in content["paths"].items():
        for operation in operations.values():
            operation["responses"].update({"400": ERRORS, "404": ERRORS, "503": ERRORS})
            for status, response in operation["responses"].items():
                if status in ("200", "202"):
                    _drop_unusual_headers(response, path)
    return content


def _drop_unusual_headers(response: dict[str, Any], path: str) -> None:
    """Of headers, only those are kept that answers have which say where the index stands.

    Upstream lists the same for all answers; its server sends none of them with patterns. What
    lies under ``Content-Type`` there is a list of one, and metrics have another.
    """
    headers = response.get("headers")
    if headers is None:
        return
    response["headers"] = {
        name: header
        for name, header in headers.items()
        if name in ("X-Most-Recent-Checkpoint", "ETag") and not path.startswith("/patterns")
    }


@pytest.fixture(scope="module")
def served() -> Iterator[Devnet]:
    """A devnet with tokens, datums, scripts, metadata, and spent outputs."""
    with Devnet(Settings(block_time=0)) as devnet:
        key, spent = funded_key(devnet, tokens=5)
        script = cbor2.CBORTag(24, cbor2.dumps([3, ALWAYS_TRUE]))
        inline = {2: [1, cbor2.CBORTag(24, cbor2.dumps([1, b"datum"]))], 3: script}
        asset = {TOKEN.policy: {TOKEN.name: 5}}
        outputs = [
            {0: key.address, 1: [50_000_000, asset], **inline},
            {0: key.address, 1: 50_000_000 - FEE, 2: [0, bytes(32)]},
        ]
        cbor = transaction([spent], outputs, signers=[key])
        with Ogmios(devnet.ogmios_url) as ogmios:
            ogmios.submit(cbor)
        yield devnet


@pytest.fixture(scope="module")
def kupo_schema(served: Devnet) -> Any:
    if not DOCUMENT.is_file():
        pytest.skip("Kupo's OpenAPI document is not beside the checkout, nor in MILESTONE_VECTORS")
    schema = schemathesis.openapi.from_dict(document())
    schema.config.update(base_url=served.kupo_url)
    return schema


conformance = pytest.importorskip("schemathesis.specs.openapi.checks")
CHECKS = [
    schemathesis.checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_headers_conformance,
    conformance.response_schema_conformance,
]


PATHS = [
    "/matches",
    "/matches?resolve_hashes",
    "/matches/*/*?unspent&resolve_hashes",
    "/matches?spent&order=oldest_first",
    f"/matches/{TOKEN.policy.hex()}.*",
    "/checkpoints",
    "/health",
    "/metrics",
]


@pytest.mark.parametrize("path", PATHS)
def test_answers_with_content_fit_their_schema(kupo_schema: Any, served: Devnet, path: str) -> None:
    endpoint = re.split(r"[/?]", path)[1]
    template = "/matches/{pattern}" if path.startswith("/matches/") else f"/{endpoint}"
    response = requests.get(
        served.kupo_url + path, headers={"Accept": "application/json"}, timeout=30
    )
    assert response.status_code == 200
    assert response.json()
    kupo_schema[template]["GET"].validate_response(response)


OPERATIONS = [
    (path, method.upper(), mode)
    for path, operations in (document()["paths"] if DOCUMENT.is_file() else {}).items()
    for method, operation in operations.items()
    # Where nothing or any text can be given, nothing wrong can be given.
    for mode in ("positive", "negative")
    if mode == "positive"
    or (operation.keys() & {"parameters", "requestBody"} and "{pattern}" not in path)
]


@pytest.mark.parametrize(("path", "method", "mode"), OPERATIONS)
def test_no_answer_is_unexpected(kupo_schema: Any, path: str, method: str, mode: str) -> None:
    """Requests that the document allows, and such as it does not."""
    strategy = kupo_schema[path][method].as_strategy(
        generation_mode=schemathesis.GenerationMode(mode)
    )

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def ask(case: Any) -> None:
        # For clients that take anything, Kupo labels Prometheus's text as JSON.
        case.call_and_validate(checks=CHECKS, timeout=30, headers={"Accept": "application/json"})

    ask()
