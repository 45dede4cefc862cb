"""What wallets and other signers hand back, read without any of their code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.errors import BadDocument
from milestone_core.files import cbor
from milestone_core.files.signatures import WalletSignature, parse_signature

TEXT = b"milestone cancel v1 " + b"ab" * 32
KEY = b"\x02" * 32
SIGNATURE = b"\x03" * 64
ADDRESS = b"\x00" + b"\x11" * 56
HEADER = cbor2.dumps({1: -8, "address": ADDRESS})
SIGN1 = [HEADER, {"hashed": False}, TEXT, SIGNATURE]
COSE_KEY = {1: 1, 3: -8, -1: 6, -2: KEY}

# Printed by cardano-signer 1.35.0 for its documentation.
SIGNERS_SIGN1 = (
    "84582aa201276761646472657373581d617863b5c43bdf0a06608abc82f0573a549714ff69166074dcdde393d8"
    "a166686173686564f44b48656c6c6f20776f726c645840fc58155f0cee05bc00e7299af1df1f159ac82a46a055"
    "786b259657934eff346eec81349d4678ceabc79f213c66a2bdbfd4ea5d9ebdc630bee5ac9cce75cfc001"
)
SIGNERS_KEY = "a4010103272006215820755b017578b701dc9ddd4eaee67015b4ca8baf66293b7b1d204df426c0ceccb9"


def wallet(sign1: object = SIGN1, key: object = COSE_KEY) -> dict[str, Any]:
    """What a browser wallet returns (CIP-30)."""
    return {"signature": cbor2.dumps(sign1).hex(), "key": cbor2.dumps(key).hex()}


def read(document: object) -> WalletSignature:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    found = parse_signature(raw, "SIG.json")
    assert isinstance(found, WalletSignature)
    return found


def refusal(document: object) -> BadDocument:
    with pytest.raises(BadDocument) as refused:
        read(document)
    return refused.value


@pytest.mark.parametrize(
    "form",
    [
        lambda sign1, key: {"signature": sign1, "key": key},
        lambda sign1, key: {"signature": sign1.upper(), "key": key.upper(), "wallet": "x"},
        lambda sign1, key: {"COSE_Sign1_hex": sign1, "COSE_Key_hex": key},
        lambda sign1, key: {
            "workMode": "sign-cip8",
            "isHashed": "false",
            "signature": "03" * 64,
            "publicKey": "02" * 32,
            "output": {"signedMessage": "cms_", "COSE_Sign1_hex": sign1, "COSE_Key_hex": key},
        },
        lambda sign1, key: f"{sign1} {key}\n".encode(),
        lambda sign1, key: {"signature": f"d2{sign1}", "key": key},
        lambda sign1, key: json.dumps({"signature": sign1, "key": key}),
        lambda sign1, key: f"'{json.dumps({'signature': sign1, 'key': key})}'\n".encode(),
        lambda sign1, key: b"\xef\xbb\xbf" + json.dumps({"signature": sign1, "key": key}).encode(),
    ],
    ids=[
        *("CIP-30", "upper case", "signer --json", "signer --json-extended", "signer", "tagged"),
        *("JSON in JSON", "quoted by a console", "with a mark at its head"),
    ],
)
def test_every_form_says_the_same(form: Callable[[str, str], object]) -> None:
    found = read(form(cbor2.dumps(SIGN1).hex(), cbor2.dumps(COSE_KEY).hex()))
    assert found.signature.header == HEADER
    assert found.signature.signature == SIGNATURE
    assert found.signature.verification_key == KEY
    assert (found.payload, found.address, found.leaks_secret) == (TEXT, ADDRESS, False)


def test_what_cardano_signer_prints_is_read() -> None:
    found = read(f"{SIGNERS_SIGN1} {SIGNERS_KEY}".encode())
    assert found.payload == b"Hello world"
    assert found.signature.verification_key.hex().startswith("755b0175")
    assert found.address is not None
    assert found.address.hex() == "617863b5c43bdf0a06608abc82f0573a549714ff69166074dcdde393d8"


def test_a_file_with_the_secret_key_is_marked() -> None:
    output = {"COSE_Sign1_hex": SIGNERS_SIGN1, "COSE_Key_hex": SIGNERS_KEY}
    assert read({"secretKey": "16275b", "output": output}).leaks_secret


def test_a_signature_that_does_not_carry_its_text_is_read() -> None:
    assert read(wallet([HEADER, {}, None, SIGNATURE])).payload is None


def with_header(header: object) -> list[object]:
    return [header if isinstance(header, bytes) else cbor2.dumps(header), {}, TEXT, SIGNATURE]


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    (wallet([HEADER, {"hashed": True}, b"\x01" * 28, SIGNATURE]), "signature", "hash of the text"),
    (wallet([HEADER, {}, b"\x01" * 28, SIGNATURE]), "signature", "hash of the text"),
    (wallet([HEADER, {}, TEXT, SIGNATURE[1:]]), "signature", "63 bytes"),
    (wallet([HEADER, {}, TEXT]), "signature", "no COSE_Sign1"),
    (wallet([HEADER, [], TEXT, SIGNATURE]), "signature", "no COSE_Sign1"),
    (wallet({1: 2}), "signature", "no COSE_Sign1"),
    (wallet(5), "signature", "no COSE_Sign1"),
    (wallet(with_header({1: -7})), "signature", "-7 instead of -8"),
    (wallet(with_header({"address": ADDRESS})), "signature", "None instead of -8"),
    (wallet(with_header([1, -8])), "signature", "not a map"),
    (wallet(with_header(b"")), "signature", "0 bytes"),
    (wallet(with_header(b"\xa1\x01")), "signature", "ends too early"),
    (wallet(with_header({1: -8, "x": b"\x00" * 300})), "signature", "the contract takes"),
    ({**wallet(), "signature": "84"}, "signature", "ends too early"),
    ({**wallet(), "signature": "8f" * 40}, "signature", "not CBOR"),
    ({**wallet(), "signature": "9b" + "ff" * 8}, "signature", "ends too early"),
    ({**wallet(), "signature": ""}, "signature", "not hex"),
    ({**wallet(), "signature": "zz"}, "signature", "not hex"),
    ({**wallet(), "signature": "845"}, "signature", "not hex"),
    ({**wallet(), "signature": 5}, "signature", "not a text"),
    ({**wallet(), "signature": wallet()["signature"] + "00"}, "signature", "left over"),
    ({"signature": wallet()["signature"]}, "key", "missing"),
    (wallet(key={1: 2, -1: 6, -2: KEY}), "key", "Ed25519"),
    (wallet(key={1: 1, -1: 4, -2: KEY}), "key", "Ed25519"),
    (wallet(key={1: 1, -1: 6}), "key", "32 bytes"),
    (wallet(key={1: 1, -1: 6, -2: KEY[1:]}), "key", "32 bytes"),
    (wallet(key={1: 1, -1: 6, -2: "x" * 32}), "key", "32 bytes"),
    (wallet(key=[1]), "key", "Ed25519"),
    ({**wallet(), "key": wallet()["signature"]}, "key", "Ed25519"),
    ({**wallet(), "key": None}, "key", "missing"),
    ({"COSE_Sign1_hex": SIGNERS_SIGN1}, "COSE_Key_hex", "--signature-only"),
    ({"output": {"COSE_Sign1_hex": "00"}}, "output.COSE_Sign1_hex", "no COSE_Sign1"),
]


@pytest.mark.parametrize(("document", "where", "said"), MISTAKES)
def test_what_the_contract_could_never_accept_is_refused_with_its_reason(
    document: dict[str, Any], where: str, said: str
) -> None:
    problems = {problem.where: str(problem) for problem in refusal(document).problems}
    assert said in problems[where]


def test_both_parts_are_complained_of_at_once() -> None:
    problems = refusal({"signature": "84", "key": "84"}).problems
    assert [problem.where for problem in problems] == ["signature", "key"]


def test_text_of_only_the_signature_says_that_the_key_is_missing() -> None:
    (problem,) = refusal(SIGNERS_SIGN1.encode()).problems
    assert "--signature-only" in problem.remedy


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary().map(bytes.hex),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
fields = ("signature", "key", "COSE_Sign1_hex", "COSE_Key_hex", "output", "kind")
forms = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, json_like))


@given(st.binary(max_size=200) | (json_like | forms).map(lambda d: json.dumps(d).encode()))
def test_arbitrary_bytes_and_json_are_refused_by_name(raw: bytes) -> None:
    with pytest.raises(BadDocument):
        parse_signature(raw, "SIG.json")


cose_like = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.integers(-9, 9) | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(cose_like, cose_like)
def test_any_cbor_in_the_place_of_cose_is_refused_or_read(sign1: object, key: object) -> None:
    with pytest.raises(BadDocument):
        read(wallet(sign1, key))


@given(cose_like.filter(lambda item: not isinstance(item, bool)))
def test_the_little_reader_agrees_with_a_general_one(item: object) -> None:
    for canonical in (False, True):
        assert cbor.decode(cbor2.dumps(item, canonical=canonical)) == item


@given(st.binary(max_size=64))
def test_what_the_little_reader_reads_a_general_one_reads_alike(raw: bytes) -> None:
    try:
        item = cbor.decode(raw)
    except cbor.NotCbor:
        return
    assert item == cbor2.loads(raw) or cbor2.loads(raw) is cbor2.undefined


@pytest.mark.parametrize(
    ("raw", "item"),
    [
        ("5f42010243030405ff", b"\x01\x02\x03\x04\x05"),
        ("7f61616162ff", "ab"),
        ("9f0102ff", [1, 2]),
        ("bf6161f5ff", {"a": True}),
    ],
)
def test_items_in_pieces_are_put_together(raw: str, item: object) -> None:
    assert cbor.decode(bytes.fromhex(raw)) == item


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "ends too early"),
        ("5f", "ends too early"),
        ("5f6161ff", "in pieces"),
        ("ff", "unknown value"),
        ("1f", "malformed"),
        ("1c", "malformed"),
        ("f93c00", "not whole"),
        ("c249010000000000000000", "tag"),
        ("a1810102", "as a key"),
        ("a201010102", "twice"),
        ("61ff", "UTF-8"),
        ("81" * 20 + "01", "nested"),
        ("0101", "left over"),
    ],
)
def test_other_cbor_is_refused_with_its_reason(raw: str, said: str) -> None:
    with pytest.raises(cbor.NotCbor, match=said):
        cbor.decode(bytes.fromhex(raw))
