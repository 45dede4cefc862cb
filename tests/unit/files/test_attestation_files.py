from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.chain import AssetId
from milestone_core.domain.decisions import (
    Cancel,
    Decision,
    OracleMessage,
    OracleSignature,
    Prove,
    Rotate,
    SignedDecision,
)
from milestone_core.errors import BadDocument
from milestone_core.files.attestation import (
    encode_message,
    encode_signature,
    parse_message,
    read_message,
)
from milestone_core.files.signatures import parse_signature, read_signature
from milestone_core.onchain.sig_structure import payload_of

PROGRAMME = AssetId(b"\xab" * 28, b"\xcd" * 32)
EVIDENCE = b"\x01" * 32
KEY = b"\x02" * 32


def key_hash(key: bytes) -> bytes:
    return hashlib.blake2b(key, digest_size=28).digest()


def message(
    round_: int = 0, milestone: str = "design", evidence: bytes = EVIDENCE
) -> OracleMessage:
    return message_about(Prove(milestone, evidence), round_)


def message_about(decision: Decision, round_: int = 0) -> OracleMessage:
    payload = payload_of(PROGRAMME, round_, decision)
    return OracleMessage(PROGRAMME, round_, decision, payload)


def signed(
    key: bytes = KEY,
    header: bytes = b"\xa1\x01\x27",
    signature: bytes = b"\x03" * 64,
    milestone: str = "design",
    round_: int = 0,
) -> SignedDecision:
    by = OracleSignature(key, header, signature)
    return SignedDecision(PROGRAMME, round_, Prove(milestone, EVIDENCE), by)


ids = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=10)
milestone_ids = ids.filter(lambda identifier: len(identifier.encode()) <= 32)
rounds = st.integers(0, 2**32 - 1)


@given(rounds, milestone_ids, st.binary(min_size=32, max_size=32).filter(any))
def test_a_message_is_read_back_from_its_file(round_: int, milestone: str, evidence: bytes) -> None:
    written = message(round_, milestone, evidence)
    raw = json.dumps(encode_message(written)).encode()
    assert parse_message(raw, "MSG.json") == written


@given(
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=1, max_size=255),
    st.binary(min_size=64, max_size=64),
    milestone_ids,
    rounds,
)
def test_a_signature_is_read_back_from_its_file(
    key: bytes, header: bytes, signature: bytes, milestone: str, round_: int
) -> None:
    written = signed(key, header, signature, milestone, round_)
    raw = json.dumps(encode_signature(written)).encode()
    assert parse_signature(raw, "SIG.json") == written


panels = st.lists(st.binary(min_size=28, max_size=28), min_size=1, max_size=16, unique=True)
others = st.just(Cancel()) | panels.map(lambda oracles: Rotate(tuple(oracles), len(oracles)))


@given(others, rounds)
def test_messages_and_signatures_of_other_decisions_are_read_back(
    decision: Decision, round_: int
) -> None:
    written = message_about(decision, round_)
    assert parse_message(json.dumps(encode_message(written)).encode(), "MSG.json") == written
    by = OracleSignature(KEY, b"\xa1\x01\x27", b"\x03" * 64)
    given_back = SignedDecision(PROGRAMME, round_, decision, by)
    raw = json.dumps(encode_signature(given_back)).encode()
    assert parse_signature(raw, "SIG.json") == given_back


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"oracles": [], "quorum": 1}, "oracles"),
        ({"oracles": ["01" * 28] * 2}, "oracles"),
        ({"oracles": ["01" * 27]}, "oracles[0]"),
        ({"oracles": "01" * 28}, "oracles"),
        ({"quorum": 3}, "quorum"),
        ({"quorum": 0}, "quorum"),
        ({"evidence": "01" * 32}, "evidence"),
    ],
)
def test_a_message_about_a_panel_that_could_not_decide_is_refused(
    changes: dict[str, Any], where: str
) -> None:
    two = Rotate((b"\x01" * 28, b"\x02" * 28), 2)
    document = {**encode_message(message_about(two)), **changes}
    with pytest.raises(BadDocument) as refusal:
        parse_message(json.dumps(document).encode(), "MSG.json")
    assert [problem.where for problem in refusal.value.problems] == [where]


def test_files_are_read_from_their_paths(tmp_path: Path) -> None:
    path = tmp_path / "oracle.json"
    path.write_text(json.dumps(encode_message(message())))
    assert read_message(path) == message()
    path.write_text(json.dumps(encode_signature(signed())))
    assert read_signature(path) == signed()
    path.write_bytes(b"{" + b" " * 70_000)
    with pytest.raises(BadDocument, match="larger"):
        read_signature(path)


def test_a_message_shows_text_and_hex_of_what_is_signed() -> None:
    document = encode_message(message())
    assert document["payload"] == f"milestone attestation v1 {document['digest']}"
    assert bytes.fromhex(str(document["payload_hex"])) == str(document["payload"]).encode()
    assert document["programme"] == f"{'ab' * 28}.{'cd' * 32}"


