"""The fields of Ogmios's answers."""

from __future__ import annotations

from milestone_core.api import AnswerField


class Field(AnswerField):
    """A JSON value that Ogmios sent."""

    __slots__ = ()
    server = "Ogmios"
