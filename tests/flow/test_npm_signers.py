"""What npm's implementations of CIP-8 sign, with a base address, from the commit to the money.

``npm ci`` in ``tests/signatures`` installs them; ``make test-peers`` does it all.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from .project import Person, Project
from .test_other_signers import commit_prove_and_pay, secret_of

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[1] / "signatures"
LIBRARIES = ("@emurgo/cardano-message-signing-nodejs", "@stricahq/cip08")


def by_npm(library: str, person: Person, text: str) -> dict[str, str]:
    """What a browser wallet with this library returns."""
    request = {
        "library": library,
        "seed": secret_of(person).hex(),
        "address": bytes(person.with_stake).hex(),
        "text": text,
    }
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / library).is_dir():
        if os.environ.get("MILESTONE_REQUIRE_CLIENTS"):
            pytest.fail(f"{library} is missing, and MILESTONE_REQUIRE_CLIENTS is set")
        pytest.skip(f"{library} is missing: run npm ci in {FOLDER}")
    ran = subprocess.run(
        [node, FOLDER / "sign.js"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    signed: dict[str, str] = json.loads(ran.stdout)
    return signed


def test_a_quorum_of_npm_libraries_is_committed_proven_and_paid(project: Project) -> None:
    commit_prove_and_pay(project, [partial(by_npm, library) for library in LIBRARIES])
