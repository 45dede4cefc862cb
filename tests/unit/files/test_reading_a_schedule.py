from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from milestone_core.domain.chain import ADA, AssetId
from milestone_core.domain.schedule import DAY, Allocation, Milestone, problems
from milestone_core.domain.vesting import Vesting, cliff
from milestone_core.files.schedule_document import parse_document
from milestone_core.files.templates import template_csv, template_toml
from milestone_core.files.times import parse_time

if TYPE_CHECKING:
    from tests.unit.files.conftest import Desk

START = parse_time("2030-01-01")


def test_a_schedule_is_read_whole(desk: Desk) -> None:
    schedule = desk.read().schedule
    assert schedule.name == "grants"
    assert schedule.network == "preprod"
    assert schedule.asset == AssetId(b"\xab" * 28, b"GRANT")
    assert (schedule.decimals, schedule.ticker) == (2, "GRANT")
    assert schedule.owner == desk.address(1)
    assert schedule.oracles == (desk.address(2).payment.hash, desk.address(3).payment.hash)
    assert schedule.quorum == 2
    assert schedule.milestones == (Milestone("design", "Designed"), Milestone("launch"))
    assert schedule.allocations == (Allocation(desk.address(4), "design", cliff(START), 1250),)
    assert schedule.expiry == parse_time("2030-12-31")
    assert schedule.until == schedule.expiry + 90 * DAY
    assert schedule.policy.name == "quorum-vesting"
    assert schedule.policy.observer is None


def test_rows_of_a_csv_join_those_of_the_toml(desk: Desk) -> None:
    monthly = Vesting(START + DAY // 2, 30 * DAY, 10)
    assert desk.read(csv=desk.ROWS).schedule.allocations == (
        Allocation(desk.address(4), "design", cliff(START), 1250),
        Allocation(desk.address(4), "design", monthly, 10_000),
        Allocation(desk.address(5), "launch", cliff(START), 20_000),
    )


def test_ada_needs_no_more_than_its_name(desk: Desk) -> None:
    asset = 'policy = "<policy>"\nname = "GRANT"\ndecimals = 2'
    schedule = desk.read(desk.TOML.replace(asset, 'unit = "ada"')).schedule
    assert (schedule.asset, schedule.decimals, schedule.ticker) == (ADA, 6, "ADA")
    assert schedule.allocations[0].amount == 12_500_000


def test_a_policy_with_settings_and_observer_is_part_of_the_schedule(desk: Desk) -> None:
    table = '[policy]\nname = "cap"\nobserver = "<policy>"\nsettings = { most = "10" }\n'
    policy = desk.read(desk.TOML + table).schedule.policy
    assert (policy.name, dict(policy.settings)) == ("cap", {"most": "10"})
    assert policy.observer == b"\xab" * 28


def test_step_and_count_are_other_names_of_every_and_instalments(desk: Desk) -> None:
    renamed = desk.TOML.replace("every", "step").replace("instalments", "count")
    assert desk.read(renamed, desk.ROWS) == desk.read(csv=desk.ROWS)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "semicolons": lambda rows: rows.replace(",", ";"),
    "tabs": lambda rows: rows.replace(",", "\t"),
    "byte-order mark": lambda rows: "\ufeff" + rows,
    "CRLF": lambda rows: rows.replace("\n", "\r\n"),
    "header": lambda rows: rows.replace("beneficiary,amount", " BENEFICIARY , Amount "),
    "blank lines": lambda rows: "\n\n" + rows.replace("\n", "\n\n,,,\n"),
    "note": lambda rows: rows.replace("ting\n", "ting,note\n").replace("ly\n", 'ly,"a,\nb"\n'),
    "label": lambda rows: rows.replace("ting\n", "ting,Label,\n").replace("ly\n", "ly,bonus,\n"),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_usual_spelling_of_a_csv_gives_the_same_rows(
    desk: Desk, spelling: Callable[[str], str]
) -> None:
    assert desk.read(csv=spelling(desk.ROWS)).schedule == desk.read(csv=desk.ROWS).schedule


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("start,every,instalments", "2030-01-01T00:00Z,4w,3"),
        ("start,step,count", "2030-01-01,28d,3"),
    ],
)
def test_a_row_may_hold_its_own_vesting(desk: Desk, header: str, cells: str) -> None:
    csv = f"beneficiary,amount,milestone,{header}\n<bob>,9,launch,{cells}\n"
    *_, last = desk.read(csv=csv).schedule.allocations
    assert last.vesting == Vesting(START, 28 * DAY, 3)


def test_a_start_alone_is_a_cliff(desk: Desk) -> None:
    csv = "beneficiary,amount,milestone,start,every,instalments\n<bob>,9,launch,2030-01-01,,\n"
    *_, last = desk.read(csv=csv).schedule.allocations
    assert last.vesting == cliff(START)


