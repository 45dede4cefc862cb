"""What the control API's handlers share: reading a request, answering, and errors as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import UnionType
from typing import Any

from aiohttp import web

from milestone_core.api import BadInput, MilestoneError
from milestone_devnet.amounts import MAX_TOKENS

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """``{"error": {code, exit, message, hint, details}}`` for whatever the devnet refuses."""
    # A web page of another origin must not reach the faucet by a name that it controls.
    if request.host.rsplit(":", 1)[0] not in _LOOPBACK:
        raise web.HTTPForbidden(text="the control API is for this machine only\n")
    try:
        return await handler(request)
    except MilestoneError as error:
        described = {
            "code": error.code,
            "exit": error.exit,
            "message": error.message,
            "hint": error.hint,
            "details": error.details,
        }
        return web.json_response({"error": described}, status=400)


def answer(body: Json) -> web.Response:
    """A JSON object with the number of this API's schema."""
    return web.json_response({"schema": 1, **body})


async def body_of(request: web.Request) -> Mapping[str, Any]:
    """The request's JSON object.

    :raises BadInput: it is none, or not labelled as JSON.
    """
    # The media type is not one that a web page may send elsewhere without asking.
    if request.content_type != "application/json":
        raise BadInput("the control API takes application/json")
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadInput("the request is not a JSON object")
    return body


def member(body: Mapping[str, Any], name: str, kind: type[Any] | UnionType) -> Any:
    """A member that must be there, and of a type (a boolean is no number).

    :raises BadInput: it is not.
    """
    value = body.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadInput(f"the request lacks {name!r}, or it is not {_name(kind)}")
    return value


def optional(body: Mapping[str, Any], name: str, kind: type[Any] | UnionType, default: Any) -> Any:
    """A member that may be missing or null."""
    return default if body.get(name) is None else member(body, name, kind)


def amount(body: Mapping[str, Any], name: str) -> int | None:
    """An amount of base units, as a string of digits.

    :raises BadInput: it is there and is none.
    """
    text = body.get(name)
    if text is None:
        return None
    if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20):
        raise BadInput(f"{name!r} is a string of digits")
    quantity = int(text)
    if not 0 < quantity <= MAX_TOKENS:
        raise BadInput(f"{name!r} is between 1 and {MAX_TOKENS}")
    return quantity


def _name(kind: type[Any] | UnionType) -> str:
    return "a number" if isinstance(kind, UnionType) else kind.__name__
