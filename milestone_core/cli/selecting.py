"""``--beneficiary`` and ``--milestone``, as several commands take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from milestone_core.domain.address import Address
from milestone_core.domain.release import Selection
from milestone_core.errors import BadInput
from milestone_core.services.context import Context

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def selection_options(command: CommandT) -> CommandT:
    """Give a command ``--beneficiary`` and ``--milestone``."""
    whose = click.option("--beneficiary", metavar="ADDRESS", help="Only what this address gets.")
    which = click.option("--milestone", metavar="ID", help="Only what is due for this milestone.")
    return whose(which(command))


def selection_of(context: Context, beneficiary: str | None, milestone: str | None) -> Selection:
    """What the options select.

    :raises BadInput: the address is malformed or of another network.
    """
    return Selection(None if beneficiary is None else address(context, beneficiary), milestone)


def address(context: Context, text: str) -> Address:
    """A payment address of the configured network.

    :raises BadInput: it is not one; says why.
    """
    try:
        parsed = Address.parse(text)
    except ValueError as error:
        raise BadInput(f"{text[:120]!r} is not an address: {error}") from error
    if parsed.network != context.network_id:
        raise BadInput(
            f"{text} is an address of another network, this project is for {context.network}"
        )
    return parsed