def test_dates_without_a_time_of_day_are_echoed_once_each(desk: Desk) -> None:
    toml = desk.TOML.replace("2030-12-31T00:00:00Z", "2030-12-31")
    csv = "beneficiary,amount,milestone,start\n" + "".join(
        f"{desk.address(n)},1,launch,2030-02-01\n" for n in range(10, 13)
    )
    assert desk.read(toml, csv).notes == (
        "expiry: 2030-12-31 is read as 2030-12-31T00:00:00Z",
        "row 2, column start (and 2 more): 2030-02-01 is read as 2030-02-01T00:00:00Z",
    )
    assert desk.read().notes == ()


def test_a_duplicate_row_is_refused_unless_rows_are_merged(desk: Desk) -> None:
    csv = desk.ROWS + "<bob>,0.05,launch,at-once\n"
    (problem,) = desk.problems(csv=csv)
    assert problem.where == "row 4"
    assert "row 3" in problem.what
    assert "--merge" in problem.remedy
    read = desk.read(csv=csv, merge=True)
    assert read.schedule.allocations[-1].amount == 20_005
    assert read.notes == ("row 4 is added to row 3",)


def test_scripts_are_paid_or_obeyed_only_where_that_is_allowed(desk: Desk) -> None:
    rows = desk.ROWS.replace("<bob>", "<script>")
    (problem,) = desk.problems(csv=rows)
    assert problem.where == "row 3, column beneficiary"
    assert "--allow-script-address" in problem.remedy
    assert desk.read(csv=rows, allow_script_address=True).schedule.allocations[-1]
    owned = desk.TOML.replace("<owner>", "<script>")
    (problem,) = desk.problems(owned)
    assert (problem.where, "--allow-script-owner" in problem.remedy) == ("owner", True)
    assert desk.read(owned, allow_script_owner=True).schedule.owner.payment.is_script


def test_mainnet_takes_mainnet_addresses_and_no_others(desk: Desk) -> None:
    toml = desk.TOML
    for number, name in enumerate(("<owner>", "<oracle>", "<key hash>", "<alice>"), 1):
        toml = toml.replace(name, str(desk.address(number, network=1)))
    assert desk.read(toml, network="mainnet").schedule.owner.network == 1
    desk.problems(toml, network="preprod")
    found = desk.problems(network="mainnet")
    assert {p.where for p in found} == {"owner", "oracles[0]", "allocations[0].beneficiary"}
    assert all("addr1" in problem.remedy for problem in found)


def fill(template: str) -> str:
    people = {
        "<address>": "<owner>",
        "<address of the first oracle>": "<oracle>",
        "<address of the second oracle>": "<key hash>",
        "<address of the third oracle>": "ef" * 28,
        "<address of the first beneficiary>": "<alice>",
        "<address of the second beneficiary>": "<bob>",
    }
    for place, name in people.items():
        template = template.replace(place, name)
    return template


def test_the_templates_are_valid_once_they_are_filled_in(desk: Desk) -> None:
    alone = desk.read(fill(template_toml())).schedule
    assert problems(alone) == []
    assert [a.amount for a in alone.allocations] == [1_500_000_000, 2_500_500_000]
    head = fill(template_toml())
    head = head[: head.index("[[allocations]]")]
    assert desk.read(head, fill(template_csv())).schedule == alone


def test_every_key_that_a_template_leaves_as_a_comment_is_known(desk: Desk) -> None:
    lines = fill(template_toml()).replace("<56 hex digits>", "<policy>").splitlines()
    lines = [
        line.removeprefix("# ") if " = " in line or "[policy]" in line else line for line in lines
    ]
    lines = [line for line in lines if not line.startswith('unit = "ada"')]
    schedule = desk.read("\n".join(lines)).schedule
    assert schedule.policy.observer == b"\xab" * 28
    assert schedule.asset.name == b"GRANT"
    assert schedule.until == parse_time("2031-06-30")


def test_an_empty_template_tells_what_to_fill_in(desk: Desk) -> None:
    wheres = {problem.where for problem in desk.problems(template_toml(), template_csv())}
    assert {"owner", "oracles[0]", "allocations[0].beneficiary"} <= wheres
    assert "row 2, column beneficiary" in wheres


def test_what_was_read_is_read_again_from_its_document(desk: Desk) -> None:
    schedule = desk.read(csv=desk.ROWS).schedule
    assert parse_document(schedule.document()) == schedule


def test_fifty_beneficiaries_are_read_within_the_five_seconds_of_sc_002(desk: Desk) -> None:
    csv = "beneficiary,amount,milestone,vesting\n" + "".join(
        f"{desk.address(number)},{number}.5,launch,monthly\n" for number in range(100, 150)
    )
    desk.read(csv=csv)
    before = time.perf_counter()
    desk.read(csv=csv)
    assert time.perf_counter() - before < 5
