"""Kupo's errors: a status and ``{hint, details}``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MANUAL = "<https://cardanosolutions.github.io/kupo>"


class KupoError(Exception):
    """An error answer."""

    def __init__(self, status: int, hint: str, details: Any = None) -> None:
        super().__init__(hint)
        self.status = status
        self.body: dict[str, Any] = {"hint": hint}
        if details is not None:
            self.body["details"] = details


def bad_request(hint: str, details: Any = None) -> KupoError:
    """400: the request is wrong, and how to put it right."""
    return KupoError(400, f"{hint} See {MANUAL}.", details)


def invalid_pattern() -> KupoError:
    """400 for what is no pattern."""
    return bad_request(
        "Invalid pattern! To fetch matches or to add a pattern you must provide a valid one: a full"
        " address, credentials, an asset, an output reference, or a wildcard ('*')."
    )


def invalid_patterns(valid: Sequence[str]) -> KupoError:
    """400 for a list with something that is no pattern; it tells the others."""
    return bad_request(
        "There is an invalid pattern in the list! The *valid* ones are:"
        f" {', '.join(valid) or 'none'}."
    )


def only_for_indexing() -> KupoError:
    """400 for a query by a pattern that only serves to index."""
    return bad_request(
        "Invalid query pattern! Results cannot be queried by this pattern, which is for indexing"
        " only."
    )


def still_active() -> KupoError:
    """400 for deleting matches that an active pattern would make again."""
    return bad_request(
        "These matches overlap with a pattern that is still active. Remove conflicting patterns"
        " first, and obsolete matches then."
    )


def malformed_point() -> KupoError:
    """400 for a body without a point or slot to go back to."""
    return bad_request(
        "Couldn't decode the provided point or slot: it is missing from the request's body or not"
        " well-formed. 'rollback_to' is a slot, or a slot and a header hash."
    )


def unknown_point() -> KupoError:
    """400 for a point that is not on the chain."""
    return bad_request(
        "The provided point (or slot) is unknown. Provide one from the past; a very recent one may"
        " have been rolled back."
    )


def beyond_the_safe_zone() -> KupoError:
    """400 for going back further than a chain may roll back, without consent."""
    return bad_request(
        "Beware! The provided point is beyond the safe zone. To go there all the same, pass"
        " 'unsafe_allow_beyond_safe_zone' as 'limit'."
    )


def no_block_there() -> KupoError:
    """400 for a slot after the newest block."""
    return bad_request(
        "There's no known ancestor to the point you've provided, or no block after it. A very"
        " recent one may have been rolled back."
    )


def not_found() -> KupoError:
    """404 for an unknown path."""
    return KupoError(404, f"Endpoint not found. Make sure to double-check the manual: {MANUAL}.")


def wrong_method() -> KupoError:
    """406 for a known path (Kupo's choice, instead of 405)."""
    return KupoError(406, f"Unsupported method called on known endpoint. See {MANUAL}.")


def busy() -> KupoError:
    """503: come back later."""
    return KupoError(503, "The server is (too) busy! Retry later.")
