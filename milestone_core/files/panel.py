"""The file that names new oracles: the schedule's keys ``quorum`` and ``oracles``, alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from marshmallow import fields

from milestone_core.domain.decisions import Rotate
from milestone_core.domain.schedule import MAX_ORACLES, panel_problems
from milestone_core.errors import BadDocument
from milestone_core.files.fields import Whole
from milestone_core.files.human_fields import Oracle
from milestone_core.files.sources import parse_json, parse_toml, read_bytes
from milestone_core.files.strict import StrictSchema, load, required

_MAX_FILE_BYTES = 64 * 1024


def read_panel(path: Path, network: str) -> Rotate:
    """Read new oracles and their quorum from TOML, or from JSON.

    :param network: the name of the network that addresses must be of.
    :raises BadDocument: everything that is wrong with it.
    """
    return parse_panel(read_bytes(path, _MAX_FILE_BYTES), str(path), network)


def parse_panel(raw: bytes, source: str, network: str) -> Rotate:
    """As :func:`read_panel`; ``source`` is the file's name, for messages."""
    is_json = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    document = parse_json(raw, source) if is_json else parse_toml(raw, source)
    declared: dict[str, fields.Field[Any]] = {
        "quorum": Whole(1, MAX_ORACLES),
        "oracles": fields.List(Oracle(network), **required()),
    }
    schema: type[StrictSchema] = StrictSchema.from_dict(declared)  # type: ignore[assignment]
    values, problems = load(schema(), document)
    if not problems:
        problems = list(panel_problems(values["oracles"], values["quorum"]))
    if problems:
        raise BadDocument(source, problems)
    return Rotate(tuple(values["oracles"]), values["quorum"])
