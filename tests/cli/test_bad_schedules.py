"""Mistakes that people and spreadsheets make: each is named, with a remedy, and nothing is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from milestone_core.domain import bech32
from milestone_core.domain.address import Address, Credential

if TYPE_CHECKING:
    from tests.cli.conftest import Milestone


def _address(number: int, network: int = 0) -> str:
    return str(Address(network, Credential.key(number.to_bytes(28, "big"))))


ANN, BEN, OWNER = _address(1), _address(2), _address(3)
TOML = f"""
name = "grants"
owner = "{OWNER}"
expiry = 2040-01-01T00:00:00Z
quorum = 1
oracles = ["{_address(4)}"]

[asset]
policy = "{"ab" * 28}"
name = "GRANT"
decimals = 2

[[milestones]]
id = "alpha"

[vestings.cliff]
start = 2030-01-01T00:00:00Z
"""
HEADER = "beneficiary,amount,milestone,vesting,start,every,instalments\n"
GOOD = f"{ANN},10,alpha,cliff,,,\n"

CELLS = {
    # Amounts
    "a currency": ("amount", "€100", "not an amount"),
    "a ticker": ("amount", "100 ADA", "not an amount"),
    "a plus sign": ("amount", "+5", "not an amount"),
    "a no-break space between thousands": ("amount", "1\u00a0000", "thousands"),
    "an apostrophe between thousands": ("amount", "1'000", "thousands"),
    "an underscore between thousands": ("amount", "1_000", "thousands"),
    "commas and a point": ("amount", '"12,500.00"', "thousands"),
    "a decimal comma": ("amount", '"12,50"', "thousands separators"),
    "a leading point": ("amount", ".5", "not an amount"),
    "a point and no decimals": ("amount", "5.", "not an amount"),
    "digits of another script": ("amount", "\uff11\uff12", "not an amount"),
    "a superscript": ("amount", "10\u00b2", "not an amount"),
    "hexadecimal": ("amount", "0x10", "not an amount"),
    "a small exponent": ("amount", "1e3", "exponent"),
    "what a spreadsheet makes of a long number": ("amount", "1.23457E+15", "exponent"),
    "infinity": ("amount", "Infinity", "not an amount"),
    "an error of a spreadsheet": ("amount", "#REF!", "not an amount"),
    "a formula": ("amount", "=A1*2", "not an amount"),
    "a percentage": ("amount", "10%", "not an amount"),
    "three decimals of two": ("amount", "0.125", "3 decimals"),
    "a zero that is hard to see": ("amount", "0.00", "zero"),
    "a negative in brackets": ("amount", "(5)", "not an amount"),
    "a true minus sign": ("amount", "\u22125", "not an amount"),
    "an amount beyond all bounds": ("amount", "9" * 30, "2^63-1"),
    "an amount of a thousand digits": ("amount", "9" * 1000, "not an amount"),
    # Addresses
    "an address of mainnet": ("beneficiary", _address(2, 1), "mainnet"),
    "an ADA handle": ("beneficiary", "$ben", "cannot be used"),
    "an e-mail address": ("beneficiary", "ben@example.com", "cannot be used"),
    "an address with a letter lost": ("beneficiary", BEN[:-1], "checksum"),
    "an address cut short": ("beneficiary", BEN[:30], "checksum"),
    "two letters exchanged": ("beneficiary", BEN[:-2] + BEN[-1] + BEN[-2], "checksum"),
    "a letter that looks like another": ("beneficiary", BEN[:20] + "\u043e" + BEN[21:], "bech32"),
    "a zero-width space inside": ("beneficiary", BEN[:20] + "\u200b" + BEN[20:], "bech32"),
    "a line break inside": ("beneficiary", f'"{BEN[:20]}\n{BEN[20:]}"', "bech32"),
    "an address in hex": ("beneficiary", "60" + "00" * 28, "cannot be used"),
    "a Byron address": (
        "beneficiary", "Ae2tdPwUPEZ5uzkzh1o2DHECiUi3iugvnnKHRisPgRRP3CTF4KCMvy54Xd3", "Byron"),
    "a stake address": ("beneficiary", bech32.encode("stake_test", b"\xe0" + bytes(28)),
                        "stake_test"),
    "a pointer address": (
        "beneficiary", bech32.encode("addr_test", b"\x40" + bytes(28) + b"\1\2\3"), "pointer"),
    "a script's address": (
        "beneficiary", str(Address(0, Credential.script(bytes(28)))), "--allow-script-address"),
    "a public key": ("beneficiary", bech32.encode("addr_vk", bytes(32)), "addr_vk"),
    "a secret key": ("beneficiary", bech32.encode("addr_sk", b"\7" * 32), "SECRET"),
    # Milestones and vestings
    "another case": ("milestone", "Alpha", "did you mean 'alpha'"),
    "a milestone of another programme": ("milestone", "launch", "no milestone"),
    "a vesting that is none": ("vesting", "clif", "did you mean 'cliff'"),
    "a date that the calendar lacks": ("start", "2030-02-30", "not a time"),
    "a date as Europe writes it": ("start", "31.01.2030", "not a time"),
    "a date as America writes it": ("start", "01/31/2030", "not a time"),
    "a spreadsheet's day number": ("start", "47514", "not a time"),
    "a time without a zone": ("start", "2030-01-01T12:00", "no time zone"),
    "a time zone by its name": ("start", "2030-01-01T12:00 CET", "not a time"),
    "hour twenty-five": ("start", "2030-01-01T25:00Z", "not a time"),
    "a vesting that ends after the expiry": ("start", "2039-12-31", "before the expiry"),
    "months": ("every", "1 month", "no fixed length"),
    "minutes or months": ("every", "1m", "minutes or months"),
    "no unit": ("every", "30", "not a duration"),
    "half an instalment": ("instalments", "1.5", "instalments"),
    "too many instalments": ("instalments", "1000", "instalments"),
}  # fmt: skip
OWN = {"start": "2030-01-01", "every": "30d", "instalments": "12"}


def row_with(column: str, cell: str) -> str:
    """A good row but for one cell."""
    row = {"beneficiary": BEN, "amount": "10", "milestone": "alpha", "vesting": "cliff"}
    if column in OWN:
        row |= OWN | {"vesting": ""}
    row |= {column: cell}
    return ",".join(row.get(name, "") for name in HEADER.strip().split(",")) + "\n"


def problems(milestone: Milestone, toml: str | bytes, csv: str | bytes) -> list[dict[str, str]]:
    """What `register` says is wrong, having kept nothing."""
    Path("grants.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    Path("people.csv").write_bytes(csv if isinstance(csv, bytes) else csv.encode())
    refused = milestone("register", "grants.toml", "--csv", "people.csv", "--json")
    assert (refused.exit, refused.out) == (2, "")
    assert refused.error["code"] == "bad_document"
    assert not Path("data").exists()
    found: list[dict[str, str]] = refused.error["details"]["problems"]
    assert all(p["where"] and p["what"] and p["remedy"] for p in found), found
    return found


@pytest.mark.parametrize(("column", "cell", "said"), CELLS.values(), ids=CELLS.keys())
def test_a_bad_cell_is_told_with_row_and_column(
    milestone: Milestone, column: str, cell: str, said: str
) -> None:
    (problem,) = problems(milestone, TOML, HEADER + GOOD + row_with(column, cell))
    assert problem["where"] == f"row 3, column {column}"
    assert said in problem["what"] + problem["remedy"]
    assert "addr_sk" not in str(problem)


TABLES = {
    "the same row twice": (HEADER + GOOD + GOOD, "row 3", "repeats row 2"),
    "a separator too many": (HEADER + f"{BEN},1,0,alpha,,2030-01-01,30d,12\n", "row 2", "8 cells"),
    "a row of another table": (HEADER + GOOD + "a,b,c,d,e,f,g,h,i\n", "row 3", "9 cells"),
    "a column misspelt": (HEADER.replace("amount", "amout") + GOOD, "row 1", "'amount'"),
    "a column twice": (HEADER.replace("every", "start") + GOOD, "row 1", "2 times"),
    "no header": (GOOD, "row 1", "missing"),
    "a quote that is never closed": (HEADER + GOOD + f'"{BEN},10\n', "people.csv, line 3", "CSV"),
    "the bytes of a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xff", "line 1", "UTF-8"),
    "UTF-16": ((HEADER + GOOD).encode("utf-16"), "people.csv, line 1", "UTF-8"),
    "nothing": ("", "file", "empty"),
    "a header and no row": (HEADER, "allocations", "none"),
}  # fmt: skip


@pytest.mark.parametrize(("csv", "where", "said"), TABLES.values(), ids=TABLES.keys())
def test_a_bad_table_is_told_with_its_row(
    milestone: Milestone, csv: str | bytes, where: str, said: str
) -> None:
    found = problems(milestone, TOML, csv)
    assert any(p["where"].endswith(where) and said in str(p) for p in found), found


HEADS = {
    "a name with a space": ('"grants"', '"our grants"', "name", "not a name"),
    "a name that climbs out of the folder": ('"grants"', '"../../etc"', "name", "not a name"),
    "an owner on mainnet": (OWNER, _address(3, 1), "owner", "mainnet"),
    "a quorum of more than there are": ("quorum = 1", "quorum = 2", "quorum", "2 of 1"),
    "a quorum in words": ("quorum = 1", 'quorum = "one"', "quorum", "whole number"),
    "an expiry without a zone": ("00:00:00Z\nq", "00:00:00\nq", "expiry", "no time zone"),
    "an expiry before the vesting": ("2040-01", "2030-01", "row 2, column vesting", "30 days"),
    "a key that is none": ("quorum = 1", "quorum = 1\nqourum = 2", "qourum", "'quorum'"),
    "nineteen decimals": ("decimals = 2", "decimals = 19", "asset.decimals", "0 and 18"),
    "a policy of 27 bytes": ("ab" * 28, "ab" * 27, "asset.policy", "27 bytes"),
    "a milestone without an id": ('id = "alpha"', "", "milestones[0].id", "missing"),
    "a title that writes over the screen": (
        'id = "alpha"', 'id = "alpha"\ntitle = "\\u001b[2J"', "milestones[0].title", "printed"),
    "a table twice": ("[asset]", "[asset]\n[asset]", "line 9, column 7", "not TOML"),
    "an oracle's secret key": (
        _address(4), bech32.encode("addr_sk", b"\7" * 32), "oracles[0]", "SECRET"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "said"), HEADS.values(), ids=HEADS.keys())
def test_a_bad_schedule_is_told_with_its_place(
    milestone: Milestone, old: str, new: str, where: str, said: str
) -> None:
    assert old in TOML
    found = problems(milestone, TOML.replace(old, new, 1), HEADER + GOOD)
    assert any(p["where"] == where and said in str(p) for p in found), found


def test_all_of_it_is_told_at_once_and_people_read_it_line_by_line(milestone: Milestone) -> None:
    rows = [row_with(column, cell) for column, cell, _ in CELLS.values() if "\n" not in cell]
    found = problems(milestone, TOML.replace("quorum = 1", "quorum = 3"), HEADER + "".join(rows))
    named = {problem["where"].partition(",")[0] for problem in found}
    assert {f"row {number}" for number in range(2, len(rows) + 2)} | {"quorum"} == named
    text = milestone("register", "grants.toml", "--csv", "people.csv").err
    assert f"{len(found)} problems" in text
    assert "row 2, column amount: '€100' is not an amount (write digits" in text


def test_what_is_spoilt_here_is_sound(milestone: Milestone) -> None:
    Path("grants.toml").write_text(TOML)
    Path("people.csv").write_text(HEADER + GOOD + row_with("every", "30d"))
    assert milestone("register", "grants.toml", "--csv", "people.csv").exit == 0
