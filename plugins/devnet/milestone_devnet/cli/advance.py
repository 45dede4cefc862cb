"""``milestone devnet advance``."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from milestone_core.api import BadInput
from milestone_devnet.cli.options import (
    control_port_option,
    control_url,
    json_option,
    print_now,
)

_MOST_SECONDS = 10**12


@click.command()
@click.option("--seconds", type=click.IntRange(1, _MOST_SECONDS), metavar="N")
@click.option("--days", type=click.IntRange(1, _MOST_SECONDS // 86_400), metavar="N")
@click.option("--to", "to", metavar="TIME", help="ISO 8601 with a zone; a date alone is 00:00 UTC.")
@control_port_option
@json_option
def advance(
    seconds: int | None, days: int | None, to: str | None, control_port: int, as_json: bool
) -> None:
    """Let the devnet's time jump forward, and make a block there.

    Give one of --seconds, --days and --to.

    \b
    Example:
      milestone devnet advance --days 30
    """
    from milestone_devnet.control.client import ControlClient

    if [seconds, days, to].count(None) != 2:
        raise BadInput("give exactly one of --seconds, --days and --to")
    if days is not None:
        seconds = 86_400 * days
    to_ms = None if to is None else _posix_ms(to)
    now = ControlClient(control_url(control_port)).advance(seconds=seconds, to_ms=to_ms)
    print_now(now, as_json=as_json)


def _posix_ms(text: str) -> int:
    try:
        if len(text) == len("2030-01-31"):
            day = date.fromisoformat(text)
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        else:
            moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"{text[:80]!r} is not a time", hint="write it as 2030-01-31T12:00:00Z"
        ) from None
    if moment.tzinfo is None:
        raise BadInput(f"{text!r} has no zone", hint=f"write {text}Z for UTC")
    since_epoch = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since_epoch.days * 86_400_000 + since_epoch.seconds * 1000
