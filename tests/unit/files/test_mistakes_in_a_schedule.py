from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.files.conftest import Desk

ROW_MISTAKES = [
    # column, what is written there, what the problem says
    ("amount", "1E+06", "exponent"),
    ("amount", '"1,000"', "thousands"),
    ("amount", '"1,5"', "thousands"),
    ("amount", "1.001", "3 decimals"),
    ("amount", "0", "zero"),
    ("amount", "-5", "negative"),
    ("amount", "92233720368547758.08", "2^63-1"),
    ("amount", "ten", "not an amount"),
    ("amount", "\u0663", "not an amount"),
    ("amount", "", "missing"),
    ("beneficiary", "<mainnet>", "mainnet"),
    ("beneficiary", "<byron>", "Byron"),
    ("beneficiary", "<pointer>", "pointer"),
    ("beneficiary", "<stake>", "stake_test"),
    ("beneficiary", "<script>", "script"),
    ("beneficiary", "<bob>q", "checksum"),
    ("beneficiary", "Bob", "mixes upper and lower"),
    ("beneficiary", "bob", "not bech32"),
    ("beneficiary", "", "missing"),
    ("milestone", "desing", "did you mean 'design'"),
    ("milestone", "", "missing"),
    ("vesting", "montly", "did you mean 'monthly'"),
]


@pytest.mark.parametrize(("column", "cell", "said"), ROW_MISTAKES)
def test_a_mistake_in_a_row_is_told_with_row_and_column(
    desk: Desk, column: str, cell: str, said: str
) -> None:
    row = {"beneficiary": "<bob>", "amount": "200", "milestone": "launch", "vesting": "at-once"}
    line = ",".join((row | {column: cell}).values())
    (problem,) = desk.problems(csv=f"{','.join(row)}\n<alice>,1,launch,monthly\n\n{line}\n")
    assert problem.where == f"row 4, column {column}"
    assert said in str(problem)


OWN_VESTING_MISTAKES = [
    ("", "", "", "", "column vesting", "missing"),
    ("at-once", "2030-01-01", "", "", "column vesting", "leave one out"),
    ("at-once", "", "30d", "2", "column vesting", "leave one out"),
    ("", "", "30d", "2", "column start", "missing"),
    ("", "2030-01-01", "30d", "", "column instalments", "missing"),
    ("", "2030-01-01", "", "2", "column every", "missing"),
    ("", "2030-01-01T00:00", "", "", "column start", "no time zone"),
    ("", "01.01.2030", "", "", "column start", "not a time"),
    ("", "2030-01-01", "1 month", "2", "column every", "no fixed length"),
    ("", "2030-01-01", "30d", "0", "column instalments", "1 to 255"),
    ("", "2030-01-01", "1d", "256", "column instalments", "1 to 255"),
    ("", "2030-01-01", "1d", "2.0", "column instalments", "1 to 255"),
]


@pytest.mark.parametrize(
    ("vesting", "start", "every", "instalments", "where", "said"), OWN_VESTING_MISTAKES
)
def test_a_mistake_in_a_rows_vesting_is_told_with_row_and_column(
    desk: Desk, vesting: str, start: str, every: str, instalments: str, where: str, said: str
) -> None:
    csv = (
        "beneficiary,amount,milestone,vesting,start,every,instalments\n"
        f"<bob>,5,launch,{vesting},{start},{every},{instalments}\n"
    )
    (problem,) = desk.problems(csv=csv)
    assert problem.where == f"row 2, {where}"
    assert said in str(problem)


TABLE_MISTAKES: list[tuple[Callable[[str], str | bytes], str, str]] = [
    (lambda _: "", "file", "empty"),
    (lambda _: "\n,,\n", "file", "empty"),
    (lambda rows: rows.replace("amount", "ammount"), "row 1", "did you mean 'amount'"),
    (lambda rows: rows.replace("vesting", "milestone"), "row 1", "2 times"),
    (lambda rows: rows.replace("vesting", "note"), "row 1", "neither"),
    (lambda rows: rows.replace("ting\n", "ting,land\n"), "row 1", "unknown column 'land'"),
    (lambda rows: rows.replace(",200,", ",1,200,"), "row 3", "5 cells"),
    (lambda rows: rows.replace(",200,", ',"200,'), "line 3", "not CSV"),
    (lambda rows: rows.replace(",200,", ',"2"00,'), "line 3", "not CSV"),
    (lambda rows: rows.replace("launch", "x" * 200_000), "line 3", "limit"),
    (lambda rows: rows.encode().replace(b"launch", b"l\xe4unch"), "line 3", "UTF-8"),
    (lambda rows: rows.encode("utf-16"), "line 1", "UTF-8"),
    (lambda _: b"x" * (8 * 1024 * 1024 + 1), "file", "larger"),
]


@pytest.mark.parametrize(("spoil", "where", "said"), TABLE_MISTAKES)
def test_a_csv_that_is_no_table_of_rows_is_refused(
    desk: Desk, spoil: Callable[[str], str | bytes], where: str, said: str
) -> None:
    found = [p for p in desk.problems(csv=spoil(desk.ROWS)) if p.where.endswith(where)]
    assert any(said in str(problem) for problem in found)


