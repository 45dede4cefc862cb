"""Programs in flat, wrapped in a function."""

from __future__ import annotations

from pathlib import Path

import cbor2
import pytest

from milestone_devnet.judging.vectors import load, vector_paths
from milestone_devnet.ledger import Language, Script, decode_transaction
from milestone_devnet.ledger.flat import MAX_DEPTH, NotFlat, features, ignoring_arguments
from milestone_devnet.ledger.machine import is_plutus_script

from .schema import ledger_vectors
from .world import ALWAYS_TRUE, ENDLESS, NEVER_TRUE

LAMBDA, APPLY, CONSTANT, BUILTIN, CONSTR, CASE = "0010", "0011", "0100", "0111", "1000", "1001"
UNIT = CONSTANT + "1" + "0011" + "0"


def program(bits: str) -> bytes:
    """A program of version 1.1.0 from the bits of its term."""
    bits += "1".rjust(8 - len(bits) % 8, "0")
    return bytes([1, 1, 0]) + int(bits, 2).to_bytes(len(bits) // 8, "big")


def aligned(start: str, content: bytes) -> str:
    """Bits that end in a byte string, which stands on a byte boundary."""
    filler = "1".rjust(8 - len(start) % 8, "0")
    return start + filler + "".join(f"{b:08b}" for b in [len(content), *content, 0])


def types(*tags: int) -> str:
    return "".join(f"1{tag:04b}" for tag in tags) + "0"


PAIR_OF_LIST_AND_BYTES = aligned(
    CONSTANT + types(7, 7, 6, 7, 5, 0, 1) + "1" + "00000010" + "1" + "00000001" + "0", b"ab"
)
PROGRAMS = {
    "unit": program(UNIT),
    "two strings": program(
        aligned(aligned(APPLY + CONSTANT + types(1), b"x") + CONSTANT + types(2), b"yz")
    ),
    "bytes": program(aligned(CONSTANT + types(1), b"abc")),
    "application": program(aligned(APPLY + UNIT + CONSTANT + types(8), cbor2.dumps(1))),
    "pair of list and bytes": program(PAIR_OF_LIST_AND_BYTES),
    "bool": program(CONSTANT + types(4) + "1"),
    "builtin": program(BUILTIN + "0000000"),
    "big integer": program(CONSTANT + types(0) + "10000001" + "11111111" + "00000001"),
    "constructor": program(CONSTR + "00000010" + "1" + UNIT + "1" + UNIT + "0"),
    "case": program(CASE + CONSTR + "00000000" + "0" + "1" + UNIT + "0"),
    **{
        name: cbor2.loads(script)
        for name, script in (("true", ALWAYS_TRUE[3]), ("never", NEVER_TRUE), ("endless", ENDLESS))
    },
}


def check(code: bytes) -> None:
    """Two functions are one byte, so everything else keeps its place; one moves the strings."""
    once = ignoring_arguments(code, 1)
    assert is_v3(cbor2.dumps(once))
    twice = code[:3] + b"\x22" + code[3:]
    assert ignoring_arguments(once, 1) == ignoring_arguments(code, 2) == twice
    assert features(twice) == features(code)


def is_v3(script: bytes) -> bool:
    return is_plutus_script(Script(Language.PLUTUS_V3, script), 10)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_becomes_a_function(name: str) -> None:
    check(PROGRAMS[name])


@pytest.mark.skipif(ledger_vectors() is None, reason="no ledger vectors")
def test_real_programs_become_functions() -> None:
    folder = ledger_vectors()
    assert folder is not None
    scripts = {
        script.raw
        for path in vector_paths(folder)[::3]
        for event in load_events(path)
        for script in decode_transaction(event).witnesses.scripts
        if script.is_plutus and is_plutus_script(script, 10)
    }
    assert len(scripts) >= 5
    for script in scripts:
        check(cbor2.loads(script))


def load_events(path: Path) -> list[bytes]:
    return [event.transaction for event in load(path).events if event.accepted]


@pytest.mark.parametrize("nest", [APPLY, LAMBDA, CASE])
def test_a_deep_nest_is_refused_before_it_ends_the_process(nest: str) -> None:
    def nested(depth: int) -> bytes:
        arguments = {APPLY: UNIT * (depth - 1), CASE: "0" * (depth - 1), LAMBDA: ""}[nest]
        return program(nest * (depth - 1) + UNIT + arguments)

    assert is_v3(cbor2.dumps(nested(MAX_DEPTH - 1)))
    assert not is_v3(cbor2.dumps(nested(MAX_DEPTH + 1)))
    assert not is_v3(cbor2.dumps(nested(30_000)))


@pytest.mark.parametrize(
    "code",
    [b"", b"\x01\x01\x00", PROGRAMS["bytes"][:-3], program("1111"), PROGRAMS["unit"] + b"\x01"],
)
def test_other_bytes_are_no_program(code: bytes) -> None:
    with pytest.raises(NotFlat):
        ignoring_arguments(code, 1)


FIRST_OF_V2, FIRST_OF_V3, CONVERSION, FIRST_OF_PLOMIN, FIRST_OF_LATER = 51, 54, 73, 75, 87


@pytest.mark.parametrize(
    ("builtin", "languages", "before_plomin"),
    [
        (0, {1, 2, 3}, {1, 2, 3}),
        (FIRST_OF_V2 - 1, {1, 2, 3}, {1, 2, 3}),
        (FIRST_OF_V2, {2, 3}, {2, 3}),
        (FIRST_OF_V3, {3}, {3}),
        (CONVERSION, {2, 3}, {3}),
        (FIRST_OF_PLOMIN, {3}, set()),
        (FIRST_OF_LATER, set(), set()),
    ],
)
def test_a_language_has_its_builtins_only(
    builtin: int, languages: set[int], before_plomin: set[int]
) -> None:
    code = b"\x01\x00\x00" + program(BUILTIN + f"{builtin:07b}")[3:]
    for version, expected in ((10, languages), (9, before_plomin)):
        able = {n for n in (1, 2, 3) if is_plutus_script(_script(n, code), version)}
        assert able == expected


def test_constructors_need_version_1_1_0_of_the_core_which_needs_plutus_v3() -> None:
    constr = program(CONSTR + "00000000" + "0")
    assert is_plutus_script(_script(3, constr), 10)
    assert not is_plutus_script(_script(3, b"\x01\x00\x00" + constr[3:]), 10)
    for number in (1, 2):
        assert not is_plutus_script(_script(number, PROGRAMS["unit"]), 10)
        assert is_plutus_script(_script(number, b"\x01\x00\x00" + PROGRAMS["unit"][3:]), 10)
    assert not is_plutus_script(_script(3, b"\x01\x02\x00" + PROGRAMS["unit"][3:]), 10)


def test_bytes_may_follow_an_old_script() -> None:
    able = {
        n: is_plutus_script(Script(Language.of_tag(n), ALWAYS_TRUE[n] + b"\0"), 10)
        for n in (1, 2, 3)
    }
    assert able == {1: True, 2: True, 3: False}


def _script(number: int, code: bytes) -> Script:
    return Script(Language.of_tag(number), cbor2.dumps(code))
