#!/usr/bin/env python3
"""Remove each check of the contract in turn, and see which mutation then passes.

A check whose removal nothing notices is either redundant or lacks a mutation. The table goes into
``docs/contract.md``, with a digest of the sources that it is of; ``--check`` compares that digest.
``--only TEXT`` tries the checks whose name or file contains it, and writes nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from milestone_core.onchain.blueprint import load_blueprint  # noqa: E402
from milestone_core.onchain.contract import Contract, load_contract  # noqa: E402
from scripts import build_contracts  # noqa: E402
from tests.mutations.case import Case  # noqa: E402
from tests.mutations.every import MUTATIONS  # noqa: E402
from tests.mutations.mutation import Mutation, Pool  # noqa: E402
from tests.mutations.verdict import BadTest, judge  # noqa: E402

DOCUMENT = ROOT / "docs" / "contract.md"
BEGIN, END = "<!-- kill matrix of {} -->", "<!-- end of the kill matrix -->"
_MARKED = re.compile(
    r"<!-- kill matrix of (\w+) -->\n.*?<!-- end of the kill matrix -->", re.DOTALL
)
_NAMED = re.compile(r"\b([a-z_0-9]+)\?")
_EXPECTED = re.compile(r"\bexpect ([a-z_0-9]+)\?")
_CALLED = re.compile(
    r"(?<!fn )\b(panel\.sound|quorum_signed|continues|funded|list\.all|expect signed)\("
)
_WALK = ("expect owed == 0 || settled()", "settled() && done", "plain(schedule_output.address)")
_POOL, _SAMPLES, _TRIES = Pool(size=60, number=0), 300, 6
_SHOWN = 2
_RUN_BY = {
    "distribution": ("release", "observed release", "close"),
    "registry": ("register", "close"),
    "programme": ("by quorum", "attest", "rotate", "cancel", "start", "close a programme"),
}


@dataclass(frozen=True)
class Check:
    """One check: where it stands, its name, and the file's text without it."""

    file: str
    line: int
    name: str
    without: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.name}"


def sources() -> list[Path]:
    """The contract's own modules, without tests and without what is never deployed."""
    found = sorted((build_contracts.SOURCES).glob("*/**/*.ak"))
    return [path for path in found if "tests" not in path.parts and path.name != "schema.ak"]


