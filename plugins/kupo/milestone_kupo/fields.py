"""The fields of Kupo's answers."""

from __future__ import annotations

from milestone_core.api import AnswerField


class Field(AnswerField):
    """A JSON value that Kupo sent."""

    __slots__ = ()
    server = "Kupo"
