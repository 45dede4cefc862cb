#!/usr/bin/env python3
"""Each rule of the contract, and the Aiken tests that break it.

A rule is a name in the sources that is traced when it does not hold (``rule?``). The tests are
run, and what each of them traces says which rule it breaks; for that, each name is made one of its
file first, as several files may have a rule of one name. The table goes into
``docs/contract.md``; ``--check`` compares it. A rule that no test breaks is an error either way,
and so is a test that the table of rules without a name mentions and nobody has written.
Nothing but the standard library and the Aiken compiler is needed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import build_contracts

DOCUMENT = build_contracts.ROOT / "docs" / "contract.md"
RULES = build_contracts.SOURCES / "lib" / "milestone"
BEGIN, END = "<!-- rules and their tests -->", "<!-- end of the rules -->"
_RULE = re.compile(r"\b([a-z_0-9]+)\?")
_BROKEN = re.compile(r"(\w+) \? False")
_COMMENT = re.compile(r"//.*")
_MARKED = re.compile(rf"{BEGIN}\n.*?{END}", re.DOTALL)
_UNNAMED = re.compile(
    r"<!-- rules without a name -->\n(.*?)<!-- end of the rules without a name -->", re.DOTALL
)


def rules() -> Iterator[tuple[Path, str]]:
    """Every rule with its file, in the order of the sources."""
    for source in sorted(RULES.rglob("*.ak")):
        if "tests" not in source.parts:
            code = _COMMENT.sub("", source.read_text())
            for name in dict.fromkeys(_RULE.findall(code)):
                yield source.relative_to(RULES), name


def traced_as(source: Path, rule: str) -> str:
    """The rule's name with its file's, as an identifier."""
    return f"{rule}__{source.with_suffix('').as_posix().replace('/', '_')}"


def _tell_files_apart(folder: Path) -> None:
    """Rename every rule of the sources in ``folder``."""
    for source, rule in rules():
        path = folder / RULES.relative_to(build_contracts.SOURCES) / source
        code = _COMMENT.sub("", path.read_text())
        path.write_text(re.sub(rf"\b{rule}\b", traced_as(source, rule), code))


def run_tests() -> dict[str, list[str]]:
    """All Aiken tests by name, with what they trace.

    :raises SystemExit: a test fails.
    """
    with tempfile.TemporaryDirectory(prefix="milestone-rules-") as folder:
        project = Path(folder)
        shutil.copytree(build_contracts.SOURCES, project, dirs_exist_ok=True)
        _tell_files_apart(project)
        outcome = subprocess.run(
            [build_contracts.find_compiler(os.environ), "check", "--deny"],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
    if outcome.returncode:
        raise SystemExit(f"aiken check failed:\n{outcome.stdout}{outcome.stderr}")
    report = json.loads(outcome.stdout[outcome.stdout.index("{") :])
    found: dict[str, list[str]] = {}
    for module in report["modules"]:
        for test in module["tests"]:
            # Modules may have tests of one name: what any of them traces.
            found.setdefault(test["title"], []).extend(test.get("traces", []))
    return found


def broken(tests: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """By rule, as it is traced, the tests that break it."""
    found: dict[str, list[str]] = {}
    for title, traces in tests.items():
        for rule in dict.fromkeys(_BROKEN.findall("\n".join(traces))):
            found.setdefault(rule, []).append(title)
    return found


def unwritten(document: str, titles: Container[str]) -> list[str]:
    """The tests that the table of rules without a name mentions and that are not there."""
    marked = _UNNAMED.search(document)
    if marked is None:
        raise SystemExit(f"{DOCUMENT} has no rules without a name")
    mentioned = (
        test for row in marked[1].splitlines()[2:] for test in row.split("|")[3].strip().split("; ")
    )
    return [test for test in mentioned if not _is_written(test, titles)]


def _is_written(test: str, titles: Container[str]) -> bool:
    if not test.startswith("`"):
        return test.replace(" ", "_") in titles
    path, name = test.strip("`").split("::")
    return f"def {name}(" in (build_contracts.ROOT / path).read_text()


def table(by_rule: Mapping[str, Sequence[str]]) -> str:
    """The table, between its marks.

    :raises SystemExit: a rule has no test.
    """
    lines = [BEGIN, "| rule | in | broken by |", "|---|---|---|"]
    unbroken = []
    for source, rule in rules():
        by = by_rule.get(traced_as(source, rule))
        if not by:
            unbroken.append(f"{source}: {rule}")
            continue
        first, *others = (test.replace("_", " ") for test in by)
        more = f"; and {len(others)} more" if others else ""
        lines.append(f"| `{rule}` | `{source}` | {first}{more} |")
    if unbroken:
        raise SystemExit("no test breaks " + ", ".join(unbroken))
    return "\n".join([*lines, END])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table, or compare it; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    options = parser.parse_args(arguments)
    tests, text = run_tests(), DOCUMENT.read_text()
    if missing := unwritten(text, tests):
        raise SystemExit("there is no such test: " + "; ".join(missing))
    current = table(broken(tests))
    marked = _MARKED.search(text)
    if marked is None:
        raise SystemExit(f"{DOCUMENT} has no place for the rules")
    if marked.group() == current:
        return 0
    if options.check:
        print(f"{DOCUMENT} does not have the rules as they are: make rules", file=sys.stderr)
        return 1
    DOCUMENT.write_text(_MARKED.sub(lambda _: current, text))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
