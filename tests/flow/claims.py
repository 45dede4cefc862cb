"""A payment that is due, for tests that let something go wrong on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from milestone_core.app import App
from milestone_core.domain.address import Address
from milestone_core.domain.release import Selection
from milestone_core.files.records import JOURNAL, TransactionState, decode_journal_entry
from milestone_core.services import release

from .project import TOKEN, Person, Project, operator


@dataclass
class Claim:
    """A payment of 100 that is due to ``one``; ``payer`` can pay the fees."""

    project: Project
    owner: Person
    payer: Person
    one: Address

    @property
    def paid(self) -> int:
        return self.project.held(self.one).quantity(TOKEN)

    @property
    def due(self) -> str:
        found = self.project.json("calculate", "grants", "--beneficiary", self.one)
        return str(found["claimable"])

    def pay(self, *options: object, exits: int = 0) -> dict[str, Any]:
        """Release it with the command line."""
        arguments = ("release", "grants", "--beneficiary", self.one, *options)
        return self.project.pay(*arguments, key=self.payer, exits=exits)

    def release(self, app: App, *, timeout: int = 20) -> release.Released:
        """Release it with the service."""
        payer = operator(self.payer, timeout=timeout)
        return release.release(app, "grants", Selection(self.one), payer)

    def journal(self) -> dict[str, TransactionState]:
        """The state of every release in the journal, by id."""
        with self.project.app() as app:
            entries = [decode_journal_entry(document) for _, document in app.storage.scan(JOURNAL)]
        return {e.transaction_id.hex(): e.state for e in entries if e.purpose == "release"}