def test_a_csv_that_is_not_there_is_told_with_the_mistakes_of_the_toml(desk: Desk) -> None:
    found = desk.problems(desk.TOML.replace("quorum = 2", "quorum = 3"), desk.MISSING)
    assert [problem.where for problem in found] == [f"{desk.csv}, file", "quorum"]


HEAD_MISTAKES = [
    # what is replaced, by what, where the problem is, what it says
    ('name = "grants"\n', "", "name", "missing"),
    ('"grants"', '"my grants"', "name", "not a name"),
    ('"grants"', '"../grants"', "name", "not a name"),
    ('"grants"', f'"{"x" * 65}"', "name", "not a name"),
    ('"grants"', "7", "name", "not a text"),
    ("<owner>", "<mainnet>", "owner", "mainnet"),
    ("<owner>", "<script>", "owner", "script"),
    ("<owner>", "<stake>", "owner", "stake_test"),
    ('"<owner>"', "1", "owner", "not an address"),
    ("2030-12-31T00:00:00Z", "2030-12-31T00:00:00", "expiry", "no time zone"),
    ("2030-12-31T00:00:00Z", '"2030-12-31T00:00"', "expiry", "no time zone"),
    ("2030-12-31T00:00:00Z", "1924905600000", "expiry", "not a time"),
    ("2030-12-31T00:00:00Z", "12:00:00", "expiry", "not a time"),
    ("2030-12-31T00:00:00Z", "2300-01-01", "expiry", "2248"),
    ("2030-12-31T00:00:00Z", "2248-07-01", "until", "2248"),
    ("quorum = 2", "quorum = 2\nuntil = 2031-01-01", "until", "90 days"),
    ("quorum = 2", "quorum = 3", "quorum", "3 of 2"),
    ("quorum = 2", "quorum = 0", "quorum", "between 1 and 16"),
    ("quorum = 2", "quorum = 1.0", "quorum", "whole number"),
    ("quorum = 2", "quorum = true", "quorum", "whole number"),
    ("quorum = 2", 'quorum = "2"', "quorum", "whole number"),
    ("<oracle>", "<oracle>q", "oracles[0]", "checksum"),
    ("<oracle>", "<script>", "oracles[0]", "script"),
    ("<oracle>", "ab" * 27, "oracles[0]", "54 hex digits"),
    ('"<oracle>"', "5", "oracles[0]", "neither"),
    ("<oracle>", "<key hash>", "oracles", "2 times"),
    ("quorum = 2", "quorum = 2\nqurom = 2", "qurom", "did you mean 'quorum'"),
    ('policy = "<policy>"\n', "", "asset.policy", "missing"),
    ("<policy>", "ab" * 27, "asset.policy", "27 bytes"),
    ("<policy>", "xy" * 28, "asset.policy", "hex"),
    ('name = "GRANT"\n', "", "asset.name", "exactly one"),
    ('name = "GRANT"', 'name = "GRANT"\nname_hex = "00"', "asset.name", "exactly one"),
    ('name = "GRANT"', f'name = "{"ä" * 17}"', "asset.name", "32 bytes"),
    ("decimals = 2\n", "", "asset.decimals", "missing"),
    ("decimals = 2", "decimals = 19", "asset.decimals", "0 and 18"),
    ("decimals = 2", 'decimals = 2\nticker = "\\u001b[2J"', "asset.ticker", "printed"),
    ('policy = "<policy>"\n', 'unit = "ada"\n', "asset.policy", "neither"),
    ('id = "launch"', 'id = "design"', "milestones", "2 times"),
    ('id = "launch"', "", "milestones[1].id", "missing"),
    ('id = "launch"', f'id = "{"ä" * 17}"', "milestones[1].id", "34 bytes"),
    ('id = "launch"', 'id = ""', "milestones[1].id", "0 characters"),
    ('id = "launch"', 'id = "launch "', "milestones[1].id", "space"),
    ('id = "launch"', 'id = "la\\nunch"', "milestones[1].id", "printed"),
    ('id = "launch"', 'id = "launch"\ntilte = "L"', "milestones[1].tilte", "'title'"),
    ('every = "30d"', 'every = "1 month"', "vestings.monthly.every", "no fixed length"),
    ('every = "30d"', 'step = "1 month"', "vestings.monthly.step", "no fixed length"),
    ('every = "30d"', "every = 2592000000", "vestings.monthly.every", "with its unit"),
    ('every = "30d"\n', "", "vestings.monthly.every", "missing"),
    ("instalments = 10\n", "", "vestings.monthly.instalments", "missing"),
    ("instalments = 10", "instalments = 256", "vestings.monthly.instalments", "1 to 255"),
    ("start = 2030-01-01T00:00:00Z", "", "vestings.at-once.start", "missing"),
    ("[vestings.monthly]", '[vestings."a month"]', "vestings.a month", "not a name"),
    ('"12.5"', "12.5", "allocations[0].amount", 'write it as "12.5"'),
    ('"12.5"', "1E+06", "allocations[0].amount", 'write it as "1000000"'),
    ('"12.5"', "nan", "allocations[0].amount", "in quotes"),
    ('"12.5"', "true", "allocations[0].amount", "not an amount"),
    ('"12.5"', '"1,000"', "allocations[0].amount", "thousands"),
    ("<alice>", "<byron>", "allocations[0].beneficiary", "Byron"),
    ('vesting = "at-once"', 'vestings = "at-once"', "allocations[0].vestings", "'vesting'"),
    ("2030-01-01T00:00:00Z", "2030-12-02T00:00:00Z", "allocations[0].vesting", "30 days"),
    ('amount = "12.5"', 'amount = "0.09"\nstart = 2030-01-01\nevery = "1d"\ninstalments = 10',
     "allocations[0].vesting", "leave one out"),
    ("[[allocations]]", "[allocations]", "allocations", "not a list"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "said"), HEAD_MISTAKES)
