"""The ways in which a schedule names an oracle."""

from __future__ import annotations

from contextlib import suppress
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain import bech32
from milestone_core.domain.address import Address, Credential
from milestone_core.errors import BadInput
from milestone_core.files.addresses import parse_key_hash

KEY = bytes(range(32))
HASH = blake2b(KEY, digest_size=28).digest()
OTHER = b"\x07" * 28
FORMS = [
    HASH.hex(),
    HASH.hex().upper(),
    f" {HASH.hex()} ",
    str(Address(0, Credential.key(HASH))),
    str(Address(0, Credential.key(HASH), Credential.key(OTHER))),
    str(Address(0, Credential.key(HASH), Credential.script(OTHER))),
    bech32.encode("addr_vkh", HASH),
    bech32.encode("addr_vkh", HASH).upper(),
    bech32.encode("vkh", HASH),
    bech32.encode("addr_vk", KEY),
    bech32.encode("addr_xvk", KEY + b"\x01" * 32),
]


@pytest.mark.parametrize("text", FORMS)
def test_every_form_names_the_same_key(text: str) -> None:
    assert parse_key_hash(text, "preview") == HASH


def test_the_key_of_cip_5_has_the_hash_of_cip_5() -> None:
    # The test vector of CIP-19: a payment key and the hash in its enterprise address.
    key = "addr_vk1w0l2sr2zgfm26ztc6nl9xy8ghsk5sh6ldwemlpmp9xylzy4dtf7st80zhd"
    address = "addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8"
    assert parse_key_hash(key, "mainnet") == parse_key_hash(address, "mainnet")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (KEY.hex(), HASH.hex()),
        ("ab" * 27, "54 hex digits"),
        (bech32.encode("addr_vkh", HASH[1:]), "27 bytes"),
        (bech32.encode("addr_vk", KEY[1:]), "31 bytes"),
        (bech32.encode("addr_xvk", KEY), "32 bytes"),
        (bech32.encode("addr_vk", bytes(32)), "small order"),
        (bech32.encode("addr_vkh", HASH)[:-1] + "q", "checksum"),
        (bech32.encode("stake_vkh", HASH), "no payment key"),
        (bech32.encode("stake_vk", KEY), "no payment key"),
        (bech32.encode("script", HASH), "no payment key"),
        (bech32.encode("pool", HASH), "no payment key"),
        (bech32.encode("drep", HASH), "no payment key"),
        (str(Address(1, Credential.key(HASH))), "mainnet"),
        (str(Address(0, Credential.script(HASH))), "script"),
        (bech32.encode("stake_test", b"\xe0" + HASH), "begins with 'addr'"),
        ("ann", "not bech32"),
        ("", "not bech32"),
    ],
)
def test_what_is_no_oracles_key_is_refused_with_its_reason(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_key_hash(text, "preview")
    assert said in f"{refusal.value.message} {refusal.value.hint}"


@pytest.mark.parametrize("prefix", ["addr_sk", "addr_xsk", "ed25519_sk"])
def test_no_character_of_a_secret_is_repeated(prefix: str) -> None:
    with pytest.raises(BadInput, match="SECRET") as refusal:
        parse_key_hash(bech32.encode(prefix, KEY), "preview")
    assert f"{prefix}1" not in refusal.value.message + refusal.value.hint


@given(st.text(max_size=80))
def test_any_text_is_an_oracle_or_refused(text: str) -> None:
    with suppress(BadInput):
        assert len(parse_key_hash(text, "preview")) == 28
