from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.schedule import DAY, TIME_LIMIT
from milestone_core.errors import BadInput
from milestone_core.files.times import (
    format_duration,
    is_date_alone,
    iso,
    parse_duration,
    parse_time,
    time_of,
)

moments = st.integers(0, TIME_LIMIT - 1)


@given(moments)
def test_a_time_is_read_back_as_it_was_written(ms: int) -> None:
    assert parse_time(iso(ms)) == ms


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_an_offset_names_the_same_moment(ms: int, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    local = datetime.fromtimestamp(ms // 1000, UTC).astimezone(zone)
    assert parse_time(local.isoformat()) == time_of(local) == ms // 1000 * 1000


@given(st.dates(datetime(1970, 1, 1).date(), datetime(2248, 1, 1).date()))
def test_a_date_alone_is_midnight_utc_and_known_for_one(day: object) -> None:
    assert iso(parse_time(str(day))) == f"{day}T00:00:00Z"
    assert is_date_alone(str(day))
    assert not is_date_alone(f"{day}T00:00Z")


@given(st.one_of(st.text(), st.from_regex(r"[0-9+:TZ. -]{1,30}")))
def test_any_text_is_a_time_in_range_or_refused(text: str) -> None:
    try:
        ms = parse_time(text)
    except BadInput:
        return
    assert 0 <= ms < TIME_LIMIT


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2027-01-31", "2027-01-31T00:00:00Z"),
        ("2027-01-31T12:00Z", "2027-01-31T12:00:00Z"),
        ("2027-01-31t12:00z", "2027-01-31T12:00:00Z"),
        ("2027-01-31 12:00:30+02:00", "2027-01-31T10:00:30Z"),
        ("2027-01-31T12:00:30.5-00:30", "2027-01-31T12:30:30.500Z"),
        (" 2028-02-29 ", "2028-02-29T00:00:00Z"),
    ],
)
def test_times_are_read_from_iso_8601(text: str, written: str) -> None:
    assert iso(parse_time(text)) == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-01-31T12:00", "2027-01-31T12:00Z"),
        ("2027-01-31 12:00:00", "no time zone"),
        ("2027-02-29", "day is out of range"),
        ("2027-13-01", "month must be"),
        ("2027-01-31T24:00Z", "not a time"),
        ("2027-01-31T12:00:60Z", "not a time"),
        ("2027-01-31T12Z", "not a time"),
        ("2027-01-31T12:00+99:00", "not a time"),
        ("2027-01-31T12:00:00.1234Z", "not a time"),
        ("31.01.2027", "not a time"),
        ("01/31/2027", "not a time"),
        ("20270131", "not a time"),
        ("2027-W04-7", "not a time"),
        ("1801353600000", "not a time"),
        ("\u0662\u0660\u0662\u0667-01-31", "not a time"),
        ("tomorrow", "not a time"),
        ("", "not a time"),
        ("1969-12-31", "1970"),
        ("2300-01-01", "2248"),
        ("0001-01-01T00:00+23:59", "1970"),
    ],
)
def test_what_is_no_time_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_time(text)
    assert said in f"{refusal.value.message} {refusal.value.hint}"


def test_a_datetime_finer_than_a_millisecond_is_refused() -> None:
    with pytest.raises(BadInput, match="finer"):
        time_of(datetime(2027, 1, 31, 12, 0, 0, 1, tzinfo=UTC))


@given(st.integers(1, TIME_LIMIT))
def test_a_duration_is_read_back_as_it_was_written(ms: int) -> None:
    assert parse_duration(format_duration(ms)) == ms


@given(st.text() | st.from_regex(r"[0-9]{1,16} ?[a-z]{1,7}"))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        ms = parse_duration(text)
    except BadInput:
        return
    assert 0 < ms <= TIME_LIMIT


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("30d", 30 * DAY),
        ("4w", 28 * DAY),
        ("12h", DAY // 2),
        ("45 min", 45 * 60_000),
        ("90s", 90_000),
        ("250ms", 250),
        ("1 Day", DAY),
        ("2 weeks", 14 * DAY),
    ],
)
def test_durations_are_read_with_their_unit(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 month", "30d"),
        ("2 years", "no fixed length"),
        ("5m", "minutes or months"),
        ("30", "not a duration"),
        ("1.5h", "not a duration"),
        ("-1d", "not a duration"),
        ("1d 12h", "not a duration"),
        ("P30D", "not a duration"),
        ("\u0663d", "not a duration"),
        ("3 fortnights", "not a unit"),
        ("0d", "not between"),
        ("999999999w", "not between"),
    ],
)
def test_what_has_no_fixed_length_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_duration(text)
    assert said in f"{refusal.value.message} {refusal.value.hint}"
