"""The base of all schemas: unknown keys are refused by name, and errors become problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.exceptions import SCHEMA

from milestone_core.errors import BadInput, Problem
from milestone_core.files.text import is_plain, nearest, shown

ROOT = "document"
"""The place of a problem with a document as a whole."""

_UNKNOWN = "unknown key"
_NO_TABLE = ("it is not a table of keys and values", "write its keys, each with a value")


class Invalid(ValidationError):
    """A value that cannot be used: what is wrong with it, and what to write instead."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__([(what, remedy)])

    @classmethod
    def because(cls, error: BadInput) -> Invalid:
        """The same refusal as one of the plain functions made it."""
        return cls(error.message, error.hint)


def required(**more: Any) -> dict[str, Any]:
    """The options of a field that must be there, with messages of our own wording."""
    messages = {
        "required": [("it is missing", "add it")],
        "null": [("it must not be null", "give it a value")],
        "invalid": [("it has the wrong type", "see an example: milestone schedule template")],
    }
    return {"required": True, "error_messages": messages | more.pop("error_messages", {}), **more}


class Fixed(fields.Field[Any]):
    """Says what a document is rather than what it holds: always written, and always demanded."""

    _CHECK_ATTRIBUTE = False  # marshmallow's word for: the value to dump has no such attribute

    def __init__(self, constant: object) -> None:
        super().__init__(**required())
        self.constant = constant

    def _serialize(self, *_args: Any, **_kwargs: Any) -> Any:
        return self.constant


class Tables(fields.Nested):
    """A list of tables, each read by ``schema``."""

    def __init__(self, schema: type[Schema]) -> None:
        super().__init__(schema, many=True, **required())

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise Invalid("it is not a list of tables", f"in TOML: [[{self.name}]] above each")
        return super()._deserialize(value, *args, **kwargs)


class StrictSchema(Schema):
    """Refuses what it does not know, naming the nearest key that it does.

    Values come from JSON or TOML, where a type is never to be guessed from another.
    """

    error_messages = {"unknown": _UNKNOWN, "type": [_NO_TABLE]}  # type: ignore[dict-item]  # noqa: RUF012

    def handle_error(
        self, error: ValidationError, data: Any, *, many: bool, **_kwargs: Any
    ) -> None:
        """Put the nearest known key beside each unknown one (a marshmallow hook)."""
        del data
        if not isinstance(error.messages, dict):
            return
        known = {field.data_key or name for name, field in self.load_fields.items()}
        for messages in error.messages.values() if many else [error.messages]:
            if isinstance(messages, dict):
                _advise(messages, known)


class ValueSchema(StrictSchema):
    """Loads into a domain value: ``makes`` is called with what was read, lists as tuples.

    What is :class:`Fixed` is left out.
    """

    makes: ClassVar[Callable[..., Any]]

    @post_load
    def _make(self, values: dict[str, Any], **_kwargs: Any) -> Any:
        content = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if not isinstance(self.fields[name], Fixed)
        }
        made = self.makes(**content)
        faults = defaultdict(list)
        for problem in self.faults(made):
            faults[problem.where or SCHEMA].append((problem.what, problem.remedy))
        if faults:
            raise ValidationError(dict(faults))
        return made

    def faults(self, made: Any) -> Iterable[Problem]:
        """What is wrong with a value whose every field is good; nothing, unless overridden."""
        del made
        return ()


def _advise(messages: dict[Any, Any], known: set[str]) -> None:
    unknown = [key for key, message in messages.items() if message == [_UNKNOWN]]
    for key in sorted(unknown, key=str):
        del messages[key]
        messages[key] = [(f"{_UNKNOWN} {shown(key)}", nearest(str(key), known))]


def problems_of(messages: object, place: str = "") -> Iterator[Problem]:
    """The messages of a validation error as problems, placed like ``milestones[1].id``."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from problems_of(inner, _inside(place, key))
    elif isinstance(messages, Sequence) and not isinstance(messages, str):
        for message in messages:
            what, remedy = message if isinstance(message, tuple) else (str(message), "")
            yield Problem(place or ROOT, what, remedy)
    else:
        yield Problem(place or ROOT, str(messages))


def _inside(place: str, key: object) -> str:
    if key == SCHEMA:
        return place
    if isinstance(key, int):
        return f"{place}[{key}]"
    name = key if isinstance(key, str) and is_plain(key) else shown(key)
    return f"{place}.{name}" if place else name


def load(schema: Schema, document: object) -> tuple[Any, list[Problem]]:
    """What ``schema`` makes of ``document``, and every problem it has with it.

    Where there are problems, what is returned beside them holds the parts that could be read.
    """
    try:
        return schema.load(document), []  # type: ignore[arg-type]
    except ValidationError as error:
        return error.valid_data, list(problems_of(error.messages))
