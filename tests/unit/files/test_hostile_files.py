from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milestone_core.errors import BadDocument
from milestone_core.files.schedule import read_schedule
from milestone_core.files.schedule_document import parse_document

if TYPE_CHECKING:
    from tests.unit.files.conftest import Desk

NO_TOML = [
    (b'name = "grants\n', "line 1", "not TOML"),
    (b"name = 1\nname = 2\n", "line 2", "not TOML"),
    (b"\x7fELF\x00\x01\x02", "line 1", "not TOML"),
    (b'name = "a"\nowner = "\xff"\n', "line 2", "UTF-8"),
    (b"quorum = " + b"9" * 5_000, "document", "not TOML"),
    (b"a = " + b"[" * 50_000, "document", "not TOML"),
    (b"#" * (8 * 1024 * 1024 + 1), "file", "larger"),
]


@pytest.mark.parametrize(("raw", "where", "said"), NO_TOML)
def test_what_is_not_toml_is_refused_with_its_line(
    desk: Desk, raw: bytes, where: str, said: str
) -> None:
    (problem,) = desk.problems(raw)
    assert problem.where.startswith(where)
    assert said in problem.what


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.toml", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(BadDocument):
            read_schedule(path, network="preprod")


def test_no_message_carries_control_characters_of_the_file(desk: Desk) -> None:
    toml = desk.TOML.replace("quorum = 2", '"\\u001b[2J" = 2\nquorum = "\\u001b[2J"')
    toml = toml.replace("title =", '"\\u202e" =')
    with pytest.raises(BadDocument) as refusal:
        desk.read(
            toml, desk.ROWS.replace("vesting\n", "vesting,\x1b[2J\n").replace("200", "\x1b[2J")
        )
    assert "\x1b" not in refusal.value.message
    assert "\u202e" not in refusal.value.message


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_by_name_and_never_crash(
    desk: Desk, toml: bytes, csv: bytes
) -> None:
    with pytest.raises(BadDocument):
        desk.read(toml, csv)


printable = st.text(st.characters(codec="utf-8"), max_size=12)
toml_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | printable | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(printable, inner, max_size=3),
    max_leaves=6,
)
"""Values of any shape where a schedule wants a certain one."""


def in_toml(value: object) -> str:
    """A value as inline desk.TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(in_toml, value))}]"
    if isinstance(value, dict):
        members = (f"{quoted(key)} = {in_toml(inner)}" for key, inner in value.items())
        return f"{{ {', '.join(members)} }}"
    return '""' if value is None else str(value)


def quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


WHOLE = {
    "name": '"grants"',
    "owner": '"<owner>"',
    "expiry": "2030-12-31",
    "until": "2032-12-31",
    "quorum": "1",
    "oracles": '["<oracle>"]',
    "asset": '{ unit = "ada" }',
    "milestones": '[{ id = "launch" }]',
    "vestings": '{ at-once = { start = "2030-01-01" } }',
    "policy": '{ name = "quorum-vesting" }',
    "allocations": "[]",
}


def test_the_schedule_that_is_spoilt_below_is_sound(desk: Desk) -> None:
    lines = "\n".join(f"{key} = {value}" for key, value in WHOLE.items())
    assert desk.read(lines, desk.ROWS.splitlines()[0] + "\n<bob>,200,launch,at-once\n").schedule


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(WHOLE)), toml_like, max_size=2), printable)
def test_values_of_any_shape_are_read_or_refused_and_never_crash(
    desk: Desk, spoilt: dict[str, object], cell: str
) -> None:
    written = WHOLE | {key: in_toml(value) for key, value in spoilt.items()}
    lines = "\n".join(f"{key} = {value}" for key, value in written.items())
    row = f"beneficiary,amount,milestone,vesting\n<bob>,{cell},launch,at-once\n"
    try:
        schedule = desk.read(lines, row).schedule
    except BadDocument as error:
        found = error.problems
    else:
        found = ()
        assert parse_document(schedule.document()) == schedule
    assert all(problem.where and problem.what for problem in found)
