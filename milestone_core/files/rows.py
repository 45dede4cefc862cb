"""Rows as they are written, in a CSV or under ``[[allocations]]``, each knowing its place."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from milestone_core.errors import BadDocument, Problem
from milestone_core.files.sources import decode_text
from milestone_core.files.text import nearest, shown
from milestone_core.files.vesting_tables import OTHER_NAMES

REQUIRED = ("beneficiary", "amount", "milestone")
NOTES = frozenset({"note", "label"})
COLUMNS = frozenset({*REQUIRED, "vesting", "start", "every", "instalments", *OTHER_NAMES})
_DELIMITERS = ",;\t"
_TABLE_ADVICE = "write [[allocations]] above each row"
_CSV_ADVICE = "close every quote; write a quote within a cell twice; export the sheet again"


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """One row: its values by column, and where its author finds it."""

    place: str
    values: Mapping[str, Any]
    from_csv: bool = False

    def at(self, column: str) -> str:
        """How to name a column of this row."""
        return f"{self.place}, column {column}" if self.from_csv else f"{self.place}.{column}"


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """The rows that could be told apart, and what is wrong with the table around them."""

    rows: tuple[WrittenRow, ...] = ()
    problems: tuple[Problem, ...] = ()


def toml_rows(tables: object) -> WrittenRows:
    """The tables ``[[allocations]]`` of a schedule."""
    if tables is None:
        return WrittenRows()
    if not isinstance(tables, list):
        problem = Problem("allocations", "it is not a list", "write [[allocations]] above each row")
        return WrittenRows(problems=(problem,))
    rows, problems = [], []
    for index, table in enumerate(tables):
        place = f"allocations[{index}]"
        if isinstance(table, dict):
            rows.append(WrittenRow(place, {k: v for k, v in table.items() if k not in NOTES}))
        else:
            problems.append(Problem(place, "it is not a table of keys and values", _TABLE_ADVICE))
    return WrittenRows(tuple(rows), tuple(problems))


def csv_rows(raw: bytes, source: str) -> WrittenRows:
    """The rows of a CSV: UTF-8, its columns named in the first row that is not blank.

    Rows are numbered as a spreadsheet does it, the header and blank ones included.

    :param source: the file's name, for messages.
    :raises BadDocument: it is not UTF-8, or not a CSV.
    """
    lines = list(_lines(decode_text(raw, source), source))
    if not lines:
        return WrittenRows(problems=(Problem("file", "it is empty", _header_advice()),))
    (number, header), *body = lines
    columns = [name.strip().lower() for name in header]
    problems = list(_header_problems(columns, f"row {number}"))
    if any(name not in columns for name in REQUIRED):
        return WrittenRows(problems=tuple(problems))
    rows = []
    for number, cells in body:
        place = f"row {number}"
        if any(cell.strip() for cell in cells[len(columns) :]):
            what = f"it has {len(cells)} cells, the header has {len(columns)}"
            remedy = "quote a cell that holds the separator; write amounts without commas"
            problems.append(Problem(place, what, remedy))
            continue
        values = {
            name: cell.strip()
            for name, cell in zip(columns, cells, strict=False)
            if name in COLUMNS and cell.strip()
        }
        rows.append(WrittenRow(place, values, from_csv=True))
    return WrittenRows(tuple(rows), tuple(problems))


def _lines(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    first_line = 1
    try:
        for number, cells in enumerate(reader, 1):
            first_line = reader.line_num + 1
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        # A quote that is never closed is met at the end of the file: name where its row begins.
        problem = Problem(f"line {first_line}", f"it is not CSV: {error}", _CSV_ADVICE)
        raise BadDocument(source, [problem]) from error


def _delimiter(text: str) -> str:
    """What separates the column names of the header; column names hold no separators."""
    header = next((line for line in text.splitlines() if line.strip(_DELIMITERS + " ")), "")
    return max(_DELIMITERS, key=header.count)


def _header_problems(columns: list[str], place: str) -> Iterator[Problem]:
    for name, times in Counter(filter(None, columns)).items():
        if times > 1:
            yield Problem(
                place, f"the column {shown(name)} is there {times} times", "remove all but one"
            )
        if name not in COLUMNS and name not in NOTES:
            advice = nearest(name, COLUMNS | NOTES)
            yield Problem(place, f"unknown column {shown(name)}", advice)
    for name in REQUIRED:
        if name not in columns:
            yield Problem(place, f"the column {name!r} is missing", _header_advice())
    if "vesting" not in columns and "start" not in columns:
        yield Problem(
            place,
            "neither the column 'vesting' nor 'start' is there",
            "name a vesting of the TOML in each row, or give its start",
        )


def _header_advice() -> str:
    return "the first row names the columns: beneficiary,amount,milestone,vesting"