def digest() -> str:
    """Of all that the table depends on in the contract."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources())).hexdigest()[:16]


def checks() -> Iterator[Check]:
    """All checks, in the order in which they stand."""
    for path in sources():
        text, name = path.read_text(), str(path.relative_to(build_contracts.SOURCES))
        for begin, end, what, instead in sorted(_removals(text)):
            if not _is_comment(text, begin):
                line = text.count("\n", 0, begin) + 1
                yield Check(name, line, what, text[:begin] + instead + text[end:])


def _is_comment(text: str, position: int) -> bool:
    return "//" in text[text.rfind("\n", 0, position) : position]


def _removals(text: str) -> Iterator[tuple[int, int, str, str]]:
    expected = [(m.start(), m.end(), m[1]) for m in _EXPECTED.finditer(text)]
    yield from ((begin, end, name, "") for begin, end, name in expected)
    for match in _NAMED.finditer(text):
        if not any(begin <= match.start() < end for begin, end, _ in expected):
            yield match.start(), match.end(), match[1], "True"
    for match in _CALLED.finditer(text):
        end = _closing(text, match.end())
        is_expect = match[1].startswith("expect")
        yield match.start(), end, f"{match[1]}(…)", "" if is_expect else "True"
    for walk in _WALK:
        if walk in text:
            begin = text.index(walk)
            instead = {"expect": "", "settled": "done"}.get(walk.split("(")[0].split()[0], "True")
            yield begin, begin + len(walk), walk, instead


def _closing(text: str, position: int) -> int:
    """The position after the parenthesis that closes the one before ``position``."""
    depth = 1
    while depth:
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        position += 1
    return position


def passes(mutation: Mutation, contract: Contract) -> bool:
    """Whether the contract accepts what it should refuse, in any of a few samples."""
    samples = islice(_POOL.samples(mutation.group), _SAMPLES)
    cases = (mutation.apply(sample, contract) for sample in samples)
    return any(map(_is_accepted, islice(filter(None, cases), _TRIES)))


def _is_accepted(case: Case) -> bool:
    try:
        return judge(case).accepted
    except BadTest:
        # Such as a script that needs more than it may, where it used to stop early.
        return False


def killers(check: Check, compiler: str) -> list[str]:
    """The mutations that pass without the check: those that are meant for it, or else all."""
    contract = _without(check, compiler)
    meant = [m for m in MUTATIONS if check.name in m.because]
    found = [str(m) for m in meant if passes(m, contract)]
    if found:
        return found
    others = (m for m in MUTATIONS if m not in meant and m.group.name.startswith(_groups(check)))
    return [str(m) for m in islice((m for m in others if passes(m, contract)), _SHOWN)]


def _groups(check: Check) -> tuple[str, ...]:
    """How the names of the actions begin that run the check."""
    parts = check.file.split("/")
    return next((groups for part, groups in _RUN_BY.items() if part in parts), ("",))


def _without(check: Check, compiler: str) -> Contract:
    with tempfile.TemporaryDirectory(prefix="milestone-mutant-") as folder:
        mutant = Path(folder) / "validators"
        shutil.copytree(build_contracts.SOURCES, mutant, ignore=shutil.ignore_patterns("build"))
        (mutant / check.file).write_text(check.without)
        blueprint = Path(folder) / "plutus.json"
        blueprint.write_bytes(
            build_contracts.build(compiler, build_contracts.SILENT, mutant, allow_warnings=True)
        )
        return load_contract(load_blueprint(blueprint), 0)


def _row(work: tuple[Check, str]) -> tuple[Check, list[str] | str]:
    check, compiler = work
    try:
        return check, killers(check, compiler)
    except SystemExit as failure:
        return check, str(failure)


def table(rows: Sequence[tuple[Check, list[str] | str]]) -> str:
    """Markdown: each check, and what passes without it."""
    lines = ["| check | where | without it, the contract accepts |", "|---|---|---|"]
    for check, found in rows:
        if isinstance(found, str):
            shown = "does not compile"
        elif found:
            more = len(found) - _SHOWN
            shown = "; ".join(found[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        else:
            shown = "**nothing that is tried**"
        lines.append(f"| `{check.name}` | `{check.file}` | {shown} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the table, or check that it is of the current sources; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare the table's digest")
    parser.add_argument("--only", metavar="TEXT", help="only checks that contain it; write nothing")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once")
    options = parser.parse_args(arguments)
    marked = _MARKED.search(DOCUMENT.read_text())
    if marked is None:
        raise SystemExit(f"{DOCUMENT} has no place for the kill matrix")
    if options.check:
        if marked[1] == digest():
            return 0
        print("the kill matrix is of other sources: make kill-matrix", file=sys.stderr)
        return 1
    compiler = build_contracts.find_compiler(os.environ)
    wanted = [check for check in checks() if not options.only or options.only in str(check)]
    rows = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for check, found in pool.map(_row, [(check, compiler) for check in wanted]):
            rows.append((check, found))
            print(f"{'killed' if found and not isinstance(found, str) else 'SURVIVED'} {check}")
            print("   ", found if isinstance(found, str) else "; ".join(found[:3]), flush=True)
    if not options.only:
        text = f"{BEGIN.format(digest())}\n{table(rows)}\n{END}"
        DOCUMENT.write_text(_MARKED.sub(lambda _: text, DOCUMENT.read_text()))
    return 0 if all(found and not isinstance(found, str) for _, found in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
