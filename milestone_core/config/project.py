"""Writes the milestone.toml of a new project."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from milestone_core.errors import BadInput
from milestone_core.networks import Network

_HEAD = """\
# A project of Milestone. Commands find this file from here and from any folder below.
# Flags (--data-dir, --use) and MILESTONE_* environment variables override it;
# `milestone plugins` lists what [use] can choose from.

network = {network}

# Where schedules, attestations and the journal are kept; relative to this file.
# data_dir = "data"

# [use]
# storage = "tinydb"
"""


def new_project_text(network: Network, tables: Mapping[str, Mapping[str, str]]) -> str:
    """The text of a new milestone.toml: what was decided, and what else there is as comments.

    :param tables: settings of providers to write, such as ``{"ogmios": {"url": "ws://..."}}``.
    """
    parts = [_HEAD.format(network=_quoted(network.name))]
    for table, settings in tables.items():
        lines = [f"{key} = {_quoted(value)}\n" for key, value in settings.items()]
        if lines:
            parts.append(f"[{table}]\n{''.join(lines)}")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    """A TOML basic string; the escapes of JSON are a subset of TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_new(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file that must not exist yet: it appears whole or not at all.

    :param mode: who may read it; only its owner, where a password is in it.
    :raises BadInput: there is one already, or it cannot be written.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, mode)
            os.link(temporary, path)  # unlike a rename, refuses to replace
        finally:
            os.unlink(temporary)
    except FileExistsError as error:
        raise BadInput(
            f"{path} exists already, and is left as it is",
            hint="Edit it, or choose another folder.",
        ) from error
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from error
