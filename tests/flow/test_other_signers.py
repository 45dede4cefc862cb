"""Signatures by implementations of COSE and CIP-8 that are not ours, from the commit to the money.

pycose and pycardano's CIP-8 come with pycardano; none of our own signing code takes part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cose.algorithms import EdDSA
from cose.headers import Algorithm
from cose.keys import OKPKey
from cose.keys.curves import Ed25519
from cose.messages import Sign1Message
from pycardano import Network, PaymentSigningKey
from pycardano.cip import cip8

from .project import TOKEN, Person, Project, Row


def secret_of(person: Person) -> bytes:
    return bytes.fromhex(json.loads(person.file.read_text())["cborHex"][4:])


def by_pycose(person: Person, text: str) -> dict[str, str]:
    """COSE_Sign1 and COSE_Key with the base address in the header, as browser wallets have it."""
    public = person.key.public
    message = Sign1Message(
        phdr={Algorithm: EdDSA, "address": bytes(person.with_stake)},
        uhdr={"hashed": False},
        payload=text.encode(),
    )
    message.key = OKPKey(crv=Ed25519, d=secret_of(person), x=public)
    key = OKPKey(crv=Ed25519, x=public, optional_params={"ALG": EdDSA})
    return {"signature": message.encode(tag=False).hex(), "key": key.encode().hex()}


def by_pycardano(person: Person, text: str) -> dict[str, str]:
    """The same by pycardano, whose header has the enterprise address."""
    key = PaymentSigningKey(secret_of(person))
    signed: Any = cip8.sign(text, key, attach_cose_key=True, network=Network.TESTNET)
    return {"signature": signed["signature"], "key": signed["key"]}


Sign = Callable[[Person, str], dict[str, str]]


def commit_prove_and_pay(project: Project, signers: Sequence[Sign]) -> None:
    """The whole way, with one oracle for each signer, who all have to sign."""
    owner = project.person("owner", ada=500, tokens=1000)
    one = project.person("one")
    oracles = [project.person(f"oracle{number}") for number in range(len(signers))]
    project.deploy("grants", owner=owner, oracles=oracles, rows=[Row(one.with_stake, 100)])
    report = project.folder / "report.txt"
    report.write_text("It is done.\n")
    asked = project("oracle", "message", "grants", "alpha", "--evidence", report).document
    for oracle, sign in zip(oracles, signers, strict=True):
        file = project.folder / f"{oracle.file.stem}.json"
        file.write_text(json.dumps(sign(oracle, asked["payload"])))
        project.json("commit", "grants", file)
    project.pay("prove", "grants", "alpha", key=owner)
    project.pay("release", "grants", key=owner)
    assert project.held(one.with_stake).quantity(TOKEN) == 100


@pytest.mark.parametrize(
    "signers",
    [[by_pycose], [by_pycardano], [by_pycose, by_pycardano]],
    ids=["pycose", "pycardano", "both"],
)
def test_a_signature_of_another_implementation_is_committed_proven_and_paid(
    project: Project, signers: list[Sign]
) -> None:
    commit_prove_and_pay(project, signers)
