"""An administrator's desk: a sound schedule with its rows, to be spoilt, and what reading says."""

from __future__ import annotations

from pathlib import Path

import pytest

from milestone_core.domain import bech32
from milestone_core.domain.address import Address, Credential
from milestone_core.errors import BadDocument, Problem
from milestone_core.files.schedule import ReadSchedule, read_schedule


def key_address(number: int, network: int = 0) -> Address:
    return Address(network, Credential.key(number.to_bytes(28, "big")))


NAMES = {
    "<owner>": str(key_address(1)),
    "<oracle>": str(key_address(2)),
    "<key hash>": key_address(3).payment.hash.hex(),
    "<alice>": str(key_address(4)),
    "<bob>": str(key_address(5)),
    "<mainnet>": str(key_address(4, network=1)),
    "<script>": str(Address(0, Credential.script(bytes(28)))),
    "<stake>": bech32.encode("stake_test", b"\xe0" + bytes(28)),
    "<pointer>": bech32.encode("addr_test", b"\x40" + bytes(28) + b"\x01\x02\x03"),
    "<byron>": (
        "37btjrVyb4KDXBNC4haBVPCrro8AQPHwvCMp3RFhhSVWwfFmZ6wwzSK6JK1hY6wHNmtrpTf1kdbva8TCneM2YsiXT7m"
        "rzT21EacHnPpz5YyUdj64na"
    ),
    "<policy>": "ab" * 28,
}
"""What stands for the long words in the texts below and in the tests."""

TOML = """
name = "grants"
owner = "<owner>"
expiry = 2030-12-31T00:00:00Z
quorum = 2
oracles = ["<oracle>", "<key hash>"]

[asset]
policy = "<policy>"
name = "GRANT"
decimals = 2

[[milestones]]
id = "design"
title = "Designed"

[[milestones]]
id = "launch"

[vestings.at-once]
start = 2030-01-01T00:00:00Z

[vestings.monthly]
start = "2030-01-01T12:00Z"
every = "30d"
instalments = 10

[[allocations]]
beneficiary = "<alice>"
amount = "12.5"
milestone = "design"
vesting = "at-once"
"""
ROWS = """beneficiary,amount,milestone,vesting
<alice>,100,design,monthly
<bob>,200,launch,at-once
"""


def written(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    for name, word in NAMES.items():
        text = text.replace(name, word)
    return text.encode()


class Desk:
    """An administrator's folder: a TOML, perhaps a CSV, and what reading them says."""

    TOML, ROWS = TOML, ROWS
    MISSING = "<no such file>"

    def __init__(self, folder: Path) -> None:
        self.toml, self.csv = folder / "schedule.toml", folder / "rows.csv"

    def read(
        self,
        toml: str | bytes = TOML,
        csv: str | bytes | None = None,
        *,
        network: str = "preprod",
        **flags: bool,
    ) -> ReadSchedule:
        self.toml.write_bytes(written(toml))
        self.csv.unlink(missing_ok=True)
        if csv is not None and csv != self.MISSING:
            self.csv.write_bytes(written(csv))
        rows = None if csv is None else self.csv
        return read_schedule(self.toml, rows, network=network, **flags)

    def problems(
        self,
        toml: str | bytes = TOML,
        csv: str | bytes | None = None,
        *,
        network: str = "preprod",
        **flags: bool,
    ) -> tuple[Problem, ...]:
        """What is wrong: each with its place, its reason, and what to do about it."""
        with pytest.raises(BadDocument) as refusal:
            self.read(toml, csv, network=network, **flags)
        found = refusal.value.problems
        assert all(problem.where and problem.what and problem.remedy for problem in found), found
        return found

    @staticmethod
    def address(number: int, network: int = 0) -> Address:
        return key_address(number, network)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
