"""Reading JSON of a server that one need not trust."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.api import BadAnswer
from milestone_ogmios.fields import Field
from milestone_ogmios.slots import read_clock, read_duration, read_start


@given(st.integers())
def test_integers_of_any_size_stay_exact(number: int) -> None:
    assert Field.parse(json.dumps({"n": number}), "x")["n"].integer() == number


@given(st.integers(0, 10**30), st.integers(1, 10**30))
def test_ratios_are_exact(numerator: int, denominator: int) -> None:
    field = Field(f"{numerator}/{denominator}", "x")
    assert field.ratio() == Fraction(numerator, denominator)


@pytest.mark.parametrize("text", ["1/0", "1", "1.5/2", "-1/2", "1/2/3", " 1/2", "a/b", "1e3/2", ""])
def test_what_is_no_ratio_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer, match="price"):
        Field(text, "price").ratio()


def test_a_fraction_is_kept_as_it_was_written() -> None:
    assert Field.parse("1.2", "x").number() == Fraction(6, 5)
    assert Field.parse("9.745422762738133e10", "x").number() == Fraction("97454227627.38133")
    assert Field.parse("15", "x").number() == 15


@pytest.mark.parametrize("text", ["1e999999999", "-0.5", "1e-999", '"1.2"', "true", "null"])
def test_what_is_no_sensible_number_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer, match="multiplier"):
        Field.parse(text, "multiplier").number()


@pytest.mark.parametrize("text", ["1.0", "true", '"1"', "1e3", "null", "[1]"])
def test_only_integers_are_integers(text: str) -> None:
    with pytest.raises(BadAnswer, match="an integer belongs"):
        Field.parse(text, "slot").integer()


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[1,", "nul", "{1:2}", "[" * 100_000, b"\xff\xfe"]
)
def test_what_is_no_json_is_a_bad_answer(text: str | bytes) -> None:
    with pytest.raises(BadAnswer, match="not whole JSON"):
        Field.parse(text, "the answer")


def test_an_odd_field_is_named_by_its_path() -> None:
    answer = Field.parse('{"a": [{"b": "x"}]}', "result")
    with pytest.raises(BadAnswer) as caught:
        answer["a"].items()[0]["b"].integer()
    assert caught.value.details == {"field": "result.a[0].b"}
    with pytest.raises(BadAnswer, match=r"lacks result\.c"):
        _ = answer["c"]


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("2022-10-25T00:00:00Z", 1666656000000),
        ("1970-01-01T00:00:00.405303665247Z", 405),
        ("1970-01-01T00:00:00.5Z", 500),
    ],
)
def test_a_start_time_is_read_to_the_millisecond(text: str, milliseconds: int) -> None:
    assert read_start(Field(text, "startTime")) == milliseconds


@pytest.mark.parametrize("text", ["", "2022-13-25T00:00:00Z", "today", "2022-10-25T00:00:00+02:00"])
def test_an_odd_start_time_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer, match="startTime"):
        read_start(Field(text, "startTime"))


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ('{"milliseconds": 200}', 200),
        ('{"seconds": 20}', 20000),
        ('{"seconds": 0.2}', 200),
        ('{"seconds": -3}', -3000),
    ],
)
def test_a_duration_comes_in_seconds_or_milliseconds(text: str, milliseconds: int) -> None:
    assert read_duration(Field.parse(text, "slotLength")) == milliseconds


@pytest.mark.parametrize("text", ['{"seconds": 0.0001}', "{}", "20", '{"milliseconds": "1"}'])
def test_an_odd_duration_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer, match="slotLength"):
        read_duration(Field.parse(text, "slotLength"))


def test_preprods_clock_agrees_with_the_chain() -> None:
    """Preprod: four Byron epochs of 20 s slots, then Shelley's of one second."""
    summaries = """[
        {"start": {"time": {"seconds": 0}, "slot": 0, "epoch": 0},
         "end": {"time": {"seconds": 1728000}, "slot": 86400, "epoch": 4},
         "parameters": {"epochLength": 21600, "slotLength": {"milliseconds": 20000},
                        "safeZone": 4320}},
        {"start": {"time": {"seconds": 1728000}, "slot": 86400, "epoch": 4}, "end": null,
         "parameters": {"epochLength": 432000, "slotLength": {"milliseconds": 1000},
                        "safeZone": 129600}}]"""
    clock = read_clock(Field("2022-06-01T00:00:00Z", "start"), Field.parse(summaries, "eras"))
    assert clock.eras[0].end_slot == 86400
    assert clock.eras[1].end_slot is None
    # Shelley's last block on preprod was made at 2022-06-25T23:59:20Z.
    assert clock.ms_at(518360) == 1656201560000
    assert clock.slot_at(clock.ms_at(518360)) == 518360


@pytest.mark.parametrize("eras", ["[]", "{}", "null"])
def test_a_chain_without_eras_is_a_bad_answer(eras: str) -> None:
    with pytest.raises(BadAnswer, match="eras"):
        read_clock(Field("2022-06-01T00:00:00Z", "start"), Field.parse(eras, "eras"))
