#!/usr/bin/env python3
"""Compile the contract: ``validators/`` to the CIP-57 blueprint ``contracts/plutus.json``.

The result depends on the sources and the compiler's version alone, so anyone can build it and get
the same hashes. ``--check`` does that and compares. Nothing but the standard library and the Aiken
compiler is needed; no network either, for the contract has no dependencies.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "validators"
BLUEPRINT = ROOT / "contracts" / "plutus.json"
VERSION = "1.1.24"
SILENT, TRACED = "silent", "verbose"
INSTALL = f"""\
The Aiken compiler {VERSION} is not here. Install it (Rust 1.94.1 or newer, about 15 minutes):

    cargo install aiken --version {VERSION} --locked --root {{root}}

or point the environment variable AIKEN to one."""

Json = dict[str, Any]
"""A JSON object, as the compiler writes it."""


def find_compiler(environment: Mapping[str, str]) -> str:
    """The compiler of the right version: from AIKEN, PATH or the cache, in this order.

    :raises SystemExit: there is none, or the one that AIKEN names has another version.
    """
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    root = cache / "milestone" / f"aiken-{VERSION}"
    chosen = environment.get("AIKEN")
    for candidate in (chosen, shutil.which("aiken"), str(root / "bin" / "aiken")):
        if candidate and _version(candidate) == VERSION:
            return candidate
        if candidate and candidate == chosen:
            raise SystemExit(f"AIKEN={chosen} is not the Aiken compiler {VERSION}")
    raise SystemExit(INSTALL.format(root=root))


def _version(compiler: str) -> str | None:
    try:
        shown = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return shown.stdout.strip().removeprefix("aiken v").partition("+")[0]


def build(
    compiler: str, trace_level: str, sources: Path = SOURCES, *, allow_warnings: bool = False
) -> bytes:
    """The blueprint, parameters applied, as the bytes of its file."""
    deny = [] if allow_warnings else ["--deny"]
    with tempfile.TemporaryDirectory(prefix="milestone-contract-") as folder:
        project = Path(folder)
        shutil.copy(sources / "aiken.toml", project)
        for part in ("lib", "validators"):
            shutil.copytree(sources / part, project / part)
        _run(compiler, project, "build", *deny, "--trace-level", trace_level)
        hashes = {_name(entry): entry["hash"] for entry in _read(project)["validators"]}
        for parameter in (hashes["distribution.distribution"], hashes["programme.programme"]):
            _apply_to_registry(compiler, project, parameter)
        document = assemble(_read(project))
    return (json.dumps(document, indent=2) + "\n").encode()


def _run(compiler: str, project: Path, *arguments: str) -> None:
    outcome = subprocess.run(
        [compiler, *arguments], cwd=project, capture_output=True, text=True, check=False
    )
    if outcome.returncode:
        raise SystemExit(f"aiken {arguments[0]} failed:\n{outcome.stdout}{outcome.stderr}")


def _apply_to_registry(compiler: str, project: Path, script_hash: str) -> None:
    parameter = f"581c{script_hash}"  # CBOR: 28 bytes
    where = ("--module", "registry", "--validator", "registry")
    _run(compiler, project, "blueprint", "apply", *where, "--out", "plutus.json", parameter)


def _read(project: Path) -> Json:
    document: Json = json.loads((project / "plutus.json").read_bytes())
    return document


def _name(entry: Json) -> str:
    """``module.validator`` of a title ``module.validator.purpose``."""
    return str(entry["title"]).rpartition(".")[0]


def assemble(document: Json) -> Json:
    """One entry a purpose: the code of the validator, the data types of module ``schema``."""
    entries = {entry["title"]: entry for entry in document["validators"]}
    other_datum = entries["schema.distribution_schedule.spend"]["datum"]
    validators = [
        _merge(entries["schema.programme.mint"], entries["programme.programme.else"]),
        _merge(entries["schema.programme.spend"], entries["programme.programme.else"]),
        _merge(entries["schema.registry.mint"], entries["registry.registry.else"]),
        _merge(
            _with_either(entries["schema.distribution.spend"], other_datum),
            entries["distribution.distribution.else"],
        ),
    ]
    preamble = document["preamble"]
    # The compiler's commit is known to its release binaries only; the version says it all.
    preamble["compiler"]["version"] = f"v{VERSION}"
    return {
        "preamble": preamble,
        "validators": validators,
        "definitions": document["definitions"],
    }


def _merge(schema: Json, validator: Json) -> Json:
    if validator.get("parameters"):
        raise SystemExit(f"{validator['title']}: parameters are not applied")
    merged: Json = {"title": schema["title"].replace("schema", _module(validator), 1)}
    for argument in ("datum", "redeemer"):
        if argument in schema:
            # In Aiken's source an underscore marks what a function does not use.
            title = schema[argument]["title"].lstrip("_")
            merged[argument] = {**schema[argument], "title": title}
    return {**merged, "compiledCode": validator["compiledCode"], "hash": validator["hash"]}


def _module(entry: Json) -> str:
    return str(entry["title"]).partition(".")[0]


def _with_either(schema: Json, datum: Json) -> Json:
    either = {"oneOf": [schema["datum"]["schema"], datum["schema"]]}
    return {**schema, "datum": {"title": "datum", "schema": either}}


def differences(committed: bytes, built: bytes) -> list[str]:
    """What a reader needs to know of the difference between two blueprints; empty if equal."""
    if committed == built:
        return []
    old, new = json.loads(committed), json.loads(built)
    found = [key for key in ("preamble", "definitions") if old.get(key) != new.get(key)]
    before = {entry["title"]: entry for entry in old.get("validators", [])}
    after = {entry["title"]: entry for entry in new["validators"]}
    for title in sorted(before.keys() | after.keys()):
        one, other = before.get(title), after.get(title)
        if one is None or other is None:
            found.append(f"{title}: {'new' if one is None else 'gone'}")
        elif one != other:
            found.append(f"{title}: {_summary(one)} committed, {_summary(other)} built")
    return found or ["the layout of the file"]


def _summary(entry: Json) -> str:
    return f"{entry['hash']} ({len(entry['compiledCode']) // 2} bytes)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, or check, or build a traced blueprint; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--check", action="store_true", help="build elsewhere and compare with the committed file"
    )
    choice.add_argument(
        "--traced", type=Path, metavar="FILE", help="write a blueprint that names broken rules"
    )
    options = parser.parse_args(arguments)
    compiler = find_compiler(os.environ)
    if options.traced:
        options.traced.write_bytes(build(compiler, TRACED))
        return 0
    built = build(compiler, SILENT)
    if not options.check:
        BLUEPRINT.parent.mkdir(exist_ok=True)
        BLUEPRINT.write_bytes(built)
    found = differences(BLUEPRINT.read_bytes() if BLUEPRINT.exists() else b"{}", built)
    for line in found:
        print(f"contracts/plutus.json differs: {line}", file=sys.stderr)
    if not found:
        for entry in json.loads(built)["validators"]:
            print(f"{entry['title']:26} {_summary(entry)}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
