"""What cardano-signer printed, read as `commit` reads it, before the compiled contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from milestone_core.domain.chain import AssetId
from milestone_core.domain.decisions import Prove, SignedDecision
from milestone_core.errors import BadDocument
from milestone_core.files.signatures import WalletSignature, parse_signature

from .test_signatures import EVIDENCE, VECTORS, attest

PRINTED = json.loads(Path(__file__).with_name("cardano_signer.json").read_bytes())
PROGRAMME = AssetId(
    bytes.fromhex(VECTORS["programme_policy"]), bytes.fromhex(VECTORS["programme_name"])
)


def read(form: str) -> WalletSignature:
    printed = PRINTED[form]
    raw = printed if isinstance(printed, str) else json.dumps(printed)
    found = parse_signature(raw.encode(), "SIG.json")
    assert isinstance(found, WalletSignature)
    return found


@pytest.mark.parametrize(
    "form", ["--json", "--json-extended", "--json-extended --include-maps", "text", "--nopayload"]
)
def test_a_signature_as_it_was_printed_is_good_for_the_contract(form: str) -> None:
    found = read(form)
    assert found.payload in (None if form == "--nopayload" else VECTORS["payload"].encode(), None)
    proved = Prove(VECTORS["milestone"], EVIDENCE)
    attest([SignedDecision(PROGRAMME, 0, proved, found.signature).attestation(proved)])


@pytest.mark.parametrize(
    ("form", "said"), [("--hashed", "hash of the text"), ("--signature-only", "public key")]
)
def test_what_could_never_count_is_refused(form: str, said: str) -> None:
    with pytest.raises(BadDocument, match=said):
        read(form)
