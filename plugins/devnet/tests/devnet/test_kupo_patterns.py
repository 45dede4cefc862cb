from __future__ import annotations

import sqlite3
import zlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from milestone_devnet.kupo.patterns import (
    AnyOutput,
    AtAddress,
    AtCredentials,
    InvalidPattern,
    OfTransaction,
    Pattern,
    WithAsset,
    includes,
    parse,
)
from milestone_devnet.ledger.addresses import address_text, bech32
from milestone_devnet.ledger.model import blake2b_224

# Few different hashes, so that patterns and outputs meet often.
HASHES = st.sampled_from([bytes([i]) * 28 for i in range(3)])
NAMES = st.sampled_from([b"", b"\x01", b"\x01" * 32])
IDS = st.sampled_from([bytes([i]) * 32 for i in range(2)])
_PAYLOAD = bytes.fromhex("83581c" + "05" * 28 + "a000")
BYRON = b"\x82\xd8\x18\x58\x21" + _PAYLOAD + b"\x1a" + zlib.crc32(_PAYLOAD).to_bytes(4, "big")

BASE = st.builds(lambda k, a, b: bytes([k << 4]) + a + b, st.integers(0, 3), HASHES, HASHES)
POINTER = st.builds(lambda k, a: bytes([k << 4]) + a + b"\x01\x02\x03", st.integers(4, 5), HASHES)
ENTERPRISE = st.builds(lambda k, a: bytes([k << 4]) + a, st.integers(6, 7), HASHES)
ADDRESSES = BASE | POINTER | ENTERPRISE | st.just(BYRON)

PATTERNS: st.SearchStrategy[Pattern] = st.one_of(
    st.builds(AnyOutput, st.booleans()),
    st.builds(AtAddress, ADDRESSES),
    st.builds(AtCredentials, HASHES, HASHES | st.none()),
    st.builds(AtCredentials, st.none(), HASHES),
    st.builds(WithAsset, HASHES, NAMES | st.none()),
    st.builds(OfTransaction, IDS, st.integers(0, 2) | st.none()),
)
OUTPUTS = st.tuples(
    IDS, st.integers(0, 2), ADDRESSES, st.sets(st.tuples(HASHES, NAMES), max_size=2)
)
Output = tuple[bytes, int, bytes, set[tuple[bytes, bytes]]]


def matched_by_hand(pattern: Pattern, output: Output) -> bool:
    """What the manual says, without SQL."""
    transaction_id, index, address, assets = output
    byron = address[0] >> 4 == 8
    payment = None if byron else address[1:29]
    delegation = address[29:57] if address[0] >> 4 < 4 else None
    match pattern:
        case AnyOutput():
            return pattern.byron or not byron
        case AtAddress():
            return address == pattern.address
        case AtCredentials():
            return pattern.payment in (None, payment) and pattern.delegation in (None, delegation)
        case WithAsset(policy, name):
            return any(p == policy and name in (None, n) for p, n in assets)
        case OfTransaction():
            return transaction_id == pattern.transaction_id and pattern.index in (None, index)
        case _:
            raise AssertionError(f"no such pattern: {pattern}")


def matched_by_sql(pattern: Pattern, output: Output) -> bool:
    transaction_id, index, address, assets = output
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE outputs (transaction_id, output_index, address)")
    connection.execute("CREATE TABLE assets (policy, name, transaction_id, output_index)")
    connection.execute("INSERT INTO outputs VALUES (?, ?, ?)", (transaction_id, index, address))
    rows = [(*asset, transaction_id, index) for asset in assets]
    connection.executemany("INSERT INTO assets VALUES (?, ?, ?, ?)", rows)
    condition, arguments = pattern.condition()
    sql = f"SELECT count(*) FROM outputs WHERE {condition}"
    (count,) = connection.execute(sql, arguments).fetchone()
    return bool(count)


@given(PATTERNS, OUTPUTS)
def test_the_condition_in_sql_is_what_the_manual_says(pattern: Pattern, output: Output) -> None:
    assert matched_by_sql(pattern, output) == matched_by_hand(pattern, output)


@given(PATTERNS)
def test_a_pattern_is_read_back_from_its_text(pattern: Pattern) -> None:
    assert parse(str(pattern)) == pattern


@given(PATTERNS, PATTERNS, OUTPUTS)
def test_what_includes_another_matches_all_that_it_matches(
    wide: Pattern, narrow: Pattern, output: Output
) -> None:
    # Kupo itself says that */* includes assets and transactions, although a Byron output may
    # hold the one and be of the other.
    assume(wide != AnyOutput(byron=False) or output[2] != BYRON)
    if includes(wide, narrow) and matched_by_hand(narrow, output):
        assert matched_by_hand(wide, output)


@given(PATTERNS)
def test_every_pattern_includes_itself_and_is_included_in_the_wildcard(pattern: Pattern) -> None:
    assert includes(pattern, pattern)
    assert includes(AnyOutput(byron=True), pattern)


@given(ADDRESSES)
def test_an_address_is_a_pattern_in_bech32_base58_and_hex(address: bytes) -> None:
    assert parse(address_text(address)) == parse(address.hex()) == AtAddress(address)


def test_credentials_are_hashes_or_keys_in_hex_or_bech32() -> None:
    key, script = b"\x07" * 32, b"\x09" * 28
    hashed = blake2b_224(key)
    expected = AtCredentials(hashed, script)
    for payment in (key.hex(), hashed.hex(), bech32("addr_vk", key), bech32("addr_vkh", hashed)):
        for delegation in (script.hex(), bech32("script", script)):
            assert parse(f"{payment}/{delegation}") == expected
    assert parse(bech32("stake_test", b"\xe0" + hashed)) == AtCredentials(None, hashed)
    assert parse(f"*/{bech32('stake_vkh', hashed)}") == AtCredentials(None, hashed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "*/",
        "**",
        "*.*",
        "@",
        "1@",
        "-1@" + "00" * 32,
        "65536@" + "00" * 32,
        "٣@" + "00" * 32,
        "00" * 28,
        "00" * 28 + ".0",
        "00" * 28 + "." + "00" * 33,
        "00" * 28 + ".zz",
        bech32("addr_vk", b"\x07" * 28) + "/*",
        bech32("script", b"\x07" * 32) + "/*",
        bech32("pool", b"\x07" * 28) + "/*",
        bech32("stake_test", b"\xe0" + b"\x07" * 27),
        address_text(b"\x60" + b"\x07" * 28)[:-1] + "q",
        address_text(b"\x60" + b"\x07" * 28).replace("a", "A", 1),
        "{-1}",
        "{18446744073709551616}",
        "{}",
        "{4}2",
        "a" * 100_000,
        "\ud800",
    ],
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(InvalidPattern):
        parse(text)


@given(st.text(alphabet="*/.@{}0189abfzAZ_", max_size=140) | st.text(max_size=40))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    try:
        pattern = parse(text)
    except InvalidPattern:
        return
    assert parse(str(pattern)) == pattern
