"""What a provider lets people set: the fields of a frozen dataclass, read from TOML or text."""

from __future__ import annotations

import dataclasses
import os
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    Path: "a path",
}
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to set: its name, its type, what holds if nobody sets it, and an explanation."""

    name: str
    kind: type
    default: object
    help: str = ""

    def from_document(self, value: object, base: Path) -> object:
        """Take a value out of a TOML or JSON document.

        :param base: the folder to which a path is relative.
        :raises ValueError: the value has another type.
        """
        wanted = str if self.kind is Path else self.kind
        if type(value) is not wanted:
            raise ValueError(f"it must be {_KINDS[self.kind]}, not {value!r}")
        return resolved(str(value), base) if self.kind is Path else value

    def from_text(self, text: str, base: Path) -> object:
        """Take a value from the environment or the command line.

        :param base: the folder to which a path is relative.
        :raises ValueError: the text is no such value.
        """
        if self.kind is bool and text.lower() in _TRUE + _FALSE:
            return text.lower() in _TRUE
        if self.kind is int and text.isascii() and text.removeprefix("-").isdigit():
            return int(text)
        if self.kind in (str, Path):
            return self.from_document(text, base)
        raise ValueError(f"it must be {_KINDS[self.kind]}, not {text!r}")


def resolved(path: str, base: Path) -> Path:
    """A path as people write it: with ``~``, and relative to ``base``."""
    return base / os.path.expanduser(path)  # unlike pathlib's, it never raises


def settings_of(settings: type[Any]) -> dict[str, Setting]:
    """The fields of a settings dataclass, by name.

    :raises TypeError: it is no dataclass, or has a field without default or of a type that cannot
        be set.
    """
    if not dataclasses.is_dataclass(settings):
        raise TypeError(f"the settings {settings!r} are no dataclass")
    hints = get_type_hints(settings)
    return {
        field.name: _setting(field, hints[field.name]) for field in dataclasses.fields(settings)
    }


def _setting(field: dataclasses.Field[Any], hint: Any) -> Setting:
    if isinstance(hint, types.UnionType):  # only "X | None", for what may be left out
        hint = next(kind for kind in get_args(hint) if kind is not types.NoneType)
    if hint not in _KINDS:
        raise TypeError(f"the setting {field.name!r} is neither str, int, bool nor Path")
    if field.default is not dataclasses.MISSING:
        default = field.default
    elif field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    else:
        raise TypeError(f"the setting {field.name!r} has no default")
    return Setting(field.name, hint, default, field.metadata.get("help", ""))


def settings_from_document(settings: type[Any], values: Mapping[str, object], base: Path) -> Any:
    """A settings object from a document, such as the ``[policy]`` table of a schedule.

    :raises ValueError: an unknown key, a wrong type, or what the dataclass itself refuses.
    """
    known = settings_of(settings)
    unknown = sorted(values.keys() - known.keys())
    if unknown:
        raise ValueError(f"unknown setting {unknown[0]!r}; known: {', '.join(known) or 'none'}")
    taken = {}
    for name, value in values.items():
        try:
            taken[name] = known[name].from_document(value, base)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    return settings(**taken)
