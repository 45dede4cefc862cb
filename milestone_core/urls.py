"""URLs as people may see them."""

from __future__ import annotations

HIDDEN = "(hidden)"


def without_secrets(url: str) -> str:
    """A URL without what identifies a user to its server, whether it is well-formed or not.

    Rather too much is hidden than too little: who cannot write a URL may have put a password
    anywhere. A text that is no URL stays as it is, unless there is an ``@`` in it.
    """
    scheme, separator, rest = url.partition("://") if "://" in url else ("", "", url)
    user, at, place = rest.rpartition("@")
    if at and "?" in user:  # part of a password, or is the @ part of a query?
        return f"{scheme}{separator}{HIDDEN}"
    if separator and "?" in place:
        place = f"{place.partition('?')[0]}?{HIDDEN}"
    return f"{scheme}{separator}{HIDDEN if at else ''}{at}{place}"
