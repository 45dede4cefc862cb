from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycardano import Address as Independent

from milestone_core.domain import bech32
from milestone_core.domain.address import Address, Credential, CredentialKind

credentials = st.builds(
    Credential, st.sampled_from(CredentialKind), st.binary(min_size=28, max_size=28)
)
addresses = st.builds(Address, st.sampled_from([0, 1]), credentials, st.none() | credentials)


@given(addresses)
def test_an_address_survives_its_text_and_its_bytes(address: Address) -> None:
    assert Address.parse(str(address)) == address
    assert Address.from_bytes(bytes(address)) == address


@given(addresses)
def test_an_independent_library_reads_the_same_address(address: Address) -> None:
    independent = Independent.from_primitive(str(address))
    assert independent.to_primitive() == bytes(address)
    assert independent.encode() == str(address)


@given(addresses, st.data())
def test_one_wrong_character_is_noticed(address: Address, data: st.DataObject) -> None:
    text = str(address)
    position = data.draw(st.integers(text.rindex("1") + 1, len(text) - 1))
    wrong = data.draw(
        st.sampled_from([c for c in "qpzry9x8gf2tvdw0s3jn54khce6mua7l" if c != text[position]])
    )
    with pytest.raises(ValueError, match="checksum"):
        Address.parse(text[:position] + wrong + text[position + 1 :])


KEY = bytes(range(28))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (bytes([0x82]) + bytes(40), "Byron"),
        (bytes([0x40]) + KEY + b"\x01\x02\x03", "pointer"),
        (bytes([0xE0]) + KEY, "not a payment address"),
        (bytes([0x65]) + KEY, "network id 5"),
        (bytes([0x60]) + KEY[:-1], "28 bytes instead of 29"),
        (bytes([0x00]) + KEY, "29 bytes instead of 57"),
        (bytes([0x60]) + KEY + KEY, "57 bytes instead of 29"),
    ],
)
def test_other_addresses_are_refused_by_name(raw: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Address.from_bytes(raw)


def test_a_prefix_must_fit_the_network() -> None:
    with pytest.raises(ValueError, match="disagree"):
        Address.parse(bech32.encode("addr", bytes([0x60]) + KEY))


def test_a_stake_address_is_refused() -> None:
    with pytest.raises(ValueError, match="prefix"):
        Address.parse(bech32.encode("stake_test", bytes([0xE0]) + KEY))


@given(st.text(max_size=120))
def test_text_that_is_no_address_gives_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"it|its|character"):
        Address.parse(text)
