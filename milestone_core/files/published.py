"""A schedule as it was published: as people write it, or as its hash binds it."""

from __future__ import annotations

from pathlib import Path

from milestone_core.domain.schedule import Schedule
from milestone_core.errors import BadInput
from milestone_core.files.schedule import read_schedule
from milestone_core.files.schedule_document import parse_document
from milestone_core.files.sources import read_bytes

_MAX_BYTES = 64 * 1024 * 1024


def read_published(path: Path, csv_file: Path | None, *, network: str) -> Schedule:
    """Read a published schedule: TOML, perhaps with a CSV, or the canonical document.

    Scripts among its people are read as they are: whether to pay to one was decided before.

    :raises BadDocument: everything that is wrong with it.
    :raises BadInput: a document with a CSV.
    """
    if _is_document(path):
        if csv_file is not None:
            raise BadInput(
                f"{path} is a whole schedule document, which has its rows in it",
                hint="Leave --csv out.",
            )
        return parse_document(read_bytes(path, _MAX_BYTES).strip(), str(path))
    found = read_schedule(
        path,
        csv_file,
        network=network,
        merge=True,
        allow_script_address=True,
        allow_script_owner=True,
    )
    return found.schedule


def _is_document(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(1) == b"{"
    except (OSError, ValueError):
        return False  # reading it says why
