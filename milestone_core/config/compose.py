"""The compose file of a network, as it ships, and a project's own copy of it.

A copy, because what it says is the operator's to change: ports, patterns, versions.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from urllib.parse import urlsplit

from milestone_core.config.project import write_new
from milestone_core.errors import BadInput

FOLDER = "infra"
_FILE, _VARIABLES = "compose.yaml", ".env"
_PORTS = {"OGMIOS_PORT": 1337, "KUPO_PORT": 1442}
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_ENV = """\
# What compose.yaml, beside this, leaves open; its head says more.
OGMIOS_PORT={OGMIOS_PORT}
KUPO_PORT={KUPO_PORT}

# A pattern for the key of everybody who pays fees from here, before the first start. Afterwards
# Kupo must be told too: docs/infra.md.
# KUPO_MATCHES=--match KEY_HASH/* --match KEY_HASH/*
"""


def shipped(network: str) -> Path | None:
    """The compose file of a network in this installation; None for one that has none."""
    package = Path(__file__).parents[1]
    for folder in (package / FOLDER, package.parent / FOLDER):
        if (folder / network / _FILE).is_file():
            return folder / network / _FILE
    return None


def of_project(project_file: Path) -> Path | None:
    """The compose file that belongs to a project, None where there is none."""
    path = project_file.parent / FOLDER / _FILE
    return path if path.is_file() else None


def write(directory: Path, network: str, ogmios: str | None, kupo: str | None) -> Path | None:
    """Write a network's compose file and its variables into a new project.

    :param ogmios: where Ogmios is to listen, kupo likewise; None for the default.
    :return: the file; None where the network has none, or the services are on another machine.
    :raises BadInput: it cannot be written. One that is there already is left as it is.
    """
    source = shipped(network)
    ports = {
        name: _port(url, default)
        for (name, default), url in zip(_PORTS.items(), (ogmios, kupo), strict=True)
    }
    if source is None or None in ports.values():
        return None
    folder = directory / FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made: {error.strerror}") from error
    for name, text in ((_FILE, source.read_text("utf-8")), (_VARIABLES, _ENV.format(**ports))):
        if not (folder / name).exists():
            write_new(folder / name, text)
    return folder / _FILE


def command(compose: Path) -> str:
    """What starts the services of a compose file."""
    return f"docker compose --file {shlex.quote(str(compose))} up --detach"


def _port(url: str | None, default: int) -> int | None:
    """The port on this machine that a URL names; None where it is another's, or no URL."""
    if url is None:
        return default
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return port or default if parts.hostname in _LOOPBACK else None
