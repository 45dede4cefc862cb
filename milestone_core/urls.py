"""URLs as people may see them."""

from __future__ import annotations

import re

HIDDEN = "(hidden)"
_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")
_QUERY = re.compile(r"[?#]")
_NO_PORT = re.compile(r":(?!\d*$)[^:/\]]+$")


def without_secrets(url: str) -> str:
    """A URL without what identifies a user to its server, whether it is well-formed or not.

    Rather too much is hidden than too little: who cannot write a URL may have put a password
    anywhere. A text without the marks of a URL, an ``@`` among them, stays as it is.
    """
    matched = _SCHEME.match(url)
    scheme = matched[0] if matched else ""
    user, at, place = url[len(scheme) :].rpartition("@")
    if at and _QUERY.search(user):  # part of a password, or is the @ part of a query?
        return f"{scheme}{HIDDEN}"
    return f"{scheme}{HIDDEN if at else ''}{at}{_place(place, is_url=bool(scheme))}"


def _place(place: str, *, is_url: bool) -> str:
    """Host, port and path; what follows is hidden, and so is a port that can be none."""
    mark = _QUERY.search(place)
    if mark is not None:
        before, after = place[: mark.start()], place[mark.start() :]
        if is_url or "=" in after or ":" in before or "/" in before:
            return _place(before, is_url=is_url) + after[0] + HIDDEN
    host, slash, path = place.partition("/")
    if is_url:
        host = _NO_PORT.sub(f":{HIDDEN}", host)
    return host + slash + path
