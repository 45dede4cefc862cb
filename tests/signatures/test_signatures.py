"""Signatures that implementations of CIP-8 other than ours have made, before the compiled contract.

``make_vectors.js`` made them, for the programme validator of its day: after a change of the
contract, run ``npm ci && npm run vectors`` in this folder.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import cbor2
import pytest

from bare import bare
from milestone_core.domain.attestation import Attestation
from milestone_core.domain.chain import AssetId
from milestone_core.domain.distribution import Row
from milestone_core.domain.vesting import Vesting
from milestone_core.errors import ScriptRefused
from milestone_core.onchain.redeemers import Proof
from milestone_core.onchain.sig_structure import attestation_payload
from milestone_core.transactions import prove
from workbench import LIFETIME, NOW, Workbench, base_address

VECTORS = json.loads(Path(__file__).with_name("wallet_signatures.json").read_bytes())
SIGNED = VECTORS["signatures"]
EVIDENCE = bytes.fromhex(VECTORS["evidence"])
BENCH = Workbench()


def attestation(vector: dict[str, Any]) -> Attestation:
    """What a COSE_Sign1 says, taken apart without any code of ours."""
    header, _, payload, signature = cbor2.loads(bytes.fromhex(vector["cose_sign1"]))
    assert payload.decode() == VECTORS["payload"]
    key = bytes.fromhex(vector["verification_key"])
    oracle = blake2b(key, digest_size=28).digest()
    return Attestation(VECTORS["milestone"], EVIDENCE, oracle, key, header, signature, 0)


def attest(signed: Sequence[Attestation]) -> None:
    """Prove the milestone with all these signatures on the compiled contract.

    :raises ScriptRefused: it does not accept one of them.
    """
    oracles = [each.oracle for each in signed]
    programme = BENCH.programme([VECTORS["milestone"].encode()], oracles)
    page = BENCH.page([Row(0, 0, 0, 1)], [base_address(0)], [Vesting(NOW, 1, 1)])
    promise = BENCH.lay(programme, page)
    assert promise.page.programme == AssetId(
        bytes.fromhex(VECTORS["programme_policy"]), bytes.fromhex(VECTORS["programme_name"])
    ), "the contract has changed: make the signatures anew (see above)"
    proofs = [Proof(0, EVIDENCE, list(enumerate(signed)))]
    script = BENCH.scripts["programme"]
    draft = prove.prove(promise.programme_utxo, programme, proofs, script, NOW + LIFETIME)
    BENCH.ledger.evaluate(bare(draft))


def name(vector: dict[str, Any]) -> str:
    return f"{vector['library']}, {vector['header']}"


@pytest.mark.parametrize("vector", SIGNED, ids=name)
def test_a_wallets_signature_is_good_for_the_contract(vector: dict[str, Any]) -> None:
    attest([attestation(vector)])


def test_a_quorum_of_different_wallets_is_good_for_the_contract() -> None:
    attest([attestation(vector) for vector in SIGNED])


@pytest.mark.parametrize("vector", SIGNED, ids=name)
def test_a_header_that_was_not_signed_is_refused(vector: dict[str, Any]) -> None:
    good = attestation(vector)
    other = bytes([*good.header[:-1], good.header[-1] ^ 1])
    altered = Attestation(
        good.milestone, EVIDENCE, good.oracle, good.verification_key, other, good.signature, 0
    )
    with pytest.raises(ScriptRefused):
        attest([altered])


def test_we_ask_wallets_to_sign_what_they_did_sign() -> None:
    programme = AssetId(
        bytes.fromhex(VECTORS["programme_policy"]), bytes.fromhex(VECTORS["programme_name"])
    )
    payload = attestation_payload(programme, 0, VECTORS["milestone"].encode(), EVIDENCE)
    assert payload.decode() == VECTORS["payload"]
