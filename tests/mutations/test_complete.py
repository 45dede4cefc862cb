"""No mutation that was thought of is missing: their numbers run through, action by action."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from .every import MUTATIONS

DOCUMENT = Path(__file__).parents[2] / "docs" / "contract.md"

RELEASE = [*map(str, range(1, 54)), "54a"]
BY_QUORUM = [*map(str, range(54, 76))]
START, REGISTER = [*map(str, range(76, 81))], [*map(str, range(76, 84))]
CLOSE, CLOSE_PROGRAMME = [*map(str, range(90, 99))], ["90", "91", "92"]


def numbers() -> dict[str, set[str]]:
    """The numbers of the mutations of each kind of action."""
    found = defaultdict(set)
    for mutation in MUTATIONS:
        found[_kind(mutation.group.name)].add(mutation.name.split()[0])
    return found


def _kind(action: str) -> str:
    for kind in ("close a programme", "release", "register", "start", "close"):
        if kind in action:
            return kind
    return "by quorum"


def test_every_number_has_a_mutation() -> None:
    found = numbers()
    assert set(RELEASE) <= found["release"]
    assert set(BY_QUORUM) <= found["by quorum"]
    assert set(START) <= found["start"]
    assert set(REGISTER) <= found["register"]
    assert set(CLOSE) <= found["close"]
    assert set(CLOSE_PROGRAMME) <= found["close a programme"]


def test_no_mutation_is_there_twice() -> None:
    names = [str(mutation) for mutation in MUTATIONS]
    assert len(set(names)) == len(names)


def test_every_check_of_the_kill_matrix_is_killed_by_a_mutation_that_is_there() -> None:
    matrix = DOCUMENT.read_text("utf-8").partition("<!-- kill matrix of ")[2]
    rows = re.findall(r"^\| `[^|].*\| `[a-z/]+\.ak` \| (.+) \|$", matrix, re.MULTILINE)
    assert len(rows) > 100
    known = {str(mutation) for mutation in MUTATIONS}
    for row in rows:
        killers = re.sub(r"; and \d+ more$", "", row).split("; ")
        assert set(killers) <= known, row
