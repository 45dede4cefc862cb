"""What the demonstration promises to whom: a schedule and its spreadsheet, with real dates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from milestone_core.domain.schedule import DAY
from milestone_core.files.times import iso

NAME = "grants"
ORACLES = ("ann", "ben", "cas")
BENEFICIARIES = ("alice", "bob", "carol", "dave", "erin")
EVERYBODY = ("owner", *ORACLES, *BENEFICIARIES)


@dataclass(frozen=True, slots=True)
class Dates:
    """The days that matter, as ISO dates, counted from the devnet's own ``now`` (POSIX ms)."""

    now: int

    def day(self, offset: int) -> str:
        """The date ``offset`` days from today."""
        return iso(self.now + offset * DAY)[:10]

    @property
    def today(self) -> str:
        return self.day(0)

    @property
    def yesterday(self) -> str:
        return self.day(-1)

    @property
    def cliff(self) -> str:
        return self.day(90)

    @property
    def third_instalment(self) -> str:
        return self.day(150)

    @property
    def last_instalment(self) -> str:
        return self.day(240)

    @property
    def expiry(self) -> str:
        return self.day(365)

    @property
    def after_the_programme(self) -> str:
        """A day after the expiry and the 90 days that a programme outlives it."""
        return self.day(456)


def schedule_toml(addresses: Mapping[str, str], policy: str, dates: Dates) -> str:
    """The schedule: who owns it, who attests, what is paid, and the two milestones."""
    oracles = "".join(f'    "{addresses[name]}",\n' for name in ORACLES)
    return f"""\
name = "{NAME}"
owner = "{addresses["owner"]}"
expiry = {dates.expiry}
quorum = 2
oracles = [
{oracles}]

[asset]
policy = "{policy}"
name = "TEST"
decimals = 2

[[milestones]]
id = "alpha"
title = "The first version is out"

[[milestones]]
id = "beta"
title = "The audit has passed"
"""


def rows_csv(addresses: Mapping[str, str], dates: Dates) -> str:
    """The spreadsheet: a row for each of the five beneficiaries."""
    rows = (
        ("alice", "1200", "alpha", dates.cliff, "30d", "6", "monthly after a cliff"),
        ("bob", "900.50", "alpha", dates.cliff, "", "", "all of it at the cliff"),
        ("carol", "300", "alpha", dates.yesterday, "", "", "as soon as it is proven"),
        ("dave", "2000", "beta", dates.yesterday, "", "", "as soon as it is proven"),
        ("erin", "1000.25", "beta", dates.cliff, "30d", "6", "monthly after a cliff"),
    )
    lines = [",".join((addresses[name], *rest)) for name, *rest in rows]
    header = "beneficiary,amount,milestone,start,every,instalments,note"
    return "\n".join((header, *lines)) + "\n"


def shell_names(addresses: Mapping[str, str]) -> str:
    """A file for a shell to read, after which ``$ALICE`` is Alice's address."""
    return "".join(f"{name.upper()}={address}\n" for name, address in addresses.items())


def damage(path: Path) -> None:
    """Change one digit of the signature in a file."""
    document = json.loads(path.read_text())
    signature = document["signature"]
    document["signature"] = signature[:-1] + ("1" if signature[-1] == "0" else "0")
    path.write_text(json.dumps(document))
