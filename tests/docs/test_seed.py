"""docs/seed.md has a row for all that was asked, and each row's test is one of ``make test``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "seed.md").read_text()
FOLDERS = {"flow": "tests/flow", "unit": "tests/unit", "cli": "tests/cli"}
SCENARIOS = {1: 4, 2: 4, 3: 4, 4: 5, 5: 4, 6: 5}
"""The acceptance scenarios of each user story."""
ASKED = [
    *(f"US{story}.{n}" for story, count in SCENARIOS.items() for n in range(1, count + 1)),
    *(f"EC-{n:02}" for n in range(1, 12)),
    *(f"FR-{n:03}" for n in range(1, 29)),
    *(f"SC-{n:03}" for n in range(1, 13)),
]
ROWS = [
    (found[1], found[2])
    for found in re.finditer(r"^\| ([A-Z]{2}-?[\d.]+) \|.*\| `([^`|]+)` \|$", PAGE, re.MULTILINE)
]


def test_every_demand_has_its_row() -> None:
    assert [name for name, _ in ROWS] == ASKED


@pytest.mark.parametrize("test", sorted({test for _, test in ROWS}))
def test_the_test_of_a_row_is_one_of_make_test(test: str) -> None:
    path, *names = test.split("::")
    folder, _, rest = path.partition("/")
    tree: ast.AST = ast.parse((ROOT / FOLDERS.get(folder, folder) / rest).read_text())
    for name in names:
        assert not _is_slow(tree)
        tree = next(node for node in _definitions(tree) if node.name == name)
    assert not _is_slow(tree)


def test_a_deviation_that_a_row_names_is_explained() -> None:
    named = set(re.findall(r"\[(D\d+)\]\(#deviations\)", PAGE))
    assert named <= set(re.findall(r"^- \*\*(D\d+): ", PAGE, re.MULTILINE))


def _definitions(tree: ast.AST) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node


def _is_slow(tree: ast.AST) -> bool:
    """Whether a module, class or function is marked as slow as a whole."""
    if isinstance(tree, ast.ClassDef | ast.FunctionDef):
        marks = tree.decorator_list
    else:
        marks = [
            node.value
            for node in ast.iter_child_nodes(tree)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        ]
    return any(
        ast.unparse(mark).startswith(("pytest.mark.slow", "[pytest.mark.slow")) for mark in marks
    )
