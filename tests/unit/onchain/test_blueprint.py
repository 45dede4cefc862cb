"""The compiled contract is checked before it is used."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milestone_core.errors import Misconfigured
from milestone_core.onchain.blueprint import (
    VALIDATORS,
    load_blueprint,
    shipped_path,
    validator_hash,
)

Document = dict[str, Any]


def test_the_blueprint_that_ships_holds_three_validators_with_their_hashes() -> None:
    loaded = load_blueprint()
    validators = [loaded.load(title) for title in VALIDATORS]
    assert len({validator.hash for validator in validators}) == 3
    for validator in validators:
        assert validator_hash(validator.code) == validator.hash
    assert loaded.source() == str(shipped_path())


def test_the_docs_tell_the_hashes_of_the_contract_that_ships() -> None:
    told = (Path(__file__).parents[3] / "docs" / "contract.md").read_text("utf-8")
    loaded = load_blueprint()
    for title in VALIDATORS:
        assert f"| `{title}` | `{loaded.load(title).hash.hex()}` |" in told


def another_hash(document: Document) -> None:
    document["validators"][0]["hash"] = "00" * 28


def altered_code(document: Document) -> None:
    code = document["validators"][0]["compiledCode"]
    document["validators"][0]["compiledCode"] = code[:-2] + ("00" if code[-2:] != "00" else "01")


def unapplied(document: Document) -> None:
    document["validators"][0]["parameters"] = [{"title": "distribution"}]


def without_registry(document: Document) -> None:
    kept = [v for v in document["validators"] if "registry" not in v["title"]]
    document["validators"] = kept


def foreign(document: Document) -> None:
    for validator in document["validators"]:
        validator["title"] = "vesting." + validator["title"].split(".")[1] + "er.spend"


def version_two(document: Document) -> None:
    document["preamble"]["plutusVersion"] = "v2"


def no_preamble(document: Document) -> None:
    del document["preamble"]


def no_list(document: Document) -> None:
    document["validators"] = {}


def no_entry(document: Document) -> None:
    document["validators"][0] = None


def no_code(document: Document) -> None:
    del document["validators"][0]["compiledCode"]


def no_hex(document: Document) -> None:
    document["validators"][0]["compiledCode"] = "zz"


def two_of_one_name(document: Document) -> None:
    other = dict(document["validators"][-1])
    other["title"] = document["validators"][0]["title"]
    document["validators"].append(other)


SPOILERS: list[Callable[[Document], None]] = [
    another_hash,
    altered_code,
    unapplied,
    without_registry,
    foreign,
    version_two,
    no_preamble,
    no_list,
    no_entry,
    no_code,
    no_hex,
    two_of_one_name,
]


@pytest.mark.parametrize("spoil", SPOILERS)
def test_a_blueprint_that_is_not_ours_is_refused(
    spoil: Callable[[Document], None], tmp_path: Path
) -> None:
    document = json.loads(shipped_path().read_text())
    spoil(document)
    path = tmp_path / "plutus.json"
    path.write_text(json.dumps(document))
    with pytest.raises(Misconfigured) as refusal:
        load_blueprint(path)
    assert str(path) in refusal.value.message
    assert refusal.value.hint


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_blueprint_at_all_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "plutus.json"
    path.write_bytes(content)
    with pytest.raises(Misconfigured):
        load_blueprint(path)


def test_a_missing_or_huge_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        load_blueprint(tmp_path / "nowhere.json")
    with pytest.raises(Misconfigured):
        load_blueprint(tmp_path)
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(5 * 1024 * 1024)
    with pytest.raises(Misconfigured, match="too large"):
        load_blueprint(huge)


def test_a_title_that_is_not_there_is_named() -> None:
    with pytest.raises(Misconfigured, match="observer"):
        load_blueprint().load("observer")