SIGNATURE_MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"schema": 2}, "schema", "version 2"),
    ({"schema": None}, "schema", "null"),
    ({"kind": "attestation-message"}, "kind", "'attestation' is expected"),
    ({"kind": 1}, "kind", "1"),
    ({"programme": "ab.cd"}, "programme", "wrong length"),
    ({"programme": "lovelace"}, "programme", "no id"),
    ({"programme": None}, "programme", "null"),
    ({"programme": ["ab"]}, "programme", "not a text"),
    ({"round": -1}, "round", "between"),
    ({"round": 2**32}, "round", "between"),
    ({"round": "0"}, "round", "whole number"),
    ({"round": False}, "round", "whole number"),
    ({"milestone": ""}, "milestone", "0 characters"),
    ({"milestone": "x" * 33}, "milestone", "33"),
    ({"milestone": "ä" * 17}, "milestone", "34 bytes"),
    ({"milestone": 5}, "milestone", "not a text"),
    ({"evidence": "01" * 31}, "evidence", "31 bytes"),
    ({"evidence": "00" * 32}, "evidence", "zeros"),
    ({"evidence": "0" * 63}, "evidence", "hex"),
    ({"oracle": "01" * 27}, "oracle", "27 bytes"),
    ({"oracle": "01" * 28}, "verification_key", "not of the oracle"),
    ({"verification_key": "02" * 31}, "verification_key", "31 bytes"),
    ({"verification_key": "03" * 32}, "verification_key", "not of the oracle"),
    ({"header": ""}, "header", "0 bytes"),
    ({"header": "a1" * 256}, "header", "256 bytes"),
    ({"header": {"alg": -8}}, "header", "not a text"),
    ({"signature": "03" * 63}, "signature", "63 bytes"),
    ({"signature": "0G" * 64}, "signature", "hex"),
    ({"signature": "AB" * 64}, "signature", "lower-case"),
    ({"signature": None}, "signature", "null"),
    ({"signatur": "03" * 64}, "signatur", "did you mean 'signature'"),
    ({"rejected": ""}, "rejected", "unknown"),
]


@pytest.mark.parametrize(("changes", "where", "said"), SIGNATURE_MISTAKES)
def test_a_malformed_signature_file_is_refused_with_its_field(
    changes: dict[str, Any], where: str, said: str
) -> None:
    document = {**encode_signature(signed()), **changes}
    with pytest.raises(BadDocument) as refusal:
        parse_signature(json.dumps(document).encode(), "SIG.json")
    (problem,) = refusal.value.problems
    assert problem.where == where
    assert said in str(problem)
    assert refusal.value.message.startswith("SIG.json: ")


@pytest.mark.parametrize("field", sorted(encode_signature(signed())))
def test_a_signature_file_that_lacks_a_field_is_refused(field: str) -> None:
    document = encode_signature(signed())
    del document[field]
    with pytest.raises(BadDocument) as refusal:
        parse_signature(json.dumps(document).encode(), "SIG.json")
    assert [(p.where, p.what) for p in refusal.value.problems] == [(field, "it is missing")]


@pytest.mark.parametrize("field", sorted(encode_message(message())))
def test_a_message_that_lacks_a_field_is_refused(field: str) -> None:
    document = encode_message(message())
    del document[field]
    with pytest.raises(BadDocument) as refusal:
        parse_message(json.dumps(document).encode(), "MSG.json")
    assert [(p.where, p.what) for p in refusal.value.problems] == [(field, "it is missing")]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"payload": "pay me"}, "payload_hex"),
        ({"payload": "milestone attestation v1 ü"}, "payload"),
        ({"payload": "x" * 100}, "payload"),
        ({"payload_hex": "00"}, "payload_hex"),
        ({"digest": "ff" * 32}, "payload"),
        ({"digest": "ff" * 31}, "digest"),
        ({"kind": "attestation"}, "kind"),
        ({"more": 1}, "more"),
    ],
)
def test_a_message_that_disagrees_with_itself_is_refused(
    changes: dict[str, Any], where: str
) -> None:
    document = {**encode_message(message()), **changes}
    with pytest.raises(BadDocument) as refusal:
        parse_message(json.dumps(document).encode(), "MSG.json")
    assert [problem.where for problem in refusal.value.problems] == [where]


def test_all_that_is_wrong_with_a_signature_is_told_at_once() -> None:
    document = {**encode_signature(signed()), "round": "x", "header": "", "odd": 1}
    with pytest.raises(BadDocument) as refusal:
        parse_signature(json.dumps(document).encode(), "SIG.json")
    assert {problem.where for problem in refusal.value.problems} == {"round", "header", "odd"}


def test_a_wrong_signature_of_the_right_format_is_none_of_our_business() -> None:
    raw = json.dumps(encode_signature(signed(signature=bytes(64)))).encode()
    found = parse_signature(raw, "SIG.json")
    assert found.signature.signature == bytes(64)


@given(st.binary(max_size=200).filter(lambda raw: not raw.strip().isalnum()))
def test_arbitrary_bytes_are_no_signature_and_no_message(raw: bytes) -> None:
    for parse in (parse_signature, parse_message):
        with pytest.raises(BadDocument):
            parse(raw, "FILE")
