"""Which pattern covers which."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.api import TESTNET, Address, Credential
from milestone_kupo.patterns import covers, parse_pattern

PAYMENT, STAKE, OTHER = "01" * 28, "02" * 28, "03" * 28
POLICY, TX = "04" * 28, "05" * 32
BASE = Address(TESTNET, Credential.script(bytes.fromhex(PAYMENT)), Credential.key(b"\x02" * 28))
ENTERPRISE = Address(TESTNET, Credential.script(bytes.fromhex(PAYMENT)))
BYRON = "2RhQhCGqYPDnnVFP6XNaGK8u8PnXEqJtrY8pK3MwDFfBeGYW46BZMjF6yD3PwNbeNCoQBz8gzJoLFtudQCmCBKbETR"

# wide, narrow, whether it covers
CASES = [
    ("*", "*", True),
    ("*", str(BASE), True),
    ("*", BYRON, True),
    ("*", f"{POLICY}.*", True),
    ("*/*", "*", False),
    ("*/*", BYRON, False),
    ("*/*", str(BASE), True),
    ("*/*", f"{PAYMENT}/*", True),
    ("*/*", f"{POLICY}.aa", True),
    ("*/*", f"0@{TX}", True),
    (str(BASE), str(BASE), True),
    (bytes(BASE).hex(), str(BASE), True),
    (str(BASE), bytes(BASE).hex(), True),
    (str(BASE), str(ENTERPRISE), False),
    (str(BASE), "*", False),
    (str(BASE), f"{PAYMENT}/{STAKE}", False),
    (f"{PAYMENT}/*", str(BASE), True),
    (f"{PAYMENT}/*", str(ENTERPRISE), True),
    (f"{PAYMENT}/*", f"{PAYMENT}/{STAKE}", True),
    (f"{PAYMENT}/*", f"*/{STAKE}", False),
    (f"{OTHER}/*", str(BASE), False),
    (f"*/{STAKE}", str(BASE), True),
    (f"*/{STAKE}", str(ENTERPRISE), False),
    (f"{PAYMENT}/{STAKE}", str(BASE), True),
    (f"{PAYMENT}/{STAKE}", str(ENTERPRISE), False),
    (f"{PAYMENT}/{STAKE}", f"{PAYMENT}/*", False),
    (f"{PAYMENT}/*", f"{PAYMENT}.*", False),
    (f"{POLICY}.*", f"{POLICY}.*", True),
    (f"{POLICY}.*", f"{POLICY}.aabb", True),
    (f"{POLICY}.*", f"{POLICY}.", True),
    (f"{POLICY}.aabb", f"{POLICY}.aabb", True),
    (f"{POLICY}.AABB", f"{POLICY}.aabb", True),
    (f"{POLICY}.aabb", f"{POLICY}.*", False),
    (f"{POLICY}.aabb", f"{POLICY}.aabbcc", False),
    (f"{OTHER}.*", f"{POLICY}.aabb", False),
    (f"{POLICY}.*", "*", False),
    (f"*@{TX}", f"0@{TX}", True),
    (f"0@{TX}", f"0@{TX}", True),
    (f"0@{TX}", f"*@{TX}", False),
    (f"1@{TX}", f"0@{TX}", False),
    (f"*@{TX}", f"0@{'06' * 32}", False),
    (BYRON, BYRON, True),
    ("{42}", "{42}", True),
    ("{42}", f"{POLICY}.*", False),
]


@pytest.mark.parametrize(("wide", "narrow", "expected"), CASES)
def test_a_pattern_covers_what_it_includes(wide: str, narrow: str, expected: bool) -> None:
    assert covers(parse_pattern(wide), parse_pattern(narrow)) is expected


def test_covering_is_reflexive_and_transitive() -> None:
    patterns = [parse_pattern(text) for case in CASES for text in case[:2]]
    assert all(covers(pattern, pattern) for pattern in patterns)
    for a, b, c in product(patterns[::2], patterns, patterns[1::2]):
        assert not (covers(a, b) and covers(b, c)) or covers(a, c), (a, b, c)


@given(st.text())
def test_any_text_is_read_as_some_pattern(text: str) -> None:
    pattern = parse_pattern(text)
    assert covers(pattern, pattern)
    assert covers(parse_pattern("*"), pattern)
