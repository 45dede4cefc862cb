"""``milestone calculate``: how much may be claimed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from milestone_core.app import App
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option
from milestone_core.cli.rows import row_document, row_table
from milestone_core.cli.selecting import selection_of, selection_options
from milestone_core.domain.schedule import PolicyChoice
from milestone_core.files.times import iso, parse_time
from milestone_core.services import calculate as service

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


@click.command()
@click.argument("name")
@selection_options
@click.option("--at", metavar="TIME", help="Another time: 2027-03-01 or 2027-03-01T12:00Z.")
@click.option("--policy", metavar="NAME", help="What another policy would allow; changes nothing.")
@click.option("--offline", is_flag=True, help="Calculate from what is stored here.")
@json_option
@pass_app
def calculate(
    app: App,
    name: str,
    beneficiary: str | None,
    milestone: str | None,
    at: str | None,
    policy: str | None,
    offline: bool,
) -> None:
    """Calculate what may be claimed, now or at another time.

    Example: milestone calculate grants --at 2027-06-01
    """
    found = service.calculate(
        app,
        name,
        selection_of(app, beneficiary, milestone),
        at=None if at is None else parse_time(at),
        policy=None if policy is None else PolicyChoice(policy),
        offline=offline,
    )
    schedule = found.view.record.schedule
    advisory = " (advisory: not enforced on chain)" if found.advisory else ""
    units = Denomination(schedule)
    total = units.write(schedule.asset, found.claimable)

    def draw(console: Console) -> Iterable[RenderableType]:
        from milestone_core.cli.screen import Screen

        return Screen(console).calculation(found)

    emit(
        {
            "name": name,
            "time": iso(found.view.now),
            "source": "chain" if found.view.verified else "cache",
            "policy": found.policy,
            "advisory": found.advisory,
            "claimable": str(found.claimable),
            "allocations": [row_document(row) for row in found.rows],
        },
        [
            f"claimable at {iso(found.view.now)}: {total}",
            f"policy {found.policy}{advisory}",
            "",
            *row_table(found.rows, schedule.asset, units),
        ],
        draw,
    )
    if found.view.trouble is not None:
        raise found.view.trouble
