"""Compiled validators from a CIP-57 blueprint, with their hashes checked.

The blueprint that ships lies inside the wheel; in a checkout it is ``contracts/plutus.json``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from milestone_core.errors import Misconfigured
from milestone_core.ports import CompiledValidator

VALIDATORS = ("programme", "registry", "distribution")
_PLUTUS_V3_TAG = b"\x03"
_SIZE_LIMIT = 4 * 1024 * 1024
_HINT = "Point [blueprint] path at Milestone's own contracts/plutus.json, or leave it out."


@dataclass(frozen=True, slots=True)
class BlueprintSettings:
    """Where the compiled contract lies; by default, the one that came with the program."""

    path: Path | None = field(
        default=None, metadata={"help": "a CIP-57 plutus.json; left out: the built-in one"}
    )


def shipped_path() -> Path:
    """The blueprint of this installation: in the package, else in the checkout around it."""
    packaged = Path(__file__).with_name("plutus.json")
    checkout = Path(__file__).parents[2] / "contracts" / "plutus.json"
    return packaged if packaged.exists() else checkout


class Blueprint:
    """A :class:`~milestone_core.ports.ContractLoader` over one blueprint file."""

    def __init__(self, path: Path, validators: Mapping[str, CompiledValidator]) -> None:
        self._path = path
        self._validators = validators

    def load(self, title: str) -> CompiledValidator:
        """The validator of that title.

        :raises Misconfigured: the blueprint has none of that title.
        """
        if title not in self._validators:
            known = ", ".join(sorted(self._validators))
            raise Misconfigured(
                f"{self._path} has no validator {title!r}, only {known}", hint=_HINT
            )
        return self._validators[title]

    def source(self) -> str:
        """The path of the file."""
        return str(self._path)


def load_blueprint(path: Path | None = None) -> Blueprint:
    """Read a blueprint and check that it holds the three validators of the contract.

    :param path: a CIP-57 ``plutus.json``; None for the one that came with the program.
    :raises Misconfigured: it is missing, broken, foreign, has parameters left to apply, or its
        hashes do not fit its code.
    """
    path = path or shipped_path()
    document = _read(path)
    preamble = document.get("preamble")
    if not isinstance(preamble, dict) or preamble.get("plutusVersion") != "v3":
        raise Misconfigured(f"{path} is not a blueprint of Plutus V3 validators", hint=_HINT)
    entries = document.get("validators")
    if not isinstance(entries, list):
        raise Misconfigured(f"{path} lists no validators", hint=_HINT)
    found: dict[str, CompiledValidator] = {}
    for entry in entries:
        validator = _validator(path, entry)
        other = found.setdefault(validator.title, validator)
        if other.hash != validator.hash:
            raise Misconfigured(
                f"{path} has two different validators called {validator.title!r}", hint=_HINT
            )
    missing = [title for title in VALIDATORS if title not in found]
    if missing:
        raise Misconfigured(
            f"{path} is a blueprint of something else: it lacks {', '.join(missing)}", hint=_HINT
        )
    return Blueprint(path, found)


def _read(path: Path) -> Mapping[str, object]:
    try:
        if path.stat().st_size > _SIZE_LIMIT:
            raise Misconfigured(f"{path} is too large for a blueprint", hint=_HINT)
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise Misconfigured(
            f"the contract's blueprint {path} cannot be read: {error.strerror}", hint=_HINT
        ) from error
    except (ValueError, RecursionError) as error:
        raise Misconfigured(f"{path} is not JSON: {error}", hint=_HINT) from error
    if not isinstance(document, dict):
        raise Misconfigured(f"{path} is not a blueprint: it is no JSON object", hint=_HINT)
    return document


def _validator(path: Path, entry: object) -> CompiledValidator:
    match entry:
        case {"title": str(title), "compiledCode": str(code_hex), "hash": str(hash_hex)}:
            pass
        case _:
            raise Misconfigured(
                f"{path} has a validator without title, compiledCode or hash", hint=_HINT
            )
    # Aiken's titles are module.validator.purpose; the purposes of one validator share its code.
    name = title.split(".")[1] if title.count(".") else title
    if isinstance(entry, dict) and entry.get("parameters"):
        raise Misconfigured(f"{path}: parameters of {name!r} are not applied", hint=_HINT)
    try:
        code, script_hash = bytes.fromhex(code_hex), bytes.fromhex(hash_hex)
    except ValueError as error:
        raise Misconfigured(f"{path}: the code of {name!r} is not hex", hint=_HINT) from error
    if validator_hash(code) != script_hash:
        raise Misconfigured(
            f"{path}: the code of {name!r} has another hash than the file says: it was altered",
            hint="Restore the file; in a checkout: git checkout contracts/plutus.json",
        )
    return CompiledValidator(name, "plutus:v3", code, script_hash)


def validator_hash(code: bytes) -> bytes:
    """The hash of a Plutus V3 script: blake2b-224 over the language tag and the script."""
    return hashlib.blake2b(_PLUTUS_V3_TAG + code, digest_size=28).digest()
