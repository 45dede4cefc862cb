"""The flat encoding of Untyped Plutus Core, as far as it takes to wrap a program in functions.

Flat is a stream of bits; only strings stand on byte boundaries. So another node in front means
to move everything else by its four bits and to align the strings anew. (Plutus Core
specification, appendix on serialisation.)
"""

from __future__ import annotations

from typing import NamedTuple

_VAR, _DELAY, _LAMBDA, _APPLY, _CONSTANT, _FORCE, _ERROR, _BUILTIN, _CONSTR, _CASE = range(10)
_INTEGER, _BYTES, _STRING, _UNIT, _BOOL, _LIST, _PAIR, _TYPE_APPLICATION, _DATA = range(9)
_TERM, _TERMS, _VALUE, _VALUES, _UP = range(5)
_VERSION_NUMBERS = 3
WITHOUT_CONSTRUCTORS, CONSTRUCTORS = b"\x01\x00\x00", b"\x01\x01\x00"
# The evaluator recurses into a program, and what overflows its stack ends the process: between
# 8,000 and 12,000 levels on a stack of 8 MB. Compilers stay below a few hundred.
MAX_DEPTH = 2_000

Type = tuple[int, ...]
"""A type in prefix order; ``(list, t...)`` and ``(pair, t..., u...)``."""


class NotFlat(ValueError):
    """The bytes are no program in flat."""


class Features(NamedTuple):
    """What a program needs of its language: a version of the core, and builtins by number."""

    version: bytes
    builtins: frozenset[int]


def ignoring_arguments(program: bytes, count: int) -> bytes:
    """The program ``\\x -> ... -> body`` of a closed program ``body``, with ``count`` arguments.

    Takes and returns flat code; raises ``NotFlat``, also for a program nested deeper than
    ``MAX_DEPTH``.
    """
    start = _start(program)
    copier = _Copier(program[start:], program[:start] >= CONSTRUCTORS)
    copier.write(format(_LAMBDA, "04b") * count)
    copier.copy_program()
    return program[:start] + copier.finish()


def features(program: bytes) -> Features:
    """What a program needs; raises ``NotFlat`` as ``ignoring_arguments`` does."""
    start = _start(program)
    copier = _Copier(program[start:], program[:start] >= CONSTRUCTORS)
    copier.copy_program()
    return Features(program[:start], frozenset(copier.builtins))


def _start(program: bytes) -> int:
    """Where the term begins, behind the numbers of the version."""
    start = 0
    for _ in range(_VERSION_NUMBERS):
        while program[start : start + 1] > b"\x7f":
            start += 1
        start += 1
    return start


class _Copier:
    """Reads terms and writes the same terms at another position."""

    def __init__(self, data: bytes, has_constructors: bool) -> None:
        self.builtins: set[int] = set()
        self._has_constructors = has_constructors
        self._bits = "".join(format(byte, "08b") for byte in data)
        self._position = 0
        self._out: list[str] = []
        self._written = 0

    def write(self, bits: str) -> None:
        self._out.append(bits)
        self._written += len(bits)

    def finish(self) -> bytes:
        self._write_filler()
        bits = "".join(self._out)
        return int(bits, 2).to_bytes(len(bits) // 8, "big")

    def copy_program(self) -> None:
        """Copy the term, behind which there is nothing but the filler; raises ``NotFlat``."""
        try:
            self._copy_term()
            self._skip_filler()
        except IndexError:
            raise NotFlat("a program that ends too early") from None
        if self._position != len(self._bits):
            raise NotFlat("bytes after the end of a program")

    def _copy_term(self) -> None:
        """Without recursion: programs are nested deeper than Python's stack."""
        depth = 0
        pending: list[tuple[int, Type]] = [(_TERM, ())]
        while pending:
            kind, type_ = pending.pop()
            if kind == _UP:
                depth -= 1
            elif kind == _TERM:
                depth += 1
                if depth > MAX_DEPTH:
                    raise NotFlat(f"a program nested deeper than {MAX_DEPTH}")
                pending.append((_UP, ()))
                pending.extend(self._copy_node())
            elif kind == _TERMS:
                if self._copy(1):
                    pending += [(_TERMS, ()), (_TERM, ())]
            elif kind == _VALUES:
                if self._copy(1):
                    pending += [(_VALUES, type_), (_VALUE, type_)]
            else:
                pending.extend(self._copy_value(type_))

    def _copy_node(self) -> list[tuple[int, Type]]:
        """Copy a term's head; what is to be copied after it, last first."""
        tag = self._copy(4)
        if tag in (_DELAY, _LAMBDA, _FORCE):
            return [(_TERM, ())]
        if tag in (_CONSTR, _CASE) and not self._has_constructors:
            raise NotFlat("constructors before version 1.1.0")
        if tag == _APPLY:
            return [(_TERM, ()), (_TERM, ())]
        if tag == _CASE:
            return [(_TERMS, ()), (_TERM, ())]
        if tag == _CONSTANT:
            return [(_VALUE, self._copy_type())]
        if tag == _BUILTIN:
            self.builtins.add(self._copy(7))
        elif tag in (_VAR, _CONSTR):
            self._copy_natural()
            return [(_TERMS, ())] if tag == _CONSTR else []
        elif tag != _ERROR:
            raise NotFlat(f"unknown term {tag}")
        return []

    def _copy_type(self) -> Type:
        tags = []
        while self._copy(1):
            tag = self._copy(4)
            if tag != _TYPE_APPLICATION:
                tags.append(tag)
        return tuple(tags)

    def _copy_value(self, type_: Type) -> list[tuple[int, Type]]:
        kind, rest = type_[0], type_[1:]
        if kind == _LIST:
            return [(_VALUES, rest)]
        if kind == _PAIR:
            split = _length_of_type(rest)
            return [(_VALUE, rest[split:]), (_VALUE, rest[:split])]
        if kind == _INTEGER:
            self._copy_natural()
        elif kind == _BOOL:
            self._copy(1)
        elif kind in (_BYTES, _STRING, _DATA):
            self._copy_string()
        elif kind != _UNIT:
            raise NotFlat(f"unknown type {kind}")
        return []

    def _copy(self, count: int) -> int:
        bits = self._read(count)
        self.write(bits)
        return int(bits, 2)

    def _copy_natural(self) -> None:
        while self._copy(8) > 0x7F:
            pass

    def _copy_string(self) -> None:
        self._skip_filler()
        self._write_filler()
        while length := self._copy(8):
            self.write(self._read(8 * length))

    def _read(self, count: int) -> str:
        end = self._position + count
        if end > len(self._bits):
            raise IndexError(end)
        bits = self._bits[self._position : end]
        self._position = end
        return bits

    def _skip_filler(self) -> None:
        while self._read(1) == "0":
            pass

    def _write_filler(self) -> None:
        self.write("1".rjust(8 - self._written % 8, "0"))


def _length_of_type(type_: Type) -> int:
    """How many entries the first type in a sequence takes."""
    needed, length = 1, 0
    while needed:
        needed += {_LIST: 1, _PAIR: 2}.get(type_[length], 0) - 1
        length += 1
    return length