def test_a_mistake_in_the_toml_is_told_with_its_place(
    desk: Desk, old: str, new: str, where: str, said: str
) -> None:
    assert old in desk.TOML
    found = desk.problems(desk.TOML.replace(old, new, 1))
    assert any(p.where == where and said in str(p) for p in found), found
    blamed = {problem.where.split(".")[0].split("[")[0] for problem in found}
    assert blamed == {where.split(".")[0].split("[")[0]}


POLICY_MISTAKES = [
    ("settings = { share = 0.5 }", "policy.settings", "share"),
    ("settings = { day = 2030-01-01 }", "policy.settings", "day"),
    ("settings = { most = 9007199254740992 }", "policy.settings", "2^53"),
    ('settings = { "größe" = 1 }', "policy.settings", "ASCII"),
    ("settings = " + "[" * 20 + "]" * 20, "policy.settings", "table"),
    ("settings = { a = " + "[" * 20 + "]" * 20 + " }", "policy.settings", "deeply"),
    ('name = "no such name"', "policy.name", "not a name"),
    ('observer = "abcd"', "policy.observer", "2 bytes"),
]


@pytest.mark.parametrize(("line", "where", "said"), POLICY_MISTAKES)
def test_settings_that_canonical_json_cannot_bind_are_refused(
    desk: Desk, line: str, where: str, said: str
) -> None:
    (problem,) = desk.problems(f"{desk.TOML}\n[policy]\n{line}\n")
    assert problem.where == where
    assert said in str(problem)


def test_all_that_is_wrong_is_told_at_once(desk: Desk) -> None:
    toml = desk.TOML.replace("<owner>", "<stake>").replace("quorum = 2", "quorum = 3\nmode = 1")
    toml = toml.replace("instalments = 10", "instalments = 14")
    csv = (
        desk.ROWS.replace(",100,", ",1E+06,")
        + "<bob>,200,launch,at-once\n"
        + "<bob>,1.001,lunch,at-once\n"
        + "<bob>,0.01,design,monthly\n"
        + "<mainnet>,5,launch,at-once\n"
    )
    assert [problem.where for problem in desk.problems(toml, csv)] == [
        "owner",
        "mode",
        "row 2, column amount",
        "row 5, column amount",
        "row 5, column milestone",
        "row 7, column beneficiary",
        "row 4",
        "quorum",
        "row 6, column amount",
        "row 6, column vesting",
    ]


def test_a_row_is_not_blamed_for_what_is_wrong_in_the_head(desk: Desk) -> None:
    toml = desk.TOML.replace("decimals = 2", "decimals = -1").replace('every = "30d"', "every = 1")
    toml = toml.replace("2030-12-31T00:00:00Z", '"soon"').replace('title = "Designed"', "title = 1")
    wheres = {problem.where for problem in desk.problems(toml, desk.ROWS)}
    assert wheres == {
        "asset.decimals",
        "vestings.monthly.every",
        "expiry",
        "milestones[0].title",
    }


def test_a_sum_beyond_all_bounds_is_refused_and_not_hidden_by_other_mistakes(desk: Desk) -> None:
    large = "92233720368547758"
    csv = desk.ROWS.replace("100", large).replace("200", large) + "<bob>,1,lunch,at-once\n"
    found = desk.problems(csv=csv)
    assert {problem.where for problem in found} == {"row 4, column milestone", "allocations"}


def test_single_brackets_where_double_ones_belong_are_told(desk: Desk) -> None:
    toml = desk.TOML.replace('[[milestones]]\nid = "launch"\n', "")
    toml = toml.replace("[[milestones]]", "[milestones]")
    (problem,) = desk.problems(toml)
    assert problem.where == "milestones"
    assert "[[milestones]]" in problem.remedy


def test_a_schedule_without_rows_is_refused(desk: Desk) -> None:
    (problem,) = desk.problems(desk.TOML[: desk.TOML.index("[[allocations]]")])
    assert (problem.where, problem.what) == ("allocations", "there are none")
