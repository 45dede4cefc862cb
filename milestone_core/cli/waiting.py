"""The options of every command that waits for blocks."""

from __future__ import annotations

import click

confirmations_option = click.option(
    "--confirmations",
    default=1,
    show_default=True,
    type=click.IntRange(1, 100),
    help="Blocks to see, that of the transaction included.",
)
timeout_option = click.option(
    "--timeout",
    default=120,
    show_default=True,
    type=click.IntRange(1, 86_400),
    help="Seconds to wait for them.",
)
