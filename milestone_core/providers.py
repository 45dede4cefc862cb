"""What a hook yields: a named, frozen entry that knows how to make one implementation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

PortT = TypeVar("PortT", covariant=True)


@dataclass(frozen=True, slots=True)
class NoSettings:
    """For providers that have nothing to set."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every provider is told besides its settings.

    ``data_dir`` is the project's data folder (it may not exist yet), ``network`` the name of the
    configured network, ``user_agent`` how to present the program to servers.
    """

    data_dir: Path
    network: str
    user_agent: str


@dataclass(frozen=True)
class Provider(Generic[PortT]):
    """One selectable implementation of a port.

    ``settings`` is a frozen dataclass with a default for every field; from its fields follow the
    table ``[name]`` in milestone.toml, the environment variables ``MILESTONE_NAME_FIELD``, and the
    help. Fields are ``str``, ``int``, ``bool`` or ``Path``. A field's ``metadata={"help": "..."}``
    explains it.
    ``create`` imports what it needs and makes the implementation; loading the plugin does not.

    Example::

        Provider("kupo", "Kupo's HTTP API", create=connect, settings=KupoSettings)
    """

    name: str
    summary: str
    create: Callable[[Any, Surroundings], PortT]
    settings: type[Any] = NoSettings
