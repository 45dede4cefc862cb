from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.schedule import MAX_QUANTITY
from milestone_core.errors import BadInput
from milestone_core.files.amounts import MAX_DECIMALS, format_amount, parse_amount

decimals = st.integers(0, MAX_DECIMALS)


@given(st.integers(1, MAX_QUANTITY), decimals)
def test_an_amount_is_read_back_as_it_was_written(amount: int, places: int) -> None:
    assert parse_amount(format_amount(amount, places), places) == amount


@given(st.integers(-MAX_QUANTITY, MAX_QUANTITY), decimals)
def test_a_written_amount_is_the_number_it_stands_for(amount: int, places: int) -> None:
    assert Decimal(format_amount(amount, places)) == Decimal(amount).scaleb(-places)


@given(st.text(max_size=120) | st.from_regex(r"[0-9.,e+ -]{1,22}"), decimals)
def test_any_text_is_an_amount_in_range_or_refused(text: str, places: int) -> None:
    try:
        amount = parse_amount(text, places)
    except BadInput:
        return
    assert 0 < amount <= MAX_QUANTITY
    assert Decimal(text.strip()).scaleb(places) == amount


@pytest.mark.parametrize(
    ("text", "places", "amount"),
    [
        ("1", 0, 1),
        ("1.5", 6, 1_500_000),
        ("0.000001", 6, 1),
        (" 1000 ", 2, 100_000),
        ("007", 0, 7),
        ("9223372036854.775807", 6, MAX_QUANTITY),
    ],
)
def test_amounts_are_read_in_human_units(text: str, places: int, amount: int) -> None:
    assert parse_amount(text, places) == amount


@pytest.mark.parametrize(
    ("amount", "places", "text"),
    [(1_500_000, 6, "1.5"), (1, 6, "0.000001"), (100, 0, "100"), (0, 6, "0"), (-25, 1, "-2.5")],
)
def test_amounts_are_written_without_trailing_zeros(amount: int, places: int, text: str) -> None:
    assert format_amount(amount, places) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1E+06", "exponent"),
        ("1e6", "exponent"),
        ("1.5E-3", "exponent"),
        ("1,000", "thousands"),
        ("1,5", "thousands"),
        ("1,000.50", "thousands"),
        ("1 000", "thousands"),
        ("1\u202f000", "thousands"),
        ("1'000", "thousands"),
        ("1_000", "thousands"),
        ("-5", "negative"),
        ("0", "zero"),
        ("0.00", "zero"),
        ("1.123", "3 decimals"),
        ("92233720368547758.08", "exceeds"),
        ("9" * 5_000, "not an amount"),
        ("", "empty"),
        ("+5", "not an amount"),
        (".5", "not an amount"),
        ("5.", "not an amount"),
        ("1.2.3", "not an amount"),
        ("0x10", "not an amount"),
        ("NaN", "not an amount"),
        ("Infinity", "not an amount"),
        ("\u0663", "not an amount"),
        ("\uff11\uff10", "not an amount"),
        ("=SUM(A1)", "not an amount"),
        ("12 ADA", "not an amount"),
    ],
)
def test_what_is_no_plain_amount_is_refused_with_a_remedy(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_amount(text, 2)
    assert said in f"{refusal.value.message} {refusal.value.hint}"
    assert refusal.value.hint
    assert len(refusal.value.message) < 120
