"""An oracle whose key is none: anybody can sign with it."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import blake2b

from milestone_core.domain.address import Address, Credential

from .project import Project, Row


def test_a_key_with_which_anybody_can_sign_attests_nothing(project: Project) -> None:
    """The key is the neutral point: R = s * B and any s make a signature that is good for it."""
    key = (1).to_bytes(32, "little")
    owner = project.person("owner", ada=300, tokens=10)
    oracle = blake2b(key, digest_size=28).digest()
    nobody = replace(owner, address=Address(0, Credential.key(oracle)))
    project.deploy(
        "grants", owner=owner, oracles=[nobody, owner], quorum=1, rows=[Row(owner.address, 10)]
    )
    signed = project.signature("grants", owner)
    forged = {
        **json.loads(signed.read_text()),
        "oracle": oracle.hex(),
        "verification_key": key.hex(),
    }
    signed.write_text(json.dumps(forged))
    error = project.json("commit", "grants", signed, exits=2)
    assert "a key of small order" in error["message"]
