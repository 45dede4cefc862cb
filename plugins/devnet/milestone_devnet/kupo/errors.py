"""Kupo's errors: a status and ``{hint, details}``."""

from __future__ import annotations

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
        "Invalid pattern! To fetch matches you must provide a valid pattern: a full address,"
        " credentials, an asset, an output reference, or a wildcard ('*')."
    )


def not_found() -> KupoError:
    """404 for an unknown path."""
    return KupoError(404, f"Endpoint not found. Make sure to double-check the manual: {MANUAL}.")


def wrong_method() -> KupoError:
    """406 for a known path (Kupo's choice, instead of 405)."""
    return KupoError(406, f"Unsupported method called on known endpoint. See {MANUAL}.")
