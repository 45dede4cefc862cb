"""What the commands that move money share: keys, consent, patience, and the review screen."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click

from milestone_core.app import App
from milestone_core.cli import output, review
from milestone_core.cli.amounts import Denomination
from milestone_core.cli.waiting import confirmations_option, timeout_option
from milestone_core.domain.schedule import Schedule
from milestone_core.errors import BadInput, MilestoneError, Misconfigured
from milestone_core.services import reviewing
from milestone_core.services.following import Patience
from milestone_core.services.sending import Operator, Sent
from milestone_core.transactions.keys import read_key
from milestone_core.transactions.unsigned import Unsigned

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

KEY_VARIABLE = "MILESTONE_KEY_FILE"


class Declined(MilestoneError):
    """Whoever was asked said no."""

    code = "declined"
    exit = 130

    def __init__(self) -> None:
        super().__init__("not signed, and nothing sent: you said no")


@dataclass
class Spending:
    """The shared options of one run, and the transactions that were shown in it."""

    keys: tuple[str, ...]
    dry_run: bool
    yes: bool
    confirm_network: str
    patience: Patience
    shown: list[dict[str, object]] = field(default_factory=list)

    def operator(self, app: App, schedule: Schedule | None, confirm_name: str) -> Operator:
        """Who runs the command, with keys read and consent asked at each transaction.

        :param schedule: for writing its asset in human units.
        :param confirm_name: what must be typed on mainnet.
        :raises BadInput: a network was confirmed that is not this project's.
        """
        if self.confirm_network not in ("", app.network):
            raise BadInput(
                f"--confirm-network says {self.confirm_network}, and this project is for "
                f"{app.network}",
                hint="Nothing was signed. Use the project of that network, or leave it out.",
            )
        keys = tuple(read_key(source, warn=app.warn) for source in self.keys)
        clock = functools.cache(app.chain.clock)

        def approve(unsigned: Unsigned) -> bool:
            screen = reviewing.screen(unsigned, app.contract, clock())
            shown = review.document(screen)
            self.shown.append(shown)
            app.log("review", **shown)
            for line in review.lines(screen, Denomination(schedule), app.network):
                output.note(line)
            if self.dry_run:
                output.note("Nothing was signed or sent (--dry-run).")
                return False
            if app.rebuilt:
                raise Misconfigured(
                    "nothing was signed: the store was damaged, and rebuilt just now",
                    hint="Read the warning above. A transaction that was under way is forgotten: "
                    "when `milestone status` shows what you expect, run the command again.",
                )
            self._consent(app, confirm_name)
            return True

        return Operator(keys, approve, self.patience)

    def _consent(self, app: App, confirm_name: str) -> None:
        if app.config.network.is_mainnet:
            if self.yes and self.confirm_network == app.network:
                return
            answer = output.ask(
                f"This is mainnet. Type {confirm_name} to sign and send",
                flag=f"--yes --confirm-network {app.network}",
            )
            if answer != confirm_name:
                raise Declined
        elif not self.yes and not output.confirm("Sign and send it?", flag="--yes"):
            raise Declined

    def document(self, sent: Iterable[Sent]) -> dict[str, object]:
        """What was shown and sent, for programs."""
        return {
            "dry_run": self.dry_run,
            "transactions": [
                {
                    "transaction": one.transaction_id.hex(),
                    "purpose": one.purpose,
                    "fee": str(one.fee),
                    "slot": one.slot,
                }
                for one in sent
            ],
            "reviews": self.shown,
        }


def sent_lines(sent: Iterable[Sent]) -> list[str]:
    """What was sent, for people."""
    lines = []
    for one in sent:
        where = f"in the block at slot {one.slot}" if one.slot is not None else "sent"
        lines.append(f"{one.purpose}: {one.transaction_id.hex()} {where}, fee {one.fee} lovelace")
    return lines


def spending_options(command: CommandT) -> CommandT:
    """Give a command the shared options; they arrive as one parameter ``spending``."""

    @click.option(
        "--key",
        "keys",
        multiple=True,
        envvar=KEY_VARIABLE,
        metavar="FILE",
        help=f"A payment signing key (.skey); repeatable; - reads standard input. [{KEY_VARIABLE}]",
    )
    @click.option("--dry-run", is_flag=True, help="Show the transaction, sign and send nothing.")
    @click.option("--yes", is_flag=True, help="Sign without asking.")
    @click.option(
        "--confirm-network",
        default="",
        metavar="NETWORK",
        help="The network that is meant; needed on mainnet.",
    )
    @click.option("--no-wait", is_flag=True, help="Return once it is sent.")
    @confirmations_option
    @timeout_option
    @functools.wraps(command)
    def wrapper(
        *args: Any,
        keys: tuple[str, ...],
        dry_run: bool,
        yes: bool,
        confirm_network: str,
        no_wait: bool,
        confirmations: int,
        timeout: int,
        **kwargs: Any,
    ) -> Any:
        if not keys:
            raise BadInput(
                "no key was given",
                hint=f"Name one with --key FILE or the variable {KEY_VARIABLE}.",
            )
        patience = Patience(not no_wait, timeout, confirmations)
        spending = Spending(keys, dry_run, yes, confirm_network, patience)
        return command(*args, spending=spending, **kwargs)

    # Click fills in what the command's own type does not have.
    return wrapper  # type: ignore[return-value]
