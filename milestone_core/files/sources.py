"""From a file to its content: bounded, UTF-8, and every failure with its line."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from milestone_core.errors import BadDocument, Problem

_TOML_PLACE = re.compile(r" \(at (?P<place>[^)]*)\)$")


_FILE_ADVICE = "name a file that is there and may be read"
_TOML_ADVICE = "texts stand in quotes, each key once in its table; see https://toml.io"
_JSON_ADVICE = "take the file as it was made, all of it"


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a file of at most ``limit`` bytes.

    :raises BadDocument: it cannot be opened, or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        what = error.strerror or str(error)
        raise BadDocument(
            str(path), [Problem("file", f"it cannot be read: {what}", _FILE_ADVICE)]
        ) from error
    except ValueError as error:  # a null character in the name
        raise BadDocument(
            str(path), [Problem("file", f"it has no such name: {error}", _FILE_ADVICE)]
        ) from error
    if len(content) > limit:
        raise BadDocument(
            str(path), [Problem("file", f"it is larger than {limit} bytes", "split it")]
        )
    return content


def decode_text(raw: bytes, source: str) -> str:
    """UTF-8, with or without a byte-order mark.

    :raises BadDocument: it is something else, with the line of the first foreign byte.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadDocument(
            source,
            [Problem(f"line {line}", "it is not UTF-8 text", "save it as UTF-8")],
        ) from error


def parse_toml(raw: bytes, source: str) -> dict[str, Any]:
    """A TOML document.

    :raises BadDocument: it is none, with line and column.
    """
    text = decode_text(raw, source)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _TOML_PLACE.search(message)
        place = found["place"] if found else "document"
        what = _TOML_PLACE.sub("", message)
        raise BadDocument(
            source, [Problem(place, f"it is not TOML: {what}", _TOML_ADVICE)]
        ) from error
    except (ValueError, RecursionError) as error:  # a number or a nesting beyond all bounds
        raise BadDocument(source, [Problem("document", "it is not TOML", str(error))]) from error


class _Rejected(ValueError):
    pass


def parse_json(raw: bytes, source: str) -> Any:
    """A JSON document without floats and without a key given twice.

    :raises BadDocument: it is none.
    """
    text = decode_text(raw, source)
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BadDocument(
            source, [Problem(place, f"it is not JSON: {error.msg}", _JSON_ADVICE)]
        ) from error
    except _Rejected as error:
        raise BadDocument(source, [Problem("document", str(error), _JSON_ADVICE)]) from error
    except (ValueError, RecursionError) as error:  # a number or a nesting beyond all bounds
        raise BadDocument(
            source, [Problem("document", f"it is not JSON: {error}", _JSON_ADVICE)]
        ) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Rejected(f"the key {twice!r} is given twice")
    return members


def _no_float(text: str) -> Any:
    raise _Rejected(f"{text} is not a whole number")
