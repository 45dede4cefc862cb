"""Signing keys come from text envelopes; whatever else a file holds is refused, and never shown."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_scalarmult_ed25519_base_noclamp
from nacl.signing import SigningKey as Ed25519
from nacl.signing import VerifyKey

from milestone_core.errors import BadInput
from milestone_core.transactions.keys import SigningKey, read_key

SECRET = bytes(range(32))
PLAIN = "PaymentSigningKeyShelley_ed25519"


def envelope(kind: str = PLAIN, cbor: str = f"5820{SECRET.hex()}") -> str:
    return json.dumps({"type": kind, "description": "", "cborHex": cbor})


def read(path: Path, content: str | bytes, mode: int = 0o600) -> tuple[SigningKey, list[str]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    warnings: list[str] = []
    return read_key(str(path), warn=warnings.append), warnings


def test_a_key_signs_what_its_public_half_verifies(tmp_path: Path) -> None:
    key, warnings = read(tmp_path / "k.skey", envelope())
    assert warnings == []
    assert key.verification_key == bytes(Ed25519(SECRET).verify_key)
    VerifyKey(key.verification_key).verify(b"milestone", key.sign(b"milestone"))


def test_an_extended_key_signs_as_well(tmp_path: Path) -> None:
    # The clamped scalar and the chain half, the public key, the chain code.
    scalar = bytes([SECRET[0] & 0xF8, *SECRET[1:31], (SECRET[31] & 0x1F) | 0x40])
    public = crypto_scalarmult_ed25519_base_noclamp(scalar)
    payload = scalar + bytes(32) + public + bytes(32)
    kind = "PaymentExtendedSigningKeyShelley_ed25519_bip32"
    key, _ = read(tmp_path / "k.skey", envelope(kind, f"5880{payload.hex()}"))
    assert key.verification_key == public
    VerifyKey(public).verify(b"milestone", key.sign(b"milestone"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_may_read_is_warned_about(tmp_path: Path, mode: int) -> None:
    _, (warning,) = read(tmp_path / "k.skey", envelope(), mode)
    assert "chmod 600" in warning


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not a text envelope"),
        ("[]", "not a text envelope"),
        (json.dumps({"type": PLAIN}), "not a text envelope"),
        (json.dumps({"type": PLAIN, "cborHex": 5}), "not a text envelope"),
        (envelope("PaymentVerificationKeyShelley_ed25519"), "verification key"),
        (envelope("StakeSigningKeyShelley_ed25519"), "not a payment signing key"),
        (envelope(cbor="5820" + "ab" * 31), "damaged"),
        (envelope(cbor="5820" + "ab" * 33), "damaged"),
        (envelope(cbor="5840" + "ab" * 64), "damaged"),
        (envelope(cbor="5820" + "zz" * 32), "damaged"),
        (envelope("PaymentExtendedSigningKeyShelley_ed25519_bip32"), "damaged"),
    ],
)
def test_what_is_no_signing_key_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        read(tmp_path / "k.skey", content)
    assert "cardano-cli address key-gen" in (refused.value.hint or "")


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nobody\.skey cannot be read"):
        read_key(str(tmp_path / "nobody.skey"), warn=print)


@given(st.binary(max_size=300) | st.text().map(lambda text: envelope(cbor=text).encode()))
def test_arbitrary_bytes_are_no_key(tmp_path_factory: Any, content: bytes) -> None:
    with pytest.raises(BadInput):
        read(tmp_path_factory.getbasetemp() / "k.skey", content)


@pytest.mark.parametrize("content", [envelope().encode(), b"\xff\xfe not text"])
def test_standard_input_is_read_as_a_file_is(
    monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
    if content.startswith(b"{"):
        assert read_key("-", warn=print).verification_key == bytes(Ed25519(SECRET).verify_key)
    else:
        with pytest.raises(BadInput, match="standard input is not a text envelope"):
            read_key("-", warn=print)


def test_no_message_and_no_repr_shows_the_secret(tmp_path: Path) -> None:
    key, _ = read(tmp_path / "k.skey", envelope())
    damaged = envelope(cbor=f"5820{SECRET.hex()}00")
    with pytest.raises(BadInput) as refused:
        read(tmp_path / "k.skey", damaged)
    shown = f"{key!r} {refused.value!r} {refused.value} {refused.value.hint}"
    assert SECRET.hex() not in shown
    assert SECRET[:8].hex() not in shown
