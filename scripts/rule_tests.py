#!/usr/bin/env python3
"""Each rule of the contract, and the Aiken tests that break it.

A rule is a name in the sources that is traced when it does not hold (``rule?``). The tests are
run, and what each of them traces says which rule it breaks. The table goes into
``docs/contract.md``; ``--check`` compares it. A rule that no test breaks is an error either way.
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
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import build_contracts

DOCUMENT = build_contracts.ROOT / "docs" / "contract.md"
RULES = build_contracts.SOURCES / "lib" / "milestone"
BEGIN, END = "<!-- rules and their tests -->", "<!-- end of the rules -->"
_RULE = re.compile(r"\b([a-z_0-9]+)\?")
_BROKEN = re.compile(r"(\w+) \? False")
_MARKED = re.compile(rf"{BEGIN}\n.*?{END}", re.DOTALL)


def rules() -> Iterator[tuple[Path, str]]:
    """Every rule with its file, in the order of the sources."""
    for source in sorted(RULES.rglob("*.ak")):
        if "tests" not in source.parts:
            code = re.sub(r"//.*", "", source.read_text())
            for name in dict.fromkeys(_RULE.findall(code)):
                yield source.relative_to(RULES), name


def broken() -> dict[str, list[str]]:
    """By rule, the tests that trace it as broken.

    :raises SystemExit: a test fails.
    """
    with tempfile.TemporaryDirectory(prefix="milestone-rules-") as folder:
        project = Path(folder)
        shutil.copytree(build_contracts.SOURCES, project, dirs_exist_ok=True)
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
            for trace in test.get("traces", []):
                for rule in _BROKEN.findall(trace):
                    tests = found.setdefault(rule, [])
                    if test["title"] not in tests:
                        tests.append(test["title"])
    return found


def table() -> str:
    """The table, between its marks.

    :raises SystemExit: a rule has no test.
    """
    tests = broken()
    lines = [BEGIN, "| rule | in | broken by |", "|---|---|---|"]
    unbroken = []
    for source, rule in rules():
        if rule not in tests:
            unbroken.append(f"{source}: {rule}")
            continue
        first, *others = (test.replace("_", " ") for test in tests[rule])
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
    text, current = DOCUMENT.read_text(), table()
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
