"""Where configuration files lie, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from milestone_core.errors import BadDocument, Misconfigured
from milestone_core.files.sources import parse_toml, read_bytes

PROJECT_FILE = "milestone.toml"
_SIZE_LIMIT = 1024 * 1024


def find_upward(start: Path) -> Path | None:
    """The first ``milestone.toml`` in ``start`` or a folder above it."""
    start = start.absolute()
    for folder in (start, *start.parents):
        candidate = folder / PROJECT_FILE
        if candidate.is_file():
            return candidate
    return None


def user_file(environ: Mapping[str, str]) -> Path:
    """The user's own file, in the configuration home of the XDG base directory specification.

    As the specification says, a relative ``XDG_CONFIG_HOME`` is ignored.
    """
    home = Path(environ.get("XDG_CONFIG_HOME", ""))
    if not home.is_absolute():
        home = Path(environ.get("HOME") or Path.home()) / ".config"
    return home / "milestone" / "config.toml"


def read(path: Path) -> dict[str, Any]:
    """The TOML document at ``path``.

    :raises Misconfigured: it cannot be read, or is no TOML.
    """
    try:
        return parse_toml(read_bytes(path, _SIZE_LIMIT), str(path))
    except BadDocument as error:
        raise Misconfigured(error.message, hint=error.hint, details=error.details) from error
